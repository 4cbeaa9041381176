"""Forget the columns confirmed so far: the hashes of their headings could be tried out."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """They are asked for once more, and kept under the installation's secret."""
    apps.get_model("papers", "Matching").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = (("papers", "0002_drafts"),)
    operations = (migrations.RunPython(forget, migrations.RunPython.noop),)
