"""xiachen backup"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import complain, gettext, say

if TYPE_CHECKING:
    from xiachen.site.backup import BackedUp
    from xiachen.site.target import Target

_ = gettext
# Phones in one transaction: those that send meanwhile wait for no more than these.
_AT_ONCE = 500


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
        made = back_up(where, chosen.folder.absolute(), at=clock.now())
        _tell_phones(where, made)
    path = made.path
    note_backup(where.home, path)
    say(
        _("Backup: %(path)s (%(size)s MB)")
        % {"path": path, "size": f"{path.stat().st_size / 1e6:.1f}"}
    )
    if on_one_volume(where.home, path):
        complain(_("The keys are on the same disk as this backup. Copy the backup to another one."))
    return 0


def _tell_phones(where: "Target", made: "BackedUp") -> None:
    """Let phones put away what this backup holds."""
    from xiachen.privacy.scope import system_scope
    from xiachen.site.target import in_process

    in_process(where)
    from xiachen.sync.operations.durability import note_backup

    phones = sorted(made.whole_upto)
    for start in range(0, len(phones), _AT_ONCE):
        part = {one: made.whole_upto[one] for one in phones[start : start + _AT_ONCE]}
        note_backup(system_scope(), whole_upto=part, database=made.database)
