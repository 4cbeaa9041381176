"""xiachen migrate"""

import argparse

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import gettext, say
from xiachen.site.target import ensure_database, in_process, server_for, target

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("bring the database up to date: tables, rights, reference data")
    parser = commands.add_parser("migrate", help=words, description=words)
    parser.add_argument("--quiet", action="store_true", help=_("say nothing unless it fails"))
    parser.add_argument(
        "--tables-only", action="store_true", help=_("leave out divisions and catalogues")
    )
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    where = target()
    with server_for(where):
        ensure_database(where)
        in_process(where, as_owner=True)
        from xiachen.site.migrating import migrate

        migrate(where, quiet=chosen.quiet, tables_only=chosen.tables_only)
    if not chosen.quiet:
        say(_("The database %(name)s is up to date.") % {"name": where.name})
    return 0
