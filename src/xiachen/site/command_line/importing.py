"""xiachen import"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import Stopped, complain, gettext, ngettext, say

if TYPE_CHECKING:
    from xiachen.papers.intake import Intake, Setting
    from xiachen.papers.operations.entering import Entered

_ = gettext

_SHOWN = 30
# The registers among `site.intakes`: they need no incident. A test holds the two together.
KINDS = ("members", "organisations", "party-organisations", "premises", "households")


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("enter a register from a spreadsheet (XLSX, XLS, ODS or CSV)")
    notes = _(
        "Headings as offices write them, such as 姓名, 联系电话, 工作单位; a file with columns "
        "that are not certain is left to the page for sheets. All lines are entered or none; "
        "a line that is registered already changes nothing."
    )
    parser = commands.add_parser("import", help=words, description=words, epilog=notes)
    parser.add_argument("file", type=Path, metavar=_("FILE"), help=_("the spreadsheet"))
    parser.add_argument(
        "--kind", choices=KINDS, default=KINDS[0], help=_("what the sheet holds; else members")
    )
    parser.add_argument(
        "--community",
        metavar=_("COMMUNITY"),
        help=_("the community of premises or households: its name with the street, or its code"),
    )
    parser.add_argument(
        "--keep-going",
        action="store_true",
        help=_("enter the good lines even if others cannot be entered"),
    )
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    from xiachen.site.target import in_process, server_for, target

    if not chosen.file.is_file():
        raise Stopped(_("There is no file %(file)s.") % {"file": chosen.file})
    where = target()
    with server_for(where):
        in_process(where)
        entered = _entered(chosen)
    for line, heading, words in entered.faults[:_SHOWN]:
        place = (
            _("line %(line)s, %(heading)s: %(words)s") if heading else _("line %(line)s: %(words)s")
        )
        complain(place % {"line": line, "heading": heading, "words": words})
    if entered.faults and not chosen.keep_going:
        raise Stopped(_none(len({line for line, _heading, _words in entered.faults})))
    say(
        _("New: %(new)s; completed: %(changed)s; there already: %(already)s.")
        % {"new": entered.new, "changed": entered.changed, "already": entered.already}
    )
    if entered.faults:
        raise Stopped(_not_these(len({line for line, _heading, _words in entered.faults})))
    return 0


def _entered(chosen: argparse.Namespace) -> "Entered":
    from xiachen.base import clock
    from xiachen.papers.operations.entering import enter_file
    from xiachen.privacy.scope import system_scope
    from xiachen.site.intakes import RECEPTION

    intake = RECEPTION.intake(chosen.kind)
    if intake is None:
        raise Stopped(_("Nothing of this kind is taken in."))
    with chosen.file.open("rb") as file:
        return enter_file(
            system_scope(),
            intake=intake,
            file=file,
            name=chosen.file.name,
            setting=_setting(intake, chosen.community),
            keeps_good=chosen.keep_going,
            at=clock.now(),
        )


def _setting(intake: "Intake", community: str | None) -> "Setting":
    from xiachen.papers.intake import Setting
    from xiachen.places.queries.communities import resolve
    from xiachen.privacy.scope import system_scope

    if not intake.in_community:
        return Setting()
    if not community:
        raise Stopped(_("Say of which community the sheet is: --community"))
    return Setting(community=resolve(system_scope(), community).pk)


def _none(count: int) -> str:
    words = ngettext(
        "%(count)s line cannot be entered, so nothing was. Mend it and import again.",
        "%(count)s lines cannot be entered, so nothing was. Mend them and import again.",
        count,
    )
    return words % {"count": count}


def _not_these(count: int) -> str:
    words = ngettext(
        "%(count)s line was not entered. Mend it and import the file again.",
        "%(count)s lines were not entered. Mend them and import the file again.",
        count,
    )
    return words % {"count": count}
