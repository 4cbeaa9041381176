"""The command `xiachen`."""

import argparse
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; exit status 0 done, 1 refused or failed, 2 wrong arguments."""
    parser = argparse.ArgumentParser(prog="xiachen")
    commands = parser.add_subparsers(dest="command", required=True)
    migrate = commands.add_parser("migrate", help="bring the database up to date")
    migrate.add_argument("--quiet", action="store_true")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiachen.site.settings")
    if chosen.command == "migrate":
        sys.exit(_migrate(quiet=chosen.quiet))


def _migrate(*, quiet: bool) -> int:
    os.environ["XIACHEN_AS_OWNER"] = "1"
    import django
    from django.core.management import call_command

    django.setup()
    verbosity = 0 if quiet else 1
    call_command("createcachetable", verbosity=verbosity)
    call_command("migrate", verbosity=verbosity)
    return 0
