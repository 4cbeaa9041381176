"""What is held of devices and of their events, read and written under the devices' locks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from xiachen.base.owned.bulk import spelt
from xiachen.base.postgres.planning import planned_once
from xiachen.people.models.accounts import Account
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, QuarantineState, Receipt
from xiachen.sync.rules.numbers import whole_after

# Phones that were away for longer ask for the rest by offering again what they still hold.
_TOLD_FOR = timedelta(days=30)

_LOCK = f"""
    select device.id, last_reported, held_upto, whole_upto, durable_upto, app,
        revoked_at is not null or not account.is_active, forgotten_upto
    from {Device._meta.db_table} as device
    join {Account._meta.db_table} as account on account.id = device.account_id
    where device.id = any(%s::uuid[]) order by device.id for no key update of device
"""
_HAVE_QUARANTINED = f"""
    select device.id from {Device._meta.db_table} as device
    where device.id = any(%s::uuid[]) and exists (
        select from {Quarantined._meta.db_table} as kept where kept.device_id = device.id
    )
"""
_RECEIVED = f"""
    select id, device, seq, digest, code from {Receipt._meta.db_table}
    where id = any(%(ids)s::uuid[])
    union
    select held.id, held.device, held.seq, held.digest, held.code
    from unnest(%(devices)s::uuid[], %(numbers)s::bigint[]) as asked (device, seq)
    join {Receipt._meta.db_table} as held on (held.device, held.seq) = (asked.device, asked.seq)
"""
_GAPLESS = f"""
    with asked (device, whole) as (select * from unnest(%s::uuid[], %s::bigint[])),
    held (device, whole, seq) as (
        select asked.device, asked.whole, receipt.seq from asked
        join {Receipt._meta.db_table} as receipt
            on receipt.device = asked.device and receipt.seq > asked.whole
        union
        select asked.device, asked.whole, kept.seq from asked
        join {Quarantined._meta.db_table} as kept
            on kept.device_id = asked.device and kept.seq > asked.whole
    )
    select device, max(seq) from (
        select device, whole, seq,
            seq - row_number() over (partition by device order by seq) as before
        from held
    ) as numbered where before = whole group by device
"""
_WRITE = f"""
    update {Device._meta.db_table} as held set
        last_contact = %s, last_reported = given.last_reported, app = given.app,
        held_upto = given.held_upto, whole_upto = given.whole_upto
    from unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[])
        as given (id, last_reported, app, held_upto, whole_upto)
    where held.id = given.id
"""


@dataclass(slots=True)
class State:
    """
    How far the numbers of a device have come; its row is locked.

    :ivar revoked: it was struck off, or its account was closed
    :ivar forgotten_upto: up to it nobody can tell what the numbers were
    :ivar has_quarantined: something of it could not be taken in at once, once upon a time
    """

    device: UUID
    last_reported: int
    held_upto: int
    whole_upto: int
    durable_upto: int
    app: str
    revoked: bool
    forgotten_upto: int = 0
    has_quarantined: bool = False


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A receipt to write; its names are the model's."""

    id: UUID
    device: UUID
    seq: int
    digest: bytes
    kind: str
    occurred_at: datetime
    certain: bool
    received_at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt that stands."""

    id: UUID
    device: UUID
    seq: int
    digest: bytes
    code: str


class Held:
    """What is held, read and written inside the transaction that holds the locks."""

    @staticmethod
    def lock(devices: Iterable[UUID]) -> dict[UUID, State]:
        """Lock devices in one order everywhere, and return how far they have come."""
        with planned_once() as cursor:
            asked = spelt(devices)
            cursor.execute(_LOCK, [asked])
            states = {row[0]: State(*row) for row in cursor.fetchall()}
            # By itself: the statement before has looked at other tables before it got its locks.
            cursor.execute(_HAVE_QUARANTINED, [asked])
            for (device,) in cursor.fetchall():
                states[device].has_quarantined = True
        return states

    @staticmethod
    def receipts(ids: Sequence[UUID], numbers: Sequence[tuple[UUID, int]]) -> list[Received]:
        """Return the receipts of these events, and those that have one of these numbers."""
        with planned_once() as cursor:
            cursor.execute(
                _RECEIVED,
                {
                    "ids": spelt(ids),
                    "devices": spelt(device for device, _ in numbers),
                    "numbers": [number for _, number in numbers],
                },
            )
            return [
                Received(row[0], row[1], row[2], bytes(row[3]), row[4]) for row in cursor.fetchall()
            ]

    @staticmethod
    def quarantined(
        devices: Sequence[UUID], events: Sequence[UUID], numbers: Sequence[int]
    ) -> list[Quarantined]:
        """Return what is kept of devices under the ids of some events, or under some numbers."""
        if not devices:
            return []
        same = Q(event__in=events) | Q(seq__in=numbers)
        return list(Quarantined.objects.filter(same, device__in=devices))

    @staticmethod
    def settled(devices: Sequence[UUID], at: datetime) -> dict[UUID, list[UUID]]:
        """Return the quarantined events of devices that a person has settled lately."""
        if not devices:
            return {}
        rows = Quarantined.objects.filter(
            device__in=devices,
            state__in=(QuarantineState.MENDED, QuarantineState.DISMISSED),
            settled_at__gte=at - _TOLD_FOR,
        )
        found: dict[UUID, list[UUID]] = {}
        for device, event in rows.values_list("device", "event"):
            found.setdefault(device, []).append(event)
        return found

    @staticmethod
    def write_states(
        states: Sequence[State], arrived: Mapping[UUID, Sequence[int]], at: datetime
    ) -> None:
        """Write how far devices have come now that some numbers have arrived."""
        gaps = []
        for state in states:
            new = arrived.get(state.device, ())
            had_gap = state.held_upto > state.whole_upto
            state.held_upto = max(state.held_upto, *new) if new else state.held_upto
            state.whole_upto = whole_after(state.whole_upto, new)
            if had_gap and state.held_upto > state.whole_upto and new:
                gaps.append(state)
        Held._close_gaps(gaps)
        with planned_once() as cursor:
            cursor.execute(
                _WRITE,
                [
                    at,
                    spelt(state.device for state in states),
                    [max(state.last_reported, state.held_upto) for state in states],
                    [state.app for state in states],
                    [state.held_upto for state in states],
                    [state.whole_upto for state in states],
                ],
            )

    @staticmethod
    def _close_gaps(states: Sequence[State]) -> None:
        if not states:
            return
        with planned_once() as cursor:
            cursor.execute(
                _GAPLESS, [spelt(one.device for one in states), [one.whole_upto for one in states]]
            )
            found = dict(cursor.fetchall())
        for state in states:
            state.whole_upto = found.get(state.device, state.whole_upto)
