"""Reads of records that could not be taken in: as a list, and one of them with all it says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from xiachen.attendance.models.records import CheckIn, CheckOut, WorkRecord
from xiachen.attendance.queries.signing import place_in_operation
from xiachen.base.errors import NotFound
from xiachen.command.queries.desk import Waiting
from xiachen.deployment.models import Team
from xiachen.needs.models import Task, TaskKind
from xiachen.papers.tables import Table
from xiachen.people.queries.members import shown_names
from xiachen.places.queries.communities import communities_by_id, full_names
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Can, Scope, system_scope
from xiachen.sync.models.receipts import Quarantined, QuarantineState, Receipt
from xiachen.sync.queries.quarantine import quarantined_reached, to_settle, written
from xiachen.sync.rules import events
from xiachen.sync.rules.events import Content
from xiachen.sync.rules.settling import reason_words
from xiachen.sync.rules.wording import PART_WORDS, VALUE_WORDS, kind_words, why

Words = str | Promise
Parts = list[tuple[Words, Words]]

_SETTLED = (QuarantineState.MENDED, QuarantineState.DISMISSED, QuarantineState.TAKEN_IN)
_FACTS: Mapping[str, type[CheckIn] | type[CheckOut] | type[WorkRecord]] = {
    "attendance.check-in": CheckIn,
    "attendance.check-out": CheckOut,
    "attendance.work": WorkRecord,
}


class Show(StrEnum):
    """Which records of a list are wanted."""

    TO_SETTLE = "to-settle"
    WAITING = "waiting"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """
    A record in a list: what it is, whose phone sent it, where, and why it was refused.

    :param reason: why it was settled as it was, if it is
    """

    row: Quarantined
    kind: Words
    name: str
    place: str
    why: Words
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """
    What else stands under the same id or number.

    :param taken_in: whether it was taken in, or is kept like this one
    :param note: why nothing new was recorded with it
    """

    kind: Words
    taken_in: bool
    occurred_at: datetime | None
    received_at: datetime
    parts: Parts
    note: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """
    One record with all it says.

    :param content: None where it cannot be read
    :param text: as the phone wrote it
    :param occurred_at: by what the phone said, where the server has not worked it out
    """

    line: RecordLine
    content: Content | None
    text: str
    occurred_at: datetime | None
    parts: Parts
    others: list[Other]
    named: frozenset[UUID]

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has settled it yet."""
        return self.line.row.settled_at is None


def records(
    scope: Scope, *, show: Show, device: UUID | None, at: datetime
) -> QuerySet[Quarantined]:
    """
    Return the records wanted: what is to be done oldest first, what is done latest first.

    :raises Forbidden: the role settles no records
    """
    if show is Show.TO_SETTLE:
        rows = to_settle(scope, at=at)
    elif show is Show.WAITING:
        rows = quarantined_reached(scope).filter(state=QuarantineState.WAITING)
    else:
        rows = quarantined_reached(scope).filter(state__in=_SETTLED)
        rows = rows.order_by("-settled_at", "pk")
    return rows if device is None else rows.filter(device=device)


def waiting_records(scope: Scope, *, at: datetime) -> list[Waiting]:
    """Return a line for the first page, where records of phones wait for the reader."""
    if scope.incident is None or not scope.allows(Can.SETTLE_RECORDS):
        return []
    rows = to_settle(scope, at=at)
    count = rows.count()
    if not count:
        return []
    oldest = rows.values_list("received_at", flat=True)[0]
    words = _("Records of phones to look at: %(count)s") % {"count": count}
    return [Waiting(words=words, page="sync:records", since=oldest)]


def record_lines(scope: Scope, rows: Sequence[Quarantined]) -> list[RecordLine]:
    """Return a page of records with names and places."""
    names = shown_names(scope, {row.device.member for row in rows})
    places = communities_by_id(scope, {row.about for row in rows if row.about})
    return [
        RecordLine(
            row=row,
            kind=kind_words(row.kind),
            name=names.get(row.device.member, ""),
            place=str(places.get(row.about or 0, row.about or "")),
            why=why(row.code),
            reason=reason_words(row.reason, by_itself=row.settled_by == system_scope().account),
        )
        for row in rows
    ]


def record(scope: Scope, *, id: UUID) -> RecordView:
    """
    Return one record, opened, with what else stands under its id or number.

    :raises NotFound, Forbidden:
    """
    row = quarantined_reached(scope).filter(pk=id).first()
    if row is None:
        raise NotFound()
    text = _written(scope, row)
    content = _content(row, text)
    (line,) = record_lines(scope, [row])
    others = [*_taken_in(scope, row), *_kept_beside(scope, row)]
    return RecordView(
        line=line,
        content=content,
        text=_laid_out(text),
        occurred_at=row.occurred_at or (events.said_time(content) if content else None),
        parts=_parts(scope, content.body) if content else [],
        others=others,
        named=frozenset(_people(content.body)) if content else frozenset(),
    )


