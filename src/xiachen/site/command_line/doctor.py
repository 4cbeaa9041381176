"""xiachen doctor"""

import argparse

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import gettext, say
from xiachen.site.target import server_for, target

_ = gettext

_MARKS = {"good": "✓", "warning": "!", "failure": "✗"}


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("look for what could go wrong with this installation")
    parser = commands.add_parser("doctor", help=words, description=words)
    parser.add_argument(
        "--production",
        action="store_true",
        help=_("be strict: for a site that holds real people's data"),
    )
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    from xiachen.base import clock
    from xiachen.site import doctor

    where = target()
    failed = 0
    with server_for(where):
        for finding in doctor.examine(where, production=chosen.production, at=clock.now()):
            failed += finding.grade is doctor.Grade.FAILURE
            say(f"{_MARKS[finding.grade]} {finding.words}")
    return 1 if failed else 0
