"""Taking in what phones send: of many phones at once, each event for itself, exactly once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction

from xiachen.base.owned.bulk import insert_new
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.scope import Scope
from xiachen.sync.models.receipts import Quarantined, QuarantineState, Receipt
from xiachen.sync.operations.held import Held, NewReceipt, State
from xiachen.sync.operations.items import Item, Passing, Push, Taken, Verdict
from xiachen.sync.operations.quarantine import keep
from xiachen.sync.operations.settling import Settling
from xiachen.sync.queries.devices import KnownDevice, known_devices
from xiachen.sync.queries.epochs import current_epoch
from xiachen.sync.queries.quarantine import written
from xiachen.sync.rules import events
from xiachen.sync.rules.protocol import Said, UnknownDevice

_WAITS = QuarantineState.WAITING


class Contended(OperationalError):
    """Another process took the same event in just now; everything is to be done again."""


@transaction.atomic
def take_in(scope: Scope, *, pushes: Sequence[Push], at: datetime) -> list[Taken]:
    """
    Take in what phones sent; one answer per request, in their order.

    What an event records, its receipt and the audit stand in this one transaction. Nothing of one
    item keeps another one from being taken in.

    :raises Forbidden: asked by anybody but the door of phones
    :raises UnknownDevice: a device is not enrolled in this database
    """
    scope.require_house()
    states = Held.lock({push.device.id for push in pushes})
    if any(push.device.id not in states for push in pushes):
        raise UnknownDevice
    passing = [
        Passing(push, item, revoked=states[push.device.id].revoked)
        for push in pushes
        for item in push.items
    ]
    # The digest alone tells one from another: it is of device, id and content.
    first: dict[bytes, Passing] = {}
    for one in passing:
        first.setdefault(one.item.digest, one)
    ones = list(first.values())
    _compare_with_receipts(ones, states)
    _compare_with_quarantine(ones, states)
    _keep_out_what_was_forgotten(ones, states)
    Settling(at).settle(ones)
    arrived = _write(scope, ones, at)
    for push in pushes:
        state = states[push.device.id]
        state.app = push.app
        state.last_reported = max(state.last_reported, push.last)
    Held.write_states(list(states.values()), arrived, at)
    told = Held.settled([one.device for one in states.values() if one.has_quarantined], at)
    epoch = current_epoch(scope)
    verdicts = iter([_repeated(one, first[one.item.digest]) for one in passing])
    return [
        Taken(
            epoch,
            [next(verdicts) for _ in push.items],
            states[push.device.id].durable_upto,
            states[push.device.id].whole_upto,
            told.get(push.device.id, []),
        )
        for push in pushes
    ]


@transaction.atomic
def take_in_waiting(scope: Scope, *, records: Sequence[UUID], at: datetime) -> int:
    """
    Try again what waits for another record, as if its phone had sent it once more.

    What does not open any more is put aside for a person; what misses its key now goes on waiting.

    :param records: ids of rows that wait
    :returns: how many were taken in
    :raises Forbidden: asked by anybody but the installation itself
    """
    scope.require_house()
    rows = Quarantined.objects.filter(pk__in=records)
    states = Held.lock(set(rows.values_list("device_id", flat=True)))
    devices = known_devices(scope, states)
    waiting = rows.filter(state=_WAITS).select_related("device").order_by("received_at", "pk")
    ones = [
        one
        for row in waiting
        if (one := _once_more(scope, row, devices[row.device_id], states[row.device_id]))
    ]
    _compare_with_receipts(ones, states)
    Settling(at).settle(ones)
    settled = [one for one in ones if one.verdict and one.verdict.said is not Said.RETRY]
    _write(scope, settled, at)
    return sum(one.verdict is not None and one.verdict.is_final for one in settled)


def _once_more(scope: Scope, row: Quarantined, device: KnownDevice, state: State) -> Passing | None:
    plain, fault = b"", None
    try:
        plain = written(scope, row).encode()
    except events.NoSeal as refusal:
        fault = refusal
    except KeyMissing:
        return None
    item = Item(id=row.event, seq=row.seq, plain=plain, digest=bytes(row.digest), fault=fault)
    push = Push(device=device, app=state.app, clock=0, last=0, items=[item])
    return Passing(push, item, revoked=state.revoked, former=row)


def _compare_with_receipts(ones: Sequence[Passing], states: dict[UUID, State]) -> None:
    """Find what was taken in before, and what says something else under the same id or number."""
    numbers = [
        (one.push.device.id, one.item.seq)
        for one in ones
        # Numbers above the highest held are free: asking costs more than all the rest.
        if one.item.seq is not None and one.item.seq <= states[one.push.device.id].held_upto
    ]
    rows = Held.receipts([one.item.id for one in ones], numbers)
    if not rows and _all_differ(ones):
        return
    codes = {row.id: row.code for row in rows}
    digests = {row.id: row.digest for row in rows}
    taken = {(row.device, row.seq) for row in rows}
    numbered: dict[tuple[UUID, int | None], UUID] = {(row.device, row.seq): row.id for row in rows}
    for one in ones:
        item, number = one.item, (one.push.device.id, one.item.seq)
        free = item.seq is None or numbered.setdefault(number, item.id) == item.id
        if digests.setdefault(item.id, item.digest) != item.digest or not free:
            one.numbered = False
            one.verdict = Verdict.quarantined(events.OtherContent())
        elif item.id in codes:
            one.verdict = Verdict(Said.ALREADY, codes[item.id])
            one.renumbered = item.seq is not None and number not in taken


def _all_differ(ones: Sequence[Passing]) -> bool:
    """Tell whether no two items of different content have the same id or number."""
    numbers = {(one.push.device.id, one.item.seq) for one in ones}
    return len({one.item.id for one in ones}) == len(ones) == len(numbers)


def _compare_with_quarantine(ones: Sequence[Passing], states: dict[UUID, State]) -> None:
    """Find what a person looks at or has settled, and what waits for another record."""
    devices = [one.device for one in states.values() if one.has_quarantined]
    rows = Held.quarantined(
        devices,
        [one.item.id for one in ones],
        [one.item.seq for one in ones if one.item.seq is not None],
    )
    own = {(row.device_id, row.event, bytes(row.digest)): row for row in rows}
    ids = {(row.device_id, row.event) for row in rows}
    numbers = {(row.device_id, row.seq) for row in rows if row.seq is not None}
    for one in ones if rows else ():
        device, item = one.push.device.id, one.item
        row = own.get((device, item.id, item.digest))
        if row is not None:
            one.former = row
            if row.state in (QuarantineState.MENDED, QuarantineState.DISMISSED):
                one.verdict = Verdict(Said.ALREADY, row.code)
            elif row.state == QuarantineState.QUARANTINED:
                one.verdict = Verdict(Said.QUARANTINED, row.code, events.Kept())
        elif one.verdict is None and ((device, item.id) in ids or (device, item.seq) in numbers):
            one.numbered = False
            one.verdict = Verdict.quarantined(events.OtherContent())


def _keep_out_what_was_forgotten(ones: Sequence[Passing], states: dict[UUID, State]) -> None:
    """Take nothing in a second time of which the receipt is gone; a person can tell."""
    for one in ones:
        number, upto = one.item.seq, states[one.push.device.id].forgotten_upto
        if one.verdict is not None or number is None or number > upto:
            continue
        if one.former is None:
            one.verdict = Verdict.quarantined(events.LongAgo())
        elif one.former.state == QuarantineState.TAKEN_IN:
            one.verdict = Verdict(Said.ALREADY)


def _write(scope: Scope, ones: Sequence[Passing], at: datetime) -> dict[UUID, list[int]]:
    """Write receipts, and keep what got none; return the numbers that have arrived."""
    arrived: dict[UUID, list[int]] = defaultdict(list)
    receipts = []
    for one in ones:
        device, verdict = one.push.device.id, one.verdict
        assert verdict is not None
        if verdict.is_final and one.event is not None:
            receipts.append(_receipt(one, verdict, at))
            arrived[device].append(one.event.seq)
            if one.former is not None:
                keep(scope, one=one, verdict=verdict, at=at)
        elif one.renumbered and one.former is None and one.item.seq is not None:
            # Taken in before under another number: this one is held too, and nothing is missing.
            keep(scope, one=one, verdict=verdict, at=at)
            arrived[device].append(one.item.seq)
        elif not verdict.is_final and (one.former is None or one.former.state == _WAITS):
            keep(scope, one=one, verdict=verdict, at=at)
            if one.numbered and one.item.seq is not None:
                arrived[device].append(one.item.seq)
    if len(insert_new(receipts, model=Receipt)) != len(receipts):
        raise Contended
    return arrived


def _receipt(one: Passing, verdict: Verdict, at: datetime) -> NewReceipt:
    event = one.event
    assert event is not None
    return NewReceipt(
        event.id,
        event.device.id,
        event.seq,
        one.item.digest,
        event.content.kind,
        event.occurred_at,
        event.certain,
        at,
        verdict.code,
    )


def _repeated(one: Passing, first: Passing) -> Verdict:
    """Return the verdict of an item; one that came twice at once is known the second time."""
    verdict = first.verdict
    assert verdict is not None
    if one is first:
        return verdict
    return Verdict(Said.ALREADY, verdict.code) if verdict.is_final else verdict
