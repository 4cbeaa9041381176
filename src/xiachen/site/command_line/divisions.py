"""xiachen divisions"""

import argparse
import re
import time
from calendar import monthrange
from datetime import date
from pathlib import Path

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import Stopped, gettext, say
from xiachen.site.target import in_process, server_for, target

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("load an edition of the list of divisions and communities")
    notes = _("A CSV file in UTF-8 with the columns code and name, plain, .gz or .xz.")
    parser = commands.add_parser("divisions", help=words, description=words, epilog=notes)
    parser.add_argument("what", choices=["load"], metavar="load", help=_("load: read a file"))
    parser.add_argument("file", type=Path, metavar=_("FILE"), help=_("a file, or a folder of them"))
    parser.add_argument(
        "--day",
        type=day,
        metavar="2021-10-31",
        help=_("the day on which the edition was closed; otherwise the month in the file's name"),
    )
    parser.set_defaults(action=_run)


def day(text: str) -> date:
    """Read a day as the command line writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("%(text)s is no date; write year-month-day, such as 2021-10-31") % {"text": text}
        ) from None


def _month_in(name: str) -> date:
    found = re.search(r"(20\d\d)-(0[1-9]|1[0-2])(?:-(\d\d))?", name)
    if found is None:
        raise Stopped(_("Say on which day the edition was closed: --day 2021-10-31"))
    year, month = int(found[1]), int(found[2])
    return date(year, month, int(found[3] or monthrange(year, month)[1]))


def _run(chosen: argparse.Namespace) -> int:
    if not chosen.file.exists():
        raise Stopped(_("There is no file %(file)s.") % {"file": chosen.file})
    closed = chosen.day or _month_in(chosen.file.name)
    where = target()
    with server_for(where):
        in_process(where)
        from xiachen.places.operations import divisions
        from xiachen.privacy.scope import system_scope

        say(_("Loading %(file)s…") % {"file": chosen.file})
        began = time.monotonic()
        loaded = divisions.load_divisions(system_scope(), path=chosen.file, day=closed)
        say(
            _(
                "%(communities)s communities: %(new)s new, %(moved)s with another code, "
                "%(renamed)s renamed, %(closed)s closed (%(seconds)s s)"
            )
            % {
                "communities": loaded.communities,
                "new": loaded.new,
                "moved": loaded.moved,
                "renamed": loaded.renamed,
                "closed": loaded.closed,
                "seconds": f"{time.monotonic() - began:.1f}",
            }
        )
    return 0
