"""Wiring of the privacy room."""

from django.apps import AppConfig
from django.core.checks import register


class PrivacyConfig(AppConfig):
    """Scope, audit, sealed values, keys and retention."""

    name = "xiachen.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Every start and every `check` proves that each field has a class."""
        from xiachen.privacy.classes import check_handling

        register(check_handling)
