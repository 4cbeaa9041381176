"""A member's day: signed in or not, what is mine to do, what I could take."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from xiachen.attendance.queries import records
from xiachen.attendance.queries.funnels import SignIn
from xiachen.attendance.queries.stays import stays_on
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.needs.queries.tasks import TaskLine, claimable, my_tasks
from xiachen.people.queries.fitness import off_duty_among
from xiachen.places.models import Community
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where the reader is expected, and the stays there that stand.

    :param stays: when each began, and when it ended if it has, the earliest first
    """

    community: Community
    sign_in: SignIn | None
    stays: list[tuple[datetime, datetime | None]]

    @property
    def left_at(self) -> datetime | None:
        """Return when the last stay ended; None while the reader is there."""
        return self.stays[-1][1] if self.stays else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MyDay:
    """
    The day of the person who reads.

    :param member: None for an account that belongs to nobody in the operation
    :param off_duty: whether the reader must not work on the day
    """

    member: UUID | None
    day: date
    places: list[Place]
    tasks: list[TaskLine]
    open_tasks: list[TaskLine]
    off_duty: bool = False

    @property
    def to_finish(self) -> list[TaskLine]:
        """Return what the reader has claimed and not finished."""
        return [line for line in self.tasks if line.mine and not line.mine.finished_at]

    @property
    def finished(self) -> list[TaskLine]:
        """Return what the reader has finished."""
        return [line for line in self.tasks if line.mine and line.mine.finished_at]


def my_day(scope: Scope, *, day: date) -> MyDay:
    """Return what the acting person needs to know today."""
    scope.require(Can.CLAIM_TASKS)
    return MyDay(
        member=scope.member,
        day=day,
        places=_places(scope, day),
        tasks=my_tasks(scope, day=day),
        open_tasks=claimable(scope) if scope.member else [],
        off_duty=bool(scope.member and off_duty_among(scope, members=[scope.member], day=day)),
    )


def _places(scope: Scope, day: date) -> list[Place]:
    if scope.member is None or scope.incident is None:
        return []
    stays = mobilisation.enrolled_on(scope, incident=scope.incident, day=day)
    signed = {
        row.community_id: SignIn(row.occurred_at, row.deadline)
        for row in records.check_ins(scope, records.end_of(scope, day)).filter(member=scope.member)
    }
    been = stays_on(scope, day, Q(member=scope.member))
    here = stays.filter(member_id=scope.member).order_by().values_list("community_id", flat=True)
    rows = Community.objects.filter(pk__in={*here, *signed}).order_by("pk")
    return [
        Place(
            community=row,
            sign_in=signed.get(row.pk),
            stays=[
                (stay.came.occurred_at, stay.left.occurred_at if stay.left else None)
                for stay in been.get((row.pk, scope.member), ())
            ],
        )
        for row in rows
    ]
