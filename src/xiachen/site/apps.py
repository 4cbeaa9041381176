from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Settings, addresses, sign-in and the command line."""

    name = "xiachen.site"
    label = "site"
