"""xiachen drill"""

import argparse
import re
from pathlib import Path

from xiachen.site.command_line.commands import Commands
from xiachen.site.command_line.listening import add_address
from xiachen.site.speaking import Stopped, gettext, say

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("play scenarios, each in a database of its own, and check what came of them")
    parser = commands.add_parser("drill", help=words, description=words)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=_("what"))
    _verb(verbs, "play", _("play a scenario to its end; one that was played is left alone"), _play)
    _verb(verbs, "check", _("print each expected line beside what the records say"), _check)
    _phones_verb(verbs)
    listing = _("list the scenarios that come with the product")
    verbs.add_parser("list", help=listing, description=listing).set_defaults(action=_list)


def _verb(verbs: Commands, name: str, words: str, action: object) -> None:
    parser = verbs.add_parser(name, help=words, description=words)
    parser.add_argument("scenario", metavar=_("NAME"), help=_("a name of the list, or a file"))
    parser.add_argument(
        "--fresh", action="store_true", help=_("throw away what was played and begin anew")
    )
    parser.add_argument(
        "--seed", type=int, metavar=_("NUMBER"), help=_("draw other names for the invented people")
    )
    parser.set_defaults(action=action)


def _phones_verb(verbs: Commands) -> None:
    words = _("let virtual phones of a played scenario's people work on its running site")
    parser = verbs.add_parser("phones", help=words, description=words)
    parser.add_argument("scenario", metavar=_("NAME"), help=_("a name of the list, or a file"))
    parser.add_argument(
        "--number", type=int, default=20, metavar=_("NUMBER"), help=_("how many phones (20)")
    )
    parser.add_argument(
        "--minutes", type=float, default=10, metavar=_("NUMBER"), help=_("for how long (10)")
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar=_("NUMBER"), help=_("let other things happen")
    )
    add_address(parser)
    parser.set_defaults(action=_phones)


def database_of(scenario: str) -> str:
    """Return the part of the database's name that stands for a scenario's name or file."""
    stem = Path(scenario).name.removesuffix(".toml")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", stem):
        raise Stopped(_("A scenario's name has small letters, digits, - and _ only."))
    return stem


def require_scenario(scenario: str) -> None:
    """
    Refuse a scenario that does not exist, or cannot be read, before a database is made for it.

    :raises Refused: in the words of whoever reads scenarios
    """
    from xiachen.drill.queries import files

    if scenario not in files.names():  # these can be read; others are worth starting Django for
        from xiachen.site.target import drill_target, in_process

        in_process(drill_target(database_of(scenario)))
        files.scenario(scenario)


def _play(chosen: argparse.Namespace) -> int:
    return _on_stage(chosen, checking=False)


def _check(chosen: argparse.Namespace) -> int:
    return _on_stage(chosen, checking=True)


def _on_stage(chosen: argparse.Namespace, *, checking: bool) -> int:
    from xiachen.site import demonstration, migrating
    from xiachen.site.target import drill_target, drop_database, ensure_database, server_for

    where = drill_target(database_of(chosen.scenario))
    require_scenario(chosen.scenario)
    with server_for(where):
        if chosen.fresh:
            drop_database(where, where.name)
        ensure_database(where)
        if not migrating.is_current(where):
            migrating.in_another_process(where)
        return demonstration.play_and_check(where, chosen, checking=checking)


def _phones(chosen: argparse.Namespace) -> int:
    from xiachen.site.target import drill_target, in_process

    where = drill_target(database_of(chosen.scenario))
    require_scenario(chosen.scenario)
    in_process(where)
    from xiachen.site import exercising

    return exercising.with_phones(
        chosen.scenario,
        number=chosen.number,
        seconds=chosen.minutes * 60,
        seed=chosen.seed,
        host=chosen.host,
        port=chosen.port,
    )


def _list(_chosen: argparse.Namespace) -> int:
    from xiachen.site.speaking import language
    from xiachen.site.target import drill_target, in_process

    in_process(drill_target("none"))
    from xiachen.drill.queries import files

    for one in files.scenarios():
        title = one.title if language() == "zh-hans" else one.title_en
        count = _("%(people)s people, %(events)s events") % {
            "people": one.people,
            "events": one.events,
        }
        say(f"{one.name:16} {title}  ({one.fault or count})")
    return 0
