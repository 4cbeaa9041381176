"""xiachen worker"""

import argparse

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import gettext
from xiachen.site.target import in_process, server_for, target

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("work on queued jobs (serve does so already; this is for a second machine)")
    parser = commands.add_parser("worker", help=words, description=words)
    parser.add_argument(
        "--once", action="store_true", help=_("end when the queue is empty instead of waiting")
    )
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    where = target()
    with server_for(where):
        in_process(where)
        from xiachen.site.working import work

        work(wait=not chosen.once)
    return 0