def records_table(scope: Scope, *, rows: Sequence[Quarantined]) -> Table:
    """Return records with why they were refused and what became of them; names are masked."""
    return Table(
        title=_("Records to look at"),
        about=(),
        headings=[
            _("received"),
            _("occurred"),
            _("record"),
            pgettext("person", "phone of"),
            _("community"),
            _("why"),
            _("state"),
            _("reason"),
        ],
        tags=["#date+received", "#date", "", "#contact+name", "#adm", "", "#status", ""],
        lines=[
            (
                line.row.received_at,
                line.row.occurred_at,
                str(line.kind),
                mask_name(line.name),
                line.place,
                str(line.why),
                line.row.get_state_display(),
                str(line.reason),
            )
            for line in record_lines(scope, rows)
        ],
        records=[row.pk for row in rows],
    )


def _written(scope: Scope, row: Quarantined) -> str:
    """Return what is kept of a record: nothing that could be read where it opens no more."""
    try:
        return written(scope, row)
    except events.NoSeal:
        return ""


def _content(row: Quarantined, text: str) -> Content | None:
    if not row.opens:
        return None
    try:
        return events.content_of(text.encode())
    except events.UnreadableItem:
        return None


def _laid_out(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def _taken_in(scope: Scope, row: Quarantined) -> list[Other]:
    """Return what was taken in under the same id, or as the same number of the same phone."""
    same = Q(pk=row.event)
    if row.seq is not None:
        same |= Q(device=row.device_id, seq=row.seq)
    found = _forgotten(scope, row) if row.code == events.LongAgo.code else []
    for receipt in Receipt.objects.filter(same):
        model = _FACTS.get(receipt.kind)
        fact = model.objects.filter(pk=receipt.pk).first() if model else None
        body = {} if fact is None else _of_fact(fact)
        found.append(
            Other(
                kind=kind_words(receipt.kind),
                taken_in=True,
                occurred_at=receipt.occurred_at,
                received_at=receipt.received_at,
                parts=_parts(scope, body),
                note=why(receipt.code) if receipt.code else "",
            )
        )
    return found


def _forgotten(scope: Scope, row: Quarantined) -> list[Other]:
    """Return what is on record of an event whose receipt has been put away."""
    model = _FACTS.get(row.kind)
    fact = model.objects.filter(pk=row.event).first() if model else None
    if fact is None:
        return []
    return [
        Other(
            kind=kind_words(row.kind),
            taken_in=True,
            occurred_at=fact.occurred_at,
            received_at=fact.received_at,
            parts=_parts(scope, _of_fact(fact)),
        )
    ]


def _of_fact(fact: CheckIn | CheckOut | WorkRecord) -> dict[str, Any]:
    body: dict[str, Any] = {"member": str(fact.member), "community": fact.community_id}
    if isinstance(fact, WorkRecord):
        body |= {"work": fact.kind, "times": fact.times, "persons_served": fact.persons_served}
    return body


def _kept_beside(scope: Scope, row: Quarantined) -> list[Other]:
    same = Q(event=row.event)
    if row.seq is not None:
        same |= Q(device=row.device_id, seq=row.seq)
    found = []
    for other in quarantined_reached(scope).filter(same).exclude(pk=row.pk):
        content = _content(other, _written(scope, other))
        found.append(
            Other(
                kind=kind_words(other.kind),
                taken_in=False,
                occurred_at=other.occurred_at,
                received_at=other.received_at,
                parts=_parts(scope, content.body) if content else [],
            )
        )
    return found


def _people(body: Mapping[str, Any]) -> set[UUID]:
    found = _identity(body.get("member"))
    return {found} if found else set()


def _parts(scope: Scope, body: Mapping[str, Any]) -> Parts:
    """Return what a record says in words, part by part."""
    return [
        (PART_WORDS.get(name, name), _value(scope, name, value))
        for name, value in body.items()
        if value not in (None, "")
    ]


def _value(scope: Scope, name: str, value: Any) -> Words:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str) and value in VALUE_WORDS.get(name, {}):
        return VALUE_WORDS[name][value]
    if name == "work":
        return str(TaskKind.objects.filter(code=str(value)).first() or value)
    if name == "community" and isinstance(value, int):
        return full_names(scope, [value]).get(value, str(value))
    identity = _identity(value)
    if identity is not None:
        return _called(scope, name, identity)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _called(scope: Scope, name: str, id: UUID) -> Words:
    if name == "member":
        return shown_names(scope, [id]).get(id) or _("somebody outside your responsibility")
    if name == "team":
        team = Team.objects.filter(pk=id, incident=scope.incident).first()
        return team.name if team else _("unknown team")
    if name == "place":
        place = place_in_operation(scope, place=id)
        return place.name if place else _("an unknown place")
    if name == "task":
        task = Task.objects.filter(scope.within(), pk=id, incident=scope.incident).first()
        return task.title if task else _("a task outside your responsibility")
    return str(id)


def _identity(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
