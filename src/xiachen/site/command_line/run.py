"""xiachen run"""

import argparse
import os

from xiachen.site.command_line.commands import Commands
from xiachen.site.speaking import Stopped, gettext, say

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("start everything with a demonstration and serve it on this machine")
    parser = commands.add_parser("run", help=words, description=words)
    parser.add_argument(
        "--scenario", default="s0", metavar=_("NAME"), help=_("which scenario to play (s0)")
    )
    add_address(parser)
    parser.set_defaults(action=_run)


def add_address(parser: argparse.ArgumentParser) -> None:
    """Let a command choose its address."""
    parser.add_argument(
        "--port",
        type=port_number,
        default=8000,
        metavar=_("PORT"),
        help=_("port to serve on (8000)"),
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar=_("ADDRESS"),
        help=_("address to serve on; 127.0.0.1 is this machine alone, 0.0.0.0 is every network"),
    )


def port_number(text: str) -> int:
    """Return a port that was typed."""
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(_("a port is a number from 1 to 65535"))
    return int(text)


def _run(chosen: argparse.Namespace) -> int:
    from xiachen.site import addresses
    from xiachen.site.command_line.drill import database_of, require_scenario
    from xiachen.site.house import keep_house
    from xiachen.site.target import drill_target

    if not addresses.is_loopback(chosen.host):
        raise Stopped(
            _(
                "The demonstration's accounts are known to everybody, so it is served on this "
                "machine alone. Leave --host out, or use `xiachen serve` for real work."
            )
        )
    # Links in messages lead to where this demonstration is served.
    os.environ.setdefault("XIACHEN_ADDRESS", addresses.url(chosen.host, chosen.port))
    where = drill_target(database_of(chosen.scenario))
    require_scenario(chosen.scenario)

    def ready() -> None:
        say("")
        say(_("Ready: %(url)s") % {"url": addresses.url(chosen.host, chosen.port)})
        say(_("Ctrl-C stops everything."))

    return keep_house(
        where,
        host=chosen.host,
        port=chosen.port,
        prepare=["-m", "xiachen.site.demonstration", chosen.scenario],
        ready=ready,
    )
