"""What people do with a task: claim it, release it, finish it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.operations.work import WorkEntry, record_work
from xiachen.attendance.rules.records import OnlyOneself, UnknownPerson, may_act_for
from xiachen.base.ids import uuid7
from xiachen.needs import rules
from xiachen.needs.models import Claim, Step, Task
from xiachen.needs.operations.steps import Held
from xiachen.needs.queries.records import proven_work
from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def hold_tasks(scope: Scope, *, tasks: Collection[tuple[int, UUID]]) -> None:
    """
    Lock tasks of the scope's incident, named by community and id, in one order everywhere.

    For a transaction that changes many: two of them would otherwise wait for each other.
    """
    communities, ids = {one for one, _ in tasks}, {one for _, one in tasks}
    rows = Task.objects.filter(
        community_id__in=communities, incident=scope.incident, pk__in=ids
    ).order_by("community_id", "pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))


@transaction.atomic
def claim_task(scope: Scope, *, community: int, task: UUID, member: UUID, at: datetime) -> Claim:
    """
    Claim a place in a task; a claim that is held already stays as it is.

    :raises Full: as many people as are wanted have claimed it
    :raises NotOpen: it is finished or has ended
    """
    _require(scope, community, member)
    held = Held.take(scope, community=community, task=task, at=at)
    standing = held.claim_of(member)
    if standing is not None:
        return standing
    rules.check_claim(held.state, held.places, said=held.said)
    if member != scope.member and not Member.objects.filter(pk=member).exists():
        raise UnknownPerson(field="member")
    claim = Claim.objects.create(
        community_id=community, task=held.task, member=member, claimed_at=at
    )
    held.claims.append(claim)
    held.note(Step.CLAIMED, member=member)
    held.settle()
    audit.record(scope, "needs.claim-task", community=community, subject=member, targets=(task,))
    return claim


@transaction.atomic
def release_claim(scope: Scope, *, community: int, task: UUID, member: UUID, at: datetime) -> Task:
    """
    Give a place in a task back.

    :raises NotYours: the person holds none
    :raises PartFinished: the person has finished
    """
    _require(scope, community, member)
    held = Held.take(scope, community=community, task=task, at=at)
    claim = held.claim_of(member)
    if claim is None:
        raise rules.NotYours(field="member")
    if claim.finished_at is not None:
        raise rules.PartFinished()
    claim.released_at = at
    claim.save(update_fields=["released_at"])
    held.claims.remove(claim)
    held.note(Step.RELEASED, member=member)
    audit.record(scope, "needs.release-claim", community=community, subject=member, targets=(task,))
    return held.settle()


@transaction.atomic
def finish_task(
    scope: Scope,
    *,
    community: int,
    task: UUID,
    member: UUID,
    at: datetime,
    note: str = "",
    times: int = 1,
    persons_served: int = 0,
    occurred_at: datetime | None = None,
) -> Task:
    """
    Say that a person has finished a claimed task; that is the proof of work.

    The task is finished when all places are filled and all have finished. Finishing again
    with the same numbers changes nothing.

    :param times: person-times that the work counts for
    :param occurred_at: when it was finished, if not now
    :raises NotYours: the person has not claimed it
    :raises FinishedOtherwise: the work is on record with other numbers
    """
    _require(scope, community, member)
    rules.check_work(times=times, persons_served=persons_served)
    held = Held.take(scope, community=community, task=task, at=at)
    claim = held.claim_of(member)
    if claim is None:
        raise rules.NotYours(field="member")
    if claim.finished_at is not None:
        _check_same(scope, held.task, member, times, persons_served)
        return held.task
    done = occurred_at or at
    entry = WorkEntry(
        id=uuid7(),
        community=community,
        member=member,
        task=task,
        kind=held.task.kind.code,
        occurred_at=done,
        times=times,
        persons_served=persons_served,
    )
    (outcome,) = record_work(scope, entries=[entry], at=at)
    if outcome.refusal:
        raise outcome.refusal
    if not outcome.new:
        _check_same(scope, held.task, member, times, persons_served)
    claim.finished_at = done
    claim.save(update_fields=["finished_at"])
    held.note(Step.FINISHED, member=member, note=note.strip()[: rules.LONGEST_NOTE])
    audit.record(scope, "needs.finish-task", community=community, subject=member, targets=(task,))
    return held.settle()


def _require(scope: Scope, community: int, member: UUID) -> None:
    scope.require(Can.CLAIM_TASKS, community=community)
    if not may_act_for(scope, member):
        raise OnlyOneself(field="member")


def _check_same(scope: Scope, task: Task, member: UUID, times: int, persons_served: int) -> None:
    """Refuse numbers that differ from those on record: they would be kept nowhere."""
    proven = proven_work(scope, tasks=[task.pk], members=[member]).get((task.pk, member))
    if proven not in (None, (times, persons_served)):
        raise rules.FinishedOtherwise(field="times")
