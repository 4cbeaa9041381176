"""
What a person recorded: sealed at once, offered until the server has answered, never thrown away.

An event gets its number in the transaction that stores it. Acknowledged it becomes a receipt,
which is kept until a verified backup holds it and three days have passed, and is offered again
when the server's epoch changes. What is quarantined is held and shown until somebody settled it;
then it is a receipt like the others.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from xiachen.drill.phones.clocks import HOUR, SECOND, made_id
from xiachen.drill.phones.contact import Line, b64, renewed
from xiachen.drill.phones.storage import Enrolled, Event, Held, Storage
from xiachen.privacy.envelopes import Sealer

USUAL_BATCH = 50
RECEIPTS_KEPT = 72 * HOUR


class Witness(Protocol):
    """Whoever looks over the person's shoulder: what was recorded, and what the phone was told."""

    def recorded(self, device: UUID, item: UUID, kind: str, body: Mapping[str, Any]) -> None:
        """Something is about to be stored."""

    def kept(self, item: UUID) -> None:
        """It stands on the phone's disk, and the person was told so."""

    def told(self, device: UUID, item: UUID, outcome: str, code: str) -> None:
        """The phone has heard what the server said of it."""


def record(
    line: Line,
    sealer: Sealer,
    enrolled: Enrolled,
    *,
    kind: str,
    community: int | None,
    body: Mapping[str, Any],
) -> Event:
    """
    Store something that happened now; call it inside a transaction.

    The number is given there too, so that none is given twice and none is left out.
    """
    clock, storage = line.clock, line.storage
    now = clock.wall()
    offset, steady, contact = line.time_of()
    plain = json.dumps(
        {
            "kind": kind,
            "community": community,
            "clock": now,
            "offset": offset,
            "steady": steady,
            "contact": contact,
            "body": body,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    item, seq = made_id(now, line.chance), enrolled.seq + 1
    sealed = sealer.seal(plain, device=enrolled.device, item=item, seq=seq)
    event = Event(enrolled.device, item, seq, sealer.ephemeral, sealed, now)
    storage.enrolled.put(enrolled.device, replace(enrolled, seq=seq))
    storage.outbox.put(item, event)
    return event


def waiting(storage: Storage, device: UUID) -> list[Event]:
    """Return what a person has not sent, in the order of recording."""
    events = [one for one in storage.outbox.rows().values() if one.device == device]
    return sorted(events, key=lambda one: one.seq)


def due(line: Line, device: UUID) -> list[Event]:
    """Return what may be offered now: the server asked to wait with none of it."""
    now = line.clock.wall()
    return [
        one
        for one in waiting(line.storage, device)
        # A clock that was set back must not hold anything for years.
        if not 0 < one.not_before - now <= 24 * HOUR
    ]


def batch(line: Line, enrolled: Enrolled, events: Iterable[Event]) -> dict[str, Any]:
    """Return what a push says."""
    keys: dict[bytes, int] = {}
    said = [
        {
            "id": str(one.id),
            "seq": one.seq,
            "key": keys.setdefault(one.ephemeral, len(keys)),
            "sealed": b64(one.sealed),
        }
        for one in events
    ]
    return {
        "app": line.app,
        "clock": line.clock.wall(),
        "last": enrolled.seq,
        "epoch": enrolled.epoch,
        "keys": [b64(key) for key in keys],
        "events": said,
    }


def settle(
    line: Line, enrolled: Enrolled, told: Mapping[str, Any], witness: Witness | None
) -> None:
    """Store all that the answer to a push, or to a pull, says of what was recorded."""
    storage = line.storage
    outcomes = list(told.get("outcomes", ()))
    if witness is not None:  # first: from here on the server is bound, whatever the phone does
        for one in outcomes:
            item = UUID(one["id"])
            witness.told(enrolled.device, item, one["outcome"], one.get("code", ""))
    with storage.transaction():
        current = storage.enrolled.get(enrolled.device) or enrolled
        storage.enrolled.put(enrolled.device, renewed(current, told))
        for one in outcomes:
            _take(line, str(told["epoch"]), one)
        _put_away_settled(line, enrolled.device, told)
        _offer_again(storage, enrolled.device, str(told["epoch"]))
        _drop_durable(line, enrolled.device)


def _take(line: Line, epoch: str, told: Mapping[str, Any]) -> None:
    storage, now = line.storage, line.clock.wall()
    event = storage.outbox.get(UUID(told["id"]))
    if event is None:
        return
    match told["outcome"]:
        case "accepted" | "already":
            storage.outbox.remove(event.id)
            storage.held.remove(event.id)
            receipt = replace(event, acknowledged=now, epoch=epoch, not_before=0)
            storage.receipts.put(event.id, receipt)
        case "quarantined":
            storage.outbox.remove(event.id)
            held = replace(event, epoch=epoch, not_before=0)
            storage.held.put(event.id, Held(held, told.get("code", ""), told.get("words", "")))
        case "retry":
            wait = float(told.get("after") or 60) * line.chance.uniform(1, 2)
            storage.outbox.put(event.id, replace(event, not_before=now + int(wait * SECOND)))


def _put_away_settled(line: Line, device: UUID, told: Mapping[str, Any]) -> None:
    """Make receipts of what a person has settled: a restored server may know of neither."""
    storage = line.storage
    for item in map(UUID, told.get("settled", ())):
        held = storage.held.get(item)
        if held is not None and held.event.device == device:
            storage.held.remove(item)
            now, epoch = line.clock.wall(), str(told["epoch"])
            storage.receipts.put(item, replace(held.event, acknowledged=now, epoch=epoch))


def _offer_again(storage: Storage, device: UUID, epoch: str) -> None:
    """Put back what was said under another epoch: the server may know nothing of it any more."""
    for receipt in storage.receipts.rows().values():
        if receipt.device == device and receipt.epoch != epoch:
            storage.receipts.remove(receipt.id)
            storage.outbox.put(receipt.id, replace(receipt, acknowledged=0, epoch=""))
    for held in storage.held.rows().values():
        if held.event.device == device and held.event.epoch != epoch:
            storage.held.remove(held.event.id)
            storage.outbox.put(held.event.id, replace(held.event, epoch=""))


def _drop_durable(line: Line, device: UUID) -> None:
    storage, now = line.storage, line.clock.wall()
    enrolled = storage.enrolled.get(device)
    upto = enrolled.durable_upto if enrolled else 0
    for receipt in storage.receipts.rows().values():
        old = now - receipt.acknowledged >= RECEIPTS_KEPT
        if receipt.device == device and receipt.seq <= upto and old:
            storage.receipts.remove(receipt.id)
