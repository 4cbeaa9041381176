"""xiachen serve"""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from xiachen.site.command_line.commands import Commands
from xiachen.site.command_line.listening import add_address, port_number
from xiachen.site.speaking import Stopped, gettext, say

if TYPE_CHECKING:
    from xiachen.site.tls import Tls

_ = gettext


def add(commands: Commands) -> None:
    """Describe the command."""
    words = _("serve the site: database, web server and background worker")
    notes = _(
        "Serve with --tls, or put a proxy that speaks HTTPS in front and set XIACHEN_TLS=1. "
        "XIACHEN_HOSTS names the addresses under which people reach the site."
    )
    parser = commands.add_parser("serve", help=words, description=words, epilog=notes)
    add_address(parser)
    parser.add_argument(
        "--tls",
        action="store_true",
        help=_("speak HTTPS; without --certificate, under an authority that phones install once"),
    )
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar=_("FILE"),
        help=_("the site's own certificate with its chain, PEM"),
    )
    parser.add_argument(
        "--key", type=Path, metavar=_("FILE"), help=_("the key of that certificate, PEM")
    )
    parser.add_argument(
        "--plain-port",
        type=port_number,
        default=8080,
        metavar=_("PORT"),
        help=_("with --tls: port that sends people on to HTTPS and hands out the authority (8080)"),
    )
    parser.set_defaults(action=_run)


def _run(chosen: argparse.Namespace) -> int:
    from xiachen.site import addresses
    from xiachen.site.house import keep_house
    from xiachen.site.target import target

    where = target()
    tls = _tls(chosen, where.home)
    if tls is None and not addresses.is_loopback(chosen.host):
        if "XIACHEN_HOSTS" not in os.environ:
            say(_("XIACHEN_HOSTS is not set: only 127.0.0.1 and localhost will be answered."))
        if os.environ.get("XIACHEN_TLS") != "1":
            say(_("Without HTTPS passwords cross the network readable (XIACHEN_TLS is not 1)."))

    def ready() -> None:
        if tls:
            tls.introduce(chosen.host)
        address = tls.address if tls else addresses.url(chosen.host, chosen.port)
        say(_("Ready: %(url)s") % {"url": address})

    return keep_house(where, host=chosen.host, port=chosen.port, prepare=None, ready=ready, tls=tls)


def _tls(chosen: argparse.Namespace, home: Path) -> "Tls | None":
    """
    Return how HTTPS is to be spoken.

    :raises Stopped: the options contradict each other
    """
    from xiachen.site import tls

    given = [path.resolve() for path in (chosen.certificate, chosen.key) if path]
    if not chosen.tls:
        if given:
            raise Stopped(_("--certificate and --key are used with --tls. Add it."))
        tls.forget(home)
        return None
    if len(given) == 1:
        raise Stopped(
            _("A certificate is of no use without its key: give --certificate and --key.")
        )
    if chosen.port == chosen.plain_port:
        raise Stopped(
            _("HTTPS and the page before it need two ports: choose another --plain-port.")
        )
    hosts = tls.hosts_served(chosen.host)
    return tls.Tls(
        home=home,
        hosts=hosts,
        address=tls.public_address(hosts, chosen.port),
        own=(given[0], given[1]) if given else None,
        plain_port=chosen.plain_port,
    )
