"""
What the installation may send through: `channels.toml` in its home, readable by its owner alone.

    hosts = ["sms.example.gov.cn"]      # the only names that may be spoken to
    addresses = ["10.20.0.5"]           # the only addresses of private networks that may be reached

    [phone]                             # a text to one number
    url = "jsons://sms.example.gov.cn/send?:to={phone}"

    [group]                             # a text into the work's chat group
    url = "wecombot://KEY"

Without the file, or without the table, a text goes to the console.
"""

import stat
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

PLACE_OF_NUMBER = "{phone}"
# Kinds of address that the library may be given; none that acts on this machine.
SCHEMES = {
    "json": "gateway",
    "jsons": "gateway",
    "form": "gateway",
    "forms": "gateway",
    "wecombot": "wecom",
    "dingtalk": "dingtalk",
    "feishu": "feishu",
    "mailtos": "mail",
}
# These speak in clear: for a gateway on one's own network only.
IN_CLEAR = frozenset({"json", "form"})
CONSOLE = "console"

Network = IPv4Network | IPv6Network


class Fault(StrEnum):
    """Why a file of channels is not used at all."""

    READABLE = "readable"
    UNREADABLE = "unreadable"
    SHAPE = "shape"
    SCHEME = "scheme"
    NO_NUMBER = "no-number"
    IN_CLEAR = "in-clear"


class Unusable(Exception):
    """The file is there and cannot be used; nothing is sent, lest it go the wrong way."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """
    Where texts go, and whom a connection may reach.

    :param phone: address for one number, with the place of the number; empty: the console
    :param group: address of the chat group; empty: the console
    """

    phone: str = ""
    group: str = ""
    hosts: frozenset[str] = frozenset()
    addresses: tuple[Network, ...] = ()


def kind_of(url: str) -> str:
    """Return what a text through this address goes by: console, gateway, wecom …"""
    return SCHEMES[_scheme(url)] if url else CONSOLE


def read(path: Path) -> Channels:
    """
    Return what a file says; of no file, that everything goes to the console.

    :raises Unusable: others can read it, or it says something that cannot be
    """
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise Unusable(Fault.READABLE)
        given = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Channels()
    except OSError:
        raise Unusable(Fault.UNREADABLE) from None
    except ValueError:  # no TOML, or no UTF-8
        raise Unusable(Fault.SHAPE) from None
    return _checked(given)


def _checked(given: dict[str, object]) -> Channels:
    if given.keys() - {"hosts", "addresses", "phone", "group"}:
        raise Unusable(Fault.SHAPE)
    try:
        addresses = tuple(ip_network(one) for one in _texts(given.get("addresses", [])))
    except ValueError:
        raise Unusable(Fault.SHAPE) from None
    found = Channels(
        phone=_url(given.get("phone")),
        group=_url(given.get("group")),
        hosts=frozenset(one.lower() for one in _texts(given.get("hosts", []))),
        addresses=addresses,
    )
    if found.phone and PLACE_OF_NUMBER not in found.phone:
        raise Unusable(Fault.NO_NUMBER)
    if not found.addresses and {_scheme(found.phone), _scheme(found.group)} & IN_CLEAR:
        raise Unusable(Fault.IN_CLEAR)
    return found


def _texts(given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) and one for one in given):
        raise Unusable(Fault.SHAPE)
    return given


def _url(table: object) -> str:
    if table is None:
        return ""
    if not isinstance(table, dict) or table.keys() != {"url"} or not isinstance(table["url"], str):
        raise Unusable(Fault.SHAPE)
    url: str = table["url"]
    if _scheme(url) not in SCHEMES:
        raise Unusable(Fault.SCHEME)
    return url


def _scheme(url: str) -> str:
    return url.partition("://")[0].lower()
