"""Reads of phones and of their records that name people, and so leave a line in the audit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.privacy import audit
from xiachen.privacy.scope import Scope
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined
from xiachen.sync.queries.phones import PhoneLine, phone_lines
from xiachen.sync.queries.records import RecordLine, RecordView, record, record_lines


@transaction.atomic
def view_phones(scope: Scope, *, rows: Sequence[Device], at: datetime) -> list[PhoneLine]:
    """Return a page of phones with their holders' names, and note whom it named."""
    lines = phone_lines(scope, rows, at=at)
    named = {one.device.member for one in lines if one.name and one.device.member != scope.member}
    if named:
        audit.record(scope, "sync.view-phones", targets=named)
    return lines


@transaction.atomic
def view_records(scope: Scope, *, rows: Sequence[Quarantined]) -> list[RecordLine]:
    """Return a page of records with the names of whose phones sent them, and note whom it named."""
    lines = record_lines(scope, rows)
    named = {one.row.device.member for one in lines if one.name}
    if named:
        audit.record(scope, "sync.view-records", targets=named)
    return lines


@transaction.atomic
def note_hand_over(scope: Scope, *, device: str) -> None:
    """Note who brought the file of which phone; what is in it was taken in as that phone's own."""
    audit.record(scope, "sync.hand-over", targets=[UUID(device)])


@transaction.atomic
def view_record(scope: Scope, *, record_id: UUID) -> RecordView:
    """
    Return one record with all it says, and note whose it is and whom it is about.

    :raises NotFound, Forbidden:
    """
    found = record(scope, id=record_id)
    audit.record(
        scope,
        "sync.view-record",
        community=found.line.row.about,
        subject=found.line.row.device.member,
        targets=[found.line.row.pk, *found.named],
    )
    return found
