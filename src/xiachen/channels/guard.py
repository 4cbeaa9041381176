"""
What a connection to the outside may reach, held where Python itself opens it.

Whatever library sends, Python tells its audit hooks of each name before it is looked up and of each
address before it is connected to (`socket.getaddrinfo`, `socket.connect`; PEP 578). A hook that
raises stops the call: a name that resolves elsewhere at the last moment, or a redirect, gets no
further than a name that was never listed. Only what runs inside `guarded` is looked at.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address

from xiachen.channels.configured import Network


@dataclass(slots=True)
class Guard:
    """
    What may be reached now, and what was asked for.

    :param public: whether addresses of the Internet may be reached, or the listed ones alone
    """

    hosts: frozenset[str]
    addresses: tuple[Network, ...]
    public: bool = True
    refused: bool = False

    def allow_name(self, name: object) -> None:
        """:raises PermissionError: the name is not listed"""
        text = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        if not isinstance(text, str) or text.lower() not in self.hosts:
            self.refuse()

    def allow_address(self, address: object) -> None:
        """:raises PermissionError: it is no public address, and not listed"""
        # A local socket has a path; those of the Internet begin with the address.
        if not isinstance(address, tuple) or not self.reaches(str(address[0])):
            self.refuse()

    def reaches(self, text: str) -> bool:
        """Tell whether an address may be reached."""
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        if any(address in network for network in self.addresses):
            return True
        return self.public and address.is_global and not address.is_multicast

    def refuse(self) -> None:
        """Remember it: the library makes an ordinary failure of the error."""
        self.refused = True
        raise PermissionError("this may not be reached")


_GUARD: ContextVar[Guard | None] = ContextVar("guard", default=None)


@contextmanager
def guarded(
    hosts: frozenset[str], addresses: tuple[Network, ...], *, public: bool = True
) -> Iterator[Guard]:
    """Open connections in this block to the listed only; the guard tells what was refused."""
    _listen()
    guard = Guard(hosts, addresses, public)
    mark = _GUARD.set(guard)
    try:
        yield guard
    finally:
        _GUARD.reset(mark)


@cache
def _listen() -> None:
    # Hooks stay until the process ends: one is enough.
    sys.addaudithook(_hear)


def _hear(event: str, given: tuple[object, ...]) -> None:
    if not event.startswith("socket."):
        return
    guard = _GUARD.get()
    if guard is None:
        return
    if event == "socket.getaddrinfo":
        guard.allow_name(given[0])
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        guard.allow_address(given[1] if len(given) > 1 else None)
    elif event in ("socket.gethostbyname", "socket.gethostbyaddr"):
        guard.allow_name(given[0])
