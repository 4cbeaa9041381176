"""xiachen backup"""

import argparse
from pathlib import Path

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import complain, gettext, say

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("write the whole database into a file of a folder; keys are never in it")
    parser = commands.add_parser("backup", help=words, description=words)
    parser.add_argument("folder", type=Path, metavar=_("FOLDER"), help=_("where the file goes"))
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    from xiachen.base import clock
    from xiachen.site.backup import back_up
    from xiachen.site.doctor import note_backup, on_one_volume
    from xiachen.site.target import server_for, target

    where = target()
    with server_for(where):
        say(_("Writing the backup…"))
        path = back_up(where, chosen.folder.absolute(), at=clock.now())
    note_backup(where.home, path)
    say(
        _("Backup: %(path)s (%(size)s MB)")
        % {"path": path, "size": f"{path.stat().st_size / 1e6:.1f}"}
    )
    if on_one_volume(where.home, path):
        complain(_("The keys are on the same disk as this backup. Copy the backup to another one."))
    return 0
