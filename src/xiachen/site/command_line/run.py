"""xiachen run"""

import argparse
import os

from xiachen.site.command_line.commands import Commands
from xiachen.site.command_line.listening import add_address
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
