"""How people stand today: signed in or out, well or not, off duty or fit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.injuries import Injury
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.mobilisation.queries.stays import enrolled_on
from xiachen.people.queries.fitness import off_duty_among
from xiachen.places.queries.communities import communities_by_id
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    How a person stands on a day.

    :param well: what the person said last on the day; None: nothing yet
    :param off_duty: whether the person must not work that day
    :param fit_until: the last day of being fit, where the person is off duty; None otherwise
    :param off_until: the last day off duty, where somebody in charge has named it
    """

    day: date
    signed_in_at: datetime | None = None
    signed_out_at: datetime | None = None
    well: bool | None = None
    off_duty: bool = False
    fit_until: date | None = None
    off_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHealth:
    """
    How the reader stands, and where.

    :param places: the communities where the reader belongs or has signed in, by code and name
    :param injuries: the reader's own, the latest first
    """

    standing: Standing
    places: list[tuple[int, str]]
    injuries: list[Injury]

    @property
    def place(self) -> int | None:
        """Return where what is said is kept: the first of the places."""
        return self.places[0][0] if self.places else None


def own_health(scope: Scope, *, day: date) -> OwnHealth:
    """
    Return how the reader stands on a day.

    :raises NotFound: the account belongs to nobody in the operation
    """
    if scope.member is None or scope.incident is None:
        raise NotFound()
    stays = enrolled_on(scope, incident=scope.incident, day=day).filter(member_id=scope.member)
    signed = CheckIn.objects.standing().filter(
        incident=scope.incident, member=scope.member, day=day
    )
    codes = [*signed.order_by("-occurred_at").values_list("community_id", flat=True)]
    codes += [*stays.order_by("from_day", "pk").values_list("community_id", flat=True)]
    places = communities_by_id(scope, set(codes))
    mine = Injury.objects.standing().filter(incident=scope.incident, member=scope.member)
    return OwnHealth(
        standing=standings(scope, members=[scope.member], day=day)[scope.member],
        places=[(one, places[one].name) for one in dict.fromkeys(codes) if one in places],
        injuries=list(mine.order_by("-occurred_at")),
    )


def standings(scope: Scope, *, members: Collection[UUID], day: date) -> dict[UUID, Standing]:
    """Return how people stand whom the caller reaches, wherever they are; one for each."""
    asked = list(members)
    of_day = {"incident": scope.incident, "member__in": asked, "day": day}
    came = _first(CheckIn.objects.standing().filter(**of_day).order_by("-occurred_at"))
    gone = _first(CheckOut.objects.standing().filter(**of_day).order_by("occurred_at"))
    said = {
        row.member: row.well
        for row in HealthStatement.objects.standing().filter(**of_day).order_by("occurred_at", "pk")
    }
    away = off_duty_among(scope, members=asked, day=day)
    return {
        one: Standing(
            day=day,
            signed_in_at=came.get(one),
            signed_out_at=gone.get(one),
            well=said.get(one),
            off_duty=one in away,
            fit_until=clock.local_day(away[one].since) - timedelta(days=1) if one in away else None,
            off_until=away[one].until if one in away else None,
        )
        for one in asked
    }


def _first(rows: Iterable[CheckIn | CheckOut]) -> dict[UUID, datetime]:
    """Return the moment of the last row of each person in this order."""
    return {row.member: row.occurred_at for row in rows}
