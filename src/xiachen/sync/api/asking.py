"""A signed request of a phone, and what goes back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from xiachen.privacy.envelopes import NoPoint, is_signed, request_text
from xiachen.privacy.scope import Scope, system_scope
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
    language: str
    at: datetime
    headers: Mapping[str, str]

    def is_signed_with(self, key: bytes) -> bool:
        """Tell whether the owner of a key signed this request."""
        try:
            return is_signed(key, self.signature, request_text(self.path, self.stamp, self.body))
        except NoPoint:
            return False

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
    if device is None:
        raise protocol.UnknownDevice
    if not asked.is_signed_with(device.key):
        raise protocol.BadSignature
    return device


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
