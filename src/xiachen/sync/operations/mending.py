"""Settling what could not be taken in: mended by a person, or dismissed with a reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope, system_scope
from xiachen.sync.kinds import KINDS, Event
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.operations.held import Held
from xiachen.sync.queries.devices import known_devices
from xiachen.sync.queries.quarantine import quarantined_reached
from xiachen.sync.rules import events
from xiachen.sync.rules.events import Content, OtherContent
from xiachen.sync.rules.occurred import Told, milliseconds
from xiachen.sync.rules.settling import SIGNED_IN, SIGNED_OUT, SettledAlready, check_reason


@transaction.atomic
def mend(
    scope: Scope,
    *,
    record: UUID,
    kind: str,
    community: int | None,
    body: Mapping[str, Any],
    occurred_at: datetime,
    reason: str,
    at: datetime,
) -> Quarantined:
    """
    Take a record in as a person has mended it, by that person's own rights.

    :param record: id of the quarantined row
    :raises NotFound, SettledAlready, ReasonMissing:
    :raises Refused: the operation behind the kind refuses it still; nothing is changed
    """
    row = _held(scope, record)
    reason = check_reason(reason)
    found = KINDS.get(kind)
    if found is None:
        raise events.UnknownKind(field="kind")
    moment = milliseconds(occurred_at)
    told = Told(clock=moment, offset=None, steady=None, contact=None)
    # Another record stands under the event's own id: this one gets that of its row.
    id = row.pk if row.code == OtherContent.code else row.event
    event = Event(
        id=id,
        seq=row.seq or 0,
        device=known_devices(system_scope(), [row.device_id])[row.device_id],
        content=Content(kind, community, told, body),
        occurred_at=occurred_at,
        certain=False,
        day=clock.local_day(occurred_at),
    )
    (outcome,) = found.settle({id: scope}, [found.read(event)], at)
    if outcome.refusal is not None and outcome.refusal.code not in found.known:
        raise outcome.refusal
    return _settle(scope, row, QuarantineState.MENDED, reason, at)


@transaction.atomic
def dismiss(scope: Scope, *, record: UUID, reason: str, at: datetime) -> Quarantined:
    """
    Leave a record out, with the reason; it stays as it was written.

    :param record: id of the quarantined row
    :raises NotFound, SettledAlready, ReasonMissing:
    """
    row = _held(scope, record)
    return _settle(scope, row, QuarantineState.DISMISSED, check_reason(reason), at)


@transaction.atomic
def dismiss_slips(scope: Scope, *, records: Sequence[UUID], at: datetime) -> int:
    """
    Leave out records that a wrong code was given for, as the person is on record all the same.

    :param records: ids of quarantined rows, as `slips_made_good` finds them
    :returns: how many; somebody may have settled the others meanwhile
    :raises Forbidden: asked by anybody but the installation itself
    """
    scope.require_house()
    rows = Quarantined.objects.filter(pk__in=records)
    Held.lock(set(rows.values_list("device_id", flat=True)))
    held = rows.filter(state=QuarantineState.QUARANTINED).select_related("device")
    left = 0
    for row in held.select_for_update(of=("self",)).order_by("pk"):
        reason = SIGNED_OUT if row.kind == "attendance.check-out" else SIGNED_IN
        _settle(scope, row, QuarantineState.DISMISSED, reason, at)
        left += 1
    return left


def _held(scope: Scope, record: UUID) -> Quarantined:
    scope.require(Can.SETTLE_RECORDS)
    rows = quarantined_reached(scope).order_by().values("pk")
    found = Quarantined.objects.filter(pk__in=rows, pk=record).first()
    if found is None:
        raise NotFound()
    # First the device, as whoever takes in what its phone sends: neither sees half of the other.
    list(Device.objects.select_for_update(no_key=True).filter(pk=found.device_id).values_list("pk"))
    held = Quarantined.objects.select_for_update(of=("self",)).select_related("device")
    row = held.get(pk=found.pk)
    if row.settled_at is not None:
        raise SettledAlready()
    return row


def _settle(
    scope: Scope, row: Quarantined, state: QuarantineState, reason: str, at: datetime
) -> Quarantined:
    row.state, row.settled_at, row.settled_by, row.reason = state, at, scope.account, reason
    row.save(update_fields=["state", "settled_at", "settled_by", "reason"])
    audit.record(
        scope,
        f"sync.{'mend' if state == QuarantineState.MENDED else 'dismiss'}-record",
        community=row.about,
        subject=row.device.member,
        targets=[row.pk, row.event],
        reason=reason,
    )
    return row
