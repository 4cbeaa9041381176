"""xiachen bulletin"""

import argparse

from xiachen.site.command_line.commands import Commands
from xiachen.site.command_line.divisions import day
from xiachen.site.speaking import Stopped, gettext, say

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("print the newest bulletin, or issue the one of a day")
    parser = commands.add_parser("bulletin", help=words, description=words)
    parser.add_argument("--incident", metavar=_("NAME"), help=_("which operation, by its name"))
    parser.add_argument(
        "--division", type=int, metavar=_("CODE"), help=_("of which division or community")
    )
    parser.add_argument("--scenario", metavar=_("NAME"), help=_("of a played scenario"))
    parser.add_argument("--issue", action="store_true", help=_("issue it; needs --division"))
    parser.add_argument(
        "--day", type=day, metavar="2021-10-31", help=_("the day to issue it for (today)")
    )
    parser.add_argument(
        "--reason", default="", metavar=_("WORDS"), help=_("why it is revised, if it is")
    )
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    from xiachen.site.command_line.drill import database_of
    from xiachen.site.target import drill_target, in_process, server_for, target

    where = drill_target(database_of(chosen.scenario)) if chosen.scenario else target()
    if chosen.issue and chosen.division is None:
        raise Stopped(_("Say for which division or community: --division 420111002044"))
    with server_for(where):
        in_process(where)
        from xiachen.site.demonstration import bulletin_of

        incident = _incident(chosen.incident)
        if chosen.issue:
            _issue(chosen, incident)
        text = bulletin_of(incident, chosen.division)
    if not text:
        raise Stopped(_("No bulletin has been issued. Issue one: --issue --division CODE"))
    say(text)
    return 0


def _incident(name: str | None) -> object:
    from xiachen.incidents.queries import open_incidents
    from xiachen.privacy.scope import system_scope

    found = [one for one in open_incidents(system_scope()) if name in (None, one.name)]
    if not found:
        raise Stopped(
            _("There is no open operation of that name.")
            if name
            else _("No operation is open. Open one on the site first.")
        )
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        raise Stopped(
            _("Several operations are open; choose with --incident: %(names)s") % {"names": names}
        )
    return found[0].pk


def _issue(chosen: argparse.Namespace, incident: object) -> None:
    from uuid import UUID

    from xiachen.base import clock
    from xiachen.command.operations.bulletins import issue_bulletin
    from xiachen.privacy.scope import system_scope

    assert isinstance(incident, UUID)
    at = clock.now()
    issue_bulletin(
        system_scope(incident),
        division=chosen.division,
        day=chosen.day or clock.local_day(at),
        at=at,
        reason=chosen.reason,
    )
