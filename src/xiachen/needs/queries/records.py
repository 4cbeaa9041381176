"""The records behind the figures of tasks and needs: steps that stand, and persons served."""

from collections.abc import Collection
from datetime import time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from xiachen.attendance.models.records import WorkRecord
from xiachen.attendance.queries import records as attendance
from xiachen.base import clock
from xiachen.figures.figure import Cutoff
from xiachen.needs.models import Claim, Step, TaskStep
from xiachen.privacy.scope import Can, Scope


def needs(scope: Scope, cutoff: Cutoff) -> QuerySet[TaskStep]:
    """Return what communities had asked for by the cut-off and not withdrawn."""
    issued = _steps(scope, cutoff).filter(step=Step.ISSUED, need=True)
    return issued.filter(~Exists(_later(cutoff, Step.WITHDRAWN)))


def needs_met(scope: Scope, cutoff: Cutoff) -> QuerySet[TaskStep]:
    """Return the needs that the community has confirmed as met."""
    return needs(scope, cutoff).filter(Exists(_later(cutoff, Step.CONFIRMED)))


def open_needs(scope: Scope, cutoff: Cutoff) -> QuerySet[TaskStep]:
    """Return the needs that the community has not confirmed as met yet."""
    return needs(scope, cutoff).filter(~Exists(_later(cutoff, Step.CONFIRMED)))


def tasks_finished(scope: Scope, cutoff: Cutoff) -> QuerySet[TaskStep]:
    """Return the steps of the day by which whole tasks were finished and not sent back."""
    begin = clock.on_day(cutoff.day, time())
    return _steps(scope, cutoff).filter(
        step=Step.FINISHED,
        member=None,
        occurred_at__gte=begin,
        occurred_at__lt=begin + timedelta(days=1),
    )


def services(scope: Scope, cutoff: Cutoff) -> QuerySet[WorkRecord]:
    """Return the work of the day that served persons."""
    return attendance.works(scope, cutoff).filter(persons_served__gt=0)


def proven_work(
    scope: Scope, *, tasks: Collection[UUID], members: Collection[UUID]
) -> dict[tuple[UUID, UUID], tuple[int, int]]:
    """
    Return what is on record of people's work on tasks: times and persons served.

    By task and person, for checks of operations.
    """
    rows = WorkRecord.objects.standing().filter(
        incident=scope.incident, task__in=tasks, member__in=members
    )
    return {
        (task, member): (times, served)
        for task, member, times, served in rows.values_list(
            "task", "member", "times", "persons_served"
        )
        if task is not None
    }


def held_claims(
    scope: Scope, *, tasks: Collection[UUID], members: Collection[UUID]
) -> set[tuple[UUID, UUID]]:
    """Return which people hold or have finished which tasks, for checks of operations."""
    rows = Claim.objects.filter(
        task__incident=scope.incident, task__in=tasks, member__in=members, released_at=None
    )
    return set(rows.values_list("task_id", "member"))


def own_claim(scope: Scope, *, community: int, task: UUID, member: UUID) -> Claim | None:
    """Return a person's place in a task, finished or not, for checks of operations."""
    rows = Claim.objects.filter(
        community_id=community,
        task__incident=scope.incident,
        task=task,
        member=member,
        released_at=None,
    )
    return rows.first()


def _steps(scope: Scope, cutoff: Cutoff) -> QuerySet[TaskStep]:
    reads = scope.allows(Can.SEE_FIGURES) or scope.allows(Can.CLAIM_TASKS)
    if scope.incident != cutoff.incident or not reads:
        return TaskStep.objects.none()
    rows = TaskStep.objects.standing(cutoff.marks).filter(
        scope.within(), incident=cutoff.incident, occurred_at__lte=cutoff.occurred_until
    )
    return rows.select_related("task", "task__kind")


def _later(cutoff: Cutoff, step: Step) -> QuerySet[TaskStep]:
    return TaskStep.objects.standing(cutoff.marks).filter(
        community_id=OuterRef("community_id"),
        task_id=OuterRef("task_id"),
        step=step,
        occurred_at__lte=cutoff.occurred_until,
    )
