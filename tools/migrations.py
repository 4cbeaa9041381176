"""Fail when a model has changed and no migration says so; needs no running server."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "xiachen.site.settings"

import django
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader


def main() -> None:
    """Compare models and migrations of our own areas."""
    django.setup()
    # The consistency check against a live database is not wanted here.
    MigrationLoader.check_consistent_history = lambda *_: None  # type: ignore[method-assign]
    call_command("check", verbosity=0)
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
    except SystemExit as stop:
        sys.exit(stop.code)


main()
