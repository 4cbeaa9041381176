"""A signed request of a phone, and what goes back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from xiachen.privacy.envelopes import NoPoint, is_signed, request_text
from xiachen.privacy.scope import Scope, system_scope
from xiachen.sync.api.gathering import Gathering
from xiachen.sync.api.pacing import Pace
from xiachen.sync.queries.devices import KnownDevice, known_devices
from xiachen.sync.rules import protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came, before anybody has looked who signed it."""

    path: str
    method: str
    rest: str
    body: bytes
    device: UUID
    stamp: int
    signature: bytes
    at: datetime
    environ: Mapping[str, Any]

    def header(self, name: str) -> str:
        """Return a header of the request, empty where there is none."""
        found = self.environ.get("HTTP_" + name.upper().replace("-", "_"), "")
        return found if type(found) is str else ""

    @property
    def content_type(self) -> str:
        """Return what the request says its body is."""
        return str(self.environ.get("CONTENT_TYPE", ""))

    def is_signed_with(self, key: bytes) -> bool:
        """Tell whether the owner of a key signed this request."""
        try:
            return is_signed(key, self.signature, self.text)
        except NoPoint:
            return False

    @property
    def text(self) -> bytes:
        """Return what was signed."""
        return request_text(self.path, self.stamp, self.body)

    def content(self) -> dict[str, Any]:
        """
        Return the JSON object of the body.

        :raises Unreadable: it is none
        """
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            raise protocol.Unreadable from None
        if type(found) is not dict:
            raise protocol.Unreadable
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What goes back, in JSON.

    :param reader: to whom people are named in it
    """

    content: Mapping[str, Any] | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    reader: Scope | None = None


class Endpoint(Protocol):
    """One of the places of the protocol."""

    def __call__(self, asked: Asked) -> Answer: ...


def signed(asked: Asked) -> KnownDevice:
    """
    Return the device that signed a request, revoked or not.

    :raises UnknownDevice, BadSignature:
    """
    device = known_devices(system_scope(), [asked.device]).get(asked.device)
    return proven(device, asked.signature, asked.text)


def signed_as_known(asked: Asked) -> KnownDevice:
    """
    Return the device that signed a request, for an operation that looks itself if it is revoked.

    What never changes of a device is remembered, and many strangers are looked up at once.

    :raises UnknownDevice, BadSignature:
    """
    device = _KNOWN.get(asked.device)
    if device is None:
        device = _lookups.ask(asked.device)
    return proven(device, asked.signature, asked.text)


def _look_up(ids: Sequence[UUID]) -> list[KnownDevice | None]:
    found = known_devices(system_scope(), ids)
    while len(_KNOWN) + len(found) > _MOST_KNOWN:
        _KNOWN.pop(next(iter(_KNOWN)), None)
    _KNOWN.update(found)
    return [found.get(one) for one in ids]


# The city's phones; the longest remembered is forgotten first.
_MOST_KNOWN = 50_000
_KNOWN: dict[UUID, KnownDevice] = {}
_lookups: Gathering[UUID, KnownDevice | None] = Gathering(
    _look_up, most=500, longest=2_000, full=protocol.TooBusy
)


_PACE = Pace()


def proven(device: KnownDevice | None, signature: bytes, text: bytes) -> KnownDevice:
    """
    Return a device if its key signed a text.

    :raises UnknownDevice, BadSignature:
    :raises TooFast: the device asks too often
    """
    if device is None:
        raise protocol.UnknownDevice
    try:
        signed = is_signed(device.key, signature, text)
    except NoPoint:
        signed = False
    if not signed:
        raise protocol.BadSignature
    _PACE.step(device.id)
    return device


def pace(device: KnownDevice, *, records: int) -> None:
    """
    Count the records that a request of a device brings.

    :raises TooFast: the device brings too many
    """
    _PACE.step(device.id, records)


def signed_and_standing(asked: Asked) -> KnownDevice:
    """
    Return the device that signed a request.

    :raises UnknownDevice, BadSignature:
    :raises Revoked: it was struck off
    """
    device = signed(asked)
    if device.revoked:
        raise protocol.Revoked
    return device
