"""On which address a command serves, or finds what is served."""

import argparse

from xiachen.site.speaking import gettext

_ = gettext


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
