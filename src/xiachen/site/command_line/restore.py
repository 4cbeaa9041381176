"""xiachen restore"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import Stopped, gettext, say

if TYPE_CHECKING:
    from xiachen.site.striking_off import StruckAgain

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("put a backup in the place of the database; the former one is kept aside")
    parser = commands.add_parser("restore", help=words, description=words)
    parser.add_argument("file", type=Path, metavar=_("FILE"), help=_("a file made by backup"))
    parser.add_argument(
        "--drop-former", action="store_true", help=_("remove the former database afterwards")
    )
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    from xiachen.base import clock
    from xiachen.site import backup
    from xiachen.site.embedded.instance import only_instance
    from xiachen.site.target import drop_database, ensure_database, in_process, server_for, target

    where = target()
    if not chosen.file.is_file():
        raise Stopped(_("There is no file %(file)s.") % {"file": chosen.file})
    with only_instance(where.home), server_for(where):
        ensure_database(where)
        restored = backup.restore(where, chosen.file, at=clock.now())
        if chosen.drop_former:
            drop_database(where, restored.former)
        in_process(where)
        _note(where.home, restored.again)
    say(
        _(
            "Restored. What was recorded after the backup is not in it. Phones offer theirs again "
            "by themselves; ask the teams for their paper and enter the rest again."
        )
    )
    if restored.again:
        say(
            _(
                "Struck off again, as they had been since the backup: phones %(phones)s, "
                "links %(links)s, accounts %(accounts)s."
            )
            % {
                "phones": len(restored.again.phones),
                "links": len(restored.again.links),
                "accounts": len(restored.again.accounts),
            }
        )
    if not chosen.drop_former:
        say(_("The former database is kept as %(name)s.") % {"name": restored.former})
    return 0


def _note(home: Path, again: "StruckAgain") -> None:
    from xiachen.privacy import operations
    from xiachen.privacy.scope import system_scope
    from xiachen.sync.epoch import epoch

    struck = [*again.phones, *again.links, *again.accounts]
    operations.note_restore(system_scope(), epoch=epoch(home), struck_off=struck)
