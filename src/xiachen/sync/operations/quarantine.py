"""What could not be taken in: kept whole until it can be, or until a person has settled it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Scope
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.operations.items import Item, Passing, Verdict
from xiachen.sync.queries.quarantine import COLUMN, TABLE
from xiachen.sync.rules.events import Content, UnreadableItem, content_of, said_time
from xiachen.sync.rules.protocol import Said

_STATES = {Said.RETRY: QuarantineState.WAITING, Said.QUARANTINED: QuarantineState.QUARANTINED}


@transaction.atomic
def keep(scope: Scope, *, one: Passing, verdict: Verdict, at: datetime) -> Quarantined:
    """
    Keep what became of an event that was refused now or before.

    :raises Forbidden: asked by anybody but the door of phones
    """
    scope.require_house()
    row = one.former or _new(one, at)
    if verdict.is_final:
        row.state, row.settled_at = QuarantineState.TAKEN_IN, at
    else:
        row.state, row.code = _STATES[verdict.said], verdict.code
        row.field = (verdict.refusal.field or "") if verdict.refusal else ""
    row.save(force_insert=one.former is None)
    return row


def _new(one: Passing, at: datetime) -> Quarantined:
    device, item, event = one.push.device, one.item, one.event
    content = one.content or _readable(item)
    said = said_time(content) if content else None
    row = Quarantined(
        event=item.id,
        device_id=device.id,
        seq=item.seq,
        digest=item.digest,
        kind=content.kind if content else "",
        about=content.community if content else None,
        opens=item.fault is None,
        received_at=at,
        occurred_at=event.occurred_at if event else said,
        certain=event.certain if event else False,
    )
    row.sealed = _sealed(device.incident, row, item.plain)
    return row


def _readable(item: Item) -> Content | None:
    """Return what an event says that was put aside before anybody read it."""
    try:
        return content_of(item.plain) if item.fault is None else None
    except UnreadableItem:
        return None


def _sealed(incident: UUID, row: Quarantined, plain: bytes) -> bytes:
    return vault().seal(
        incident,
        DataClass.SERVICE,
        {"event": plain.decode("utf-8", "replace")},
        table=TABLE,
        column=COLUMN,
        community=row.about or 0,
        row=row.id,
    )
