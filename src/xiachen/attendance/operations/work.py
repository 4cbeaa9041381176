"""Recording work that finished tasks prove, and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from xiachen.attendance.models.records import WorkRecord
from xiachen.attendance.operations.settling import Registered, Settling
from xiachen.attendance.rules import records as rules
from xiachen.base import clock
from xiachen.base.errors import Outcome
from xiachen.base.owned.appending import append, superseding
from xiachen.figures.operations import post_deltas
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

PARTICIPATIONS, SERVED = "attendance.participations", "attendance.served"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkEntry:
    """
    Work taken from a finished task.

    :param kind: code of the task's kind
    :param times: person-times that the work counts for
    """

    id: UUID
    community: int
    member: UUID
    task: UUID
    kind: str
    occurred_at: datetime
    times: int = 1
    persons_served: int = 0
    team: UUID | None = None


@transaction.atomic
def record_work(scope: Scope, *, entries: Sequence[WorkEntry], at: datetime) -> list[Outcome]:
    """
    Record work that a finished task proves; once for each person and task.

    :raises Forbidden: the role finishes no tasks
    """
    scope.require(Can.CLAIM_TASKS)
    incident = rules.incident_of(scope)

    def settle(asked: Sequence[WorkEntry]) -> dict[UUID, Outcome]:
        known = Registered(scope).people({one.member for one in asked})
        here = Registered(scope).communities({one.community for one in asked})
        refused = {
            one.id: Outcome(one.id, refusal=refusal)
            for one in asked
            if (refusal := rules.refusal_of(scope, one, known=known, communities=here, at=at))
        }
        facts = [_fact(scope, incident, one, at) for one in asked if one.id not in refused]
        return refused | _SETTLING.write(facts)

    outcomes = rules.once_each(entries, settle)
    new = {outcome.id for outcome in outcomes if outcome.new}
    done = [entry for entry in entries if entry.id in new]
    post_deltas(
        incident,
        [
            (one.community, figure, clock.local_day(one.occurred_at), amount)
            for one in done
            for figure, amount in ((PARTICIPATIONS, one.times), (SERVED, one.persons_served))
        ],
    )
    for community, members, ids in rules.by_community(done):
        audit.record(
            scope,
            "attendance.record-work",
            community=community,
            subject=members[0] if len(members) == 1 else None,
            targets=ids,
        )
    return outcomes


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
    post_deltas(
        incident,
        [
            (community, figure, one.day, -amount)
            for one in gone
            for figure, amount in ((PARTICIPATIONS, one.times), (SERVED, one.persons_served))
        ],
    )
    audit.record(
        scope,
        "attendance.take-back-work",
        community=community,
        targets=(task, *(one.pk for one in gone)),
        reason=rules.check_reason(reason)[:200],
    )
    return gone


def _fact(scope: Scope, incident: UUID, entry: WorkEntry, at: datetime) -> WorkRecord:
    return WorkRecord(
        id=entry.id,
        community_id=entry.community,
        incident_id=incident,
        member=entry.member,
        team=entry.team,
        day=clock.local_day(entry.occurred_at),
        kind=entry.kind,
        task=entry.task,
        times=entry.times,
        persons_served=entry.persons_served,
        occurred_at=entry.occurred_at,
        received_at=at,
        recorded_by=scope.account,
    )


def _key(row: WorkRecord) -> tuple[int, UUID, UUID]:
    return row.community_id, row.task, row.member


def _others(facts: Sequence[WorkRecord]) -> QuerySet[WorkRecord]:
    return WorkRecord.objects.filter(
        Q(pk__in=[fact.pk for fact in facts])
        | Q(
            task__in={fact.task for fact in facts},
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
    )


def _known(standing: WorkRecord) -> None:
    """Another row of the same person and task is the same work."""


_SETTLING: Settling[WorkRecord] = Settling(key=_key, others=_others, same=_same, taken=_known)
