from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BaseConfig(AppConfig):
    """Clock, refusals, ids, queue and owned models."""

    name = "xiachen.base"
    label = "base"

    def ready(self) -> None:
        """After every migration the database keys and rights are made to follow the models."""
        from xiachen.base.owned.keeping import keep_tables

        post_migrate.connect(keep_tables, sender=self, dispatch_uid="xiachen.base.keep_tables")
