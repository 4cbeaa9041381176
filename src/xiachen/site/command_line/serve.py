"""xiachen serve"""

import argparse
import os

from xiachen.site.command_line.commands import Commands
from xiachen.site.command_line.run import add_address
from xiachen.site.speaking import gettext, say

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("serve the site: database, web server and background worker")
    notes = _(
        "Put a proxy that speaks HTTPS in front and set XIACHEN_TLS=1; "
        "XIACHEN_HOSTS names the addresses under which people reach the site."
    )
    parser = commands.add_parser("serve", help=words, description=words, epilog=notes)
    add_address(parser)
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    from xiachen.site import addresses
    from xiachen.site.house import keep_house
    from xiachen.site.target import target

    if not addresses.is_loopback(chosen.host):
        if "XIACHEN_HOSTS" not in os.environ:
            say(_("XIACHEN_HOSTS is not set: only 127.0.0.1 and localhost will be answered."))
        if os.environ.get("XIACHEN_TLS") != "1":
            say(_("Without HTTPS passwords cross the network readable (XIACHEN_TLS is not 1)."))

    def ready() -> None:
        say(_("Ready: %(url)s") % {"url": addresses.url(chosen.host, chosen.port)})

    return keep_house(target(), host=chosen.host, port=chosen.port, prepare=None, ready=ready)
