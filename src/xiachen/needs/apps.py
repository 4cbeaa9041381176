from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "xiachen.needs"
    label = "needs"
