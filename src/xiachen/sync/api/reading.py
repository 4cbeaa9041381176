"""From the body of a push to opened items: what does not open goes on with the reason."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from xiachen.base.errors import Refused
from xiachen.privacy.envelopes import NoPoint, Opener, SealingKey
from xiachen.privacy.sealing import Tampered
from xiachen.sync.api.encoding import Unreadable64, from_b64
from xiachen.sync.operations.items import Item, Push
from xiachen.sync.queries.devices import KnownDevice
from xiachen.sync.rules import events, protocol

_DIGEST_BYTES = 16
_LARGEST_TIME = 10**14


def push_of(
    content: Mapping[str, Any], *, device: KnownDevice, key: SealingKey, sent: int | None = None
) -> Push:
    """
    Read a push and open its items.

    :raises Unreadable: the frame around the items is not of the right form
    :raises TooLarge: more items than are taken at once
    """
    items, points, app = content.get("events"), content.get("keys"), content.get("app")
    if type(items) is not list or type(points) is not list or type(app) is not str:
        raise protocol.Unreadable
    if len(items) > protocol.MOST_EVENTS or len(points) > protocol.MOST_EVENTS:
        raise protocol.TooLarge
    openers = [_opener(key, point) for point in points]
    return Push(
        device=device,
        app=protocol.version_of(app),
        clock=_number(content, "clock", -_LARGEST_TIME, _LARGEST_TIME),
        last=_number(content, "last", 0, protocol.LARGEST_NUMBER),
        sent=sent,
        items=[_item(one, device.id, openers) for one in items],
    )


def _number(content: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = content.get(name)
    if type(value) is not int or not low <= value <= high:
        raise protocol.Unreadable
    return value


def _opener(key: SealingKey, point: Any) -> Opener | None:
    try:
        return key.opener(from_b64(point)) if type(point) is str else None
    except (NoPoint, Unreadable64):
        return None


def _item(found: Any, device: UUID, openers: list[Opener | None]) -> Item:
    try:
        id, seq = UUID(found["id"]), found["seq"]
        if type(seq) is not int or not 1 <= seq <= protocol.LARGEST_NUMBER:
            return _closed(found, device, id, None, events.UnreadableItem(field="seq"))
    except (TypeError, KeyError, ValueError, AttributeError):
        return _closed(found, device, None, None, events.UnreadableItem(field="id"))
    try:
        place = found["key"]
        opener = openers[place] if type(place) is int and place >= 0 else None
        if opener is None:
            raise IndexError
        plain = opener.open(from_b64(found["sealed"]), device=device, item=id, seq=seq)
    except (TypeError, KeyError, IndexError, AttributeError, Unreadable64, Tampered):
        return _closed(found, device, id, seq, events.NoSeal())
    return Item(id=id, seq=seq, plain=plain, digest=_digest(device, id, plain))


def _closed(found: Any, device: UUID, id: UUID | None, seq: int | None, fault: Refused) -> Item:
    """Return an item that stays as it came; one without an id gets one from what it says."""
    whole = json.dumps(found).encode()
    digest = _digest(device, id, whole)
    return Item(id=id or UUID(bytes=digest), seq=seq, plain=whole, digest=digest, fault=fault)


def _digest(device: UUID, id: UUID | None, plain: bytes) -> bytes:
    named = id.bytes if id else b""
    return sha256(device.bytes + named + plain).digest()[:_DIGEST_BYTES]
