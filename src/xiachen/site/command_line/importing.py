"""xiachen import"""

import argparse
from pathlib import Path

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import Stopped, complain, gettext, ngettext, say

_ = gettext

_SHOWN = 30


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("enter people from a spreadsheet (XLSX, XLS, ODS or CSV), all of them or none")
    notes = _(
        "Headings: 姓名, 手机号, 身份证号, 单位, 党组织, 政治面貌, 居住社区; only 姓名 is "
        "required. Units and party organisations must be registered under the name in the sheet."
    )
    parser = commands.add_parser("import", help=words, description=words, epilog=notes)
    parser.add_argument("file", type=Path, metavar=_("FILE"), help=_("the spreadsheet"))
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    from xiachen.site.target import in_process, server_for, target

    if not chosen.file.is_file():
        raise Stopped(_("There is no file %(file)s.") % {"file": chosen.file})
    where = target()
    with server_for(where):
        in_process(where)
        from xiachen.base import clock
        from xiachen.site import people_sheet

        sheet = people_sheet.enter(chosen.file, at=clock.now())
    for line, words in sheet.faults[:_SHOWN]:
        complain(_("line %(line)s: %(words)s") % {"line": line, "words": words})
    if sheet.faults:
        raise Stopped(
            ngettext(
                "%(count)s line cannot be entered, so nothing was. Mend it and import again.",
                "%(count)s lines cannot be entered, so nothing was. Mend them and import again.",
                len(sheet.faults),
            )
            % {"count": len(sheet.faults)}
        )
    say(
        _("People entered: %(new)s; there already: %(already)s.")
        % {"new": sheet.new, "already": sheet.already}
    )
    return 0
