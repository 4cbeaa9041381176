"""Recording work, that finished tasks prove or that people state, and taking it back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from xiachen.attendance.models.records import WorkRecord
from xiachen.attendance.operations.settling import (
    Scopes,
    Settling,
    put_right,
)
from xiachen.attendance.rules import records as rules
from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome, Refused
from xiachen.base.owned.appending import append, superseding
from xiachen.figures.operations import post_deltas
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

PARTICIPATIONS, SERVED = "attendance.participations", "attendance.served"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEntry:
    """
    Work that was done.

    :param task: the finished task that proves it; None: the person states it
    :param kind: code of the kind of work
    :param times: person-times that the work counts for
    :param photo: id of a photo of it, which may come later
    :param note: what the person adds; what is too long is cut
    """

    id: UUID
    community: int
    member: UUID
    kind: str
    occurred_at: datetime
    task: UUID | None = None
    times: int = 1
    persons_served: int = 0
    team: UUID | None = None
    photo: UUID | None = None
    note: str = ""


@transaction.atomic
def record_work(scope: Scope, *, entries: Sequence[WorkEntry], at: datetime) -> list[Outcome]:
    """
    Record work: of a task once for each person and task, without one once by its id.

    :raises Forbidden: the role does no work
    """
    scope.require(Can.CLAIM_TASKS)
    rules.incident_of(scope)
    return _record_work({one.id: scope for one in entries}, entries, at)


@transaction.atomic
def record_work_all(scopes: Scopes, *, entries: Sequence[WorkEntry], at: datetime) -> list[Outcome]:
    """
    Record work as `record_work` does, for several who ask.

    :param scopes: who asks, by the entry's id; whoever may not is told so in the outcome
    """
    return _record_work(scopes, entries, at)


@transaction.atomic
def take_back_work(
    scope: Scope, *, community: int, task: UUID, at: datetime, reason: str
) -> list[WorkRecord]:
    """Take back the work that a task had proved, because the community sent the task back."""
    scope.require(Can.CONFIRM_TASKS, community=community)
    incident = rules.incident_of(scope)
    standing = WorkRecord.objects.standing().filter(
        community_id=community, incident=incident, task=task
    )
    voids = [superseding(done, by=scope.account, at=at, void=True) for done in standing]
    written = append(voids) if voids else set()
    gone = [one for one in voids if one.id in written]
    _count(gone, sign=-1)
    audit.record(
        scope,
        "attendance.take-back-work",
        community=community,
        targets=(task, *(one.pk for one in gone)),
        reason=rules.check_reason(reason)[:200],
    )
    return gone


@transaction.atomic
def correct_work(
    scope: Scope,
    *,
    community: int,
    work: UUID,
    amounts: tuple[int, int] | None,
    at: datetime,
    reason: str,
) -> WorkRecord:
    """
    Put other amounts in the place of recorded work, or take it back.

    :param amounts: the right person-times and persons served; None: there was no such work
    :returns: the row that stands in its place, void when nothing does
    :raises CorrectedAlready: somebody has corrected it meanwhile
    :raises WrongAmount: work cannot have such amounts
    """
    scope.require(Can.CORRECT, community=community)
    reason = rules.check_reason(reason)
    rows = WorkRecord.objects.filter(community_id=community, incident=rules.incident_of(scope))
    former = rows.filter(pk=work, void=False).first()
    if former is None:
        raise NotFound(field="work")
    times, served = amounts or (former.times, former.persons_served)
    if refusal := rules.work_refusal(kind=former.kind, times=times, persons_served=served):
        raise refusal
    correction = put_right(
        scope,
        former,
        action="attendance.correct-work",
        void=amounts is None,
        at=at,
        reason=reason,
        times=times,
        persons_served=served,
    )
    _count([former], sign=-1)
    if not correction.void:
        _count([correction])
    return correction


def _record_work(scopes: Scopes, entries: Sequence[WorkEntry], at: datetime) -> list[Outcome]:
    outcomes, done = _SETTLING.record(
        scopes,
        entries,
        lambda allowed: ((one.id, _made(scopes[one.id], one, at)) for one in allowed),
        at,
    )
    _count(done)
    return outcomes


def _count(rows: Iterable[WorkRecord], sign: int = 1) -> None:
    for incident, done in rules.by_incident(rows):
        post_deltas(
            incident,
            [
                (one.community_id, figure, one.day, sign * amount)
                for one in done
                for figure, amount in ((PARTICIPATIONS, one.times), (SERVED, one.persons_served))
            ],
        )


def _made(scope: Scope, entry: WorkEntry, at: datetime) -> WorkRecord | Refused:
    refusal = rules.work_refusal(
        kind=entry.kind, times=entry.times, persons_served=entry.persons_served
    )
    return refusal or WorkRecord(
        id=entry.id,
        community_id=entry.community,
        incident_id=rules.incident_of(scope),
        member=entry.member,
        team=entry.team,
        day=clock.local_day(entry.occurred_at),
        kind=entry.kind,
        task=entry.task,
        times=entry.times,
        persons_served=entry.persons_served,
        photo=entry.photo,
        note=entry.note.strip()[: rules.LONGEST_NOTE],
        occurred_at=entry.occurred_at,
        received_at=at,
        recorded_by=scope.account,
    )


def _key(row: WorkRecord) -> tuple[int, UUID, UUID]:
    """Return what there is one of: the task and person; without a task, the record itself."""
    return row.community_id, row.task or row.id, row.member


def _others(facts: Sequence[WorkRecord]) -> QuerySet[WorkRecord]:
    return WorkRecord.objects.filter(
        Q(pk__in=[fact.pk for fact in facts])
        | Q(
            task__in={fact.task for fact in facts if fact.task},
            member__in={fact.member for fact in facts},
        ),
        community_id__in={fact.community_id for fact in facts},
    )


def _same(known: WorkRecord, fact: WorkRecord) -> bool:
    return (
        _key(known) == _key(fact)
        and known.occurred_at == fact.occurred_at
        and known.kind == fact.kind
        and known.times == fact.times
        and known.persons_served == fact.persons_served
        and known.photo == fact.photo
        and known.note == fact.note
    )


def _known(_fact: WorkRecord, _standing: WorkRecord) -> None:
    """Another row of the same person and task is the same work."""


_SETTLING: Settling[WorkRecord] = Settling(
    can=Can.CLAIM_TASKS,
    action="attendance.record-work",
    key=_key,
    others=_others,
    same=_same,
    taken=_known,
    of_theirs=True,
)
