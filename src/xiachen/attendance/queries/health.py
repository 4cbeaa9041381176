"""How people stand today: signed in or out, well or not, off duty or fit."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.injuries import Injury
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.queries.stays import OneStay, Pair, stays_on
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

    :param signed_in_at: when the stay began that lasts, or the last of the day
    :param signed_out_at: when that stay ended; None: it lasts
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
    last = _last_stays(stays_on(scope, day, Q(member__in=asked)))
    said = {
        row.member: row.well
        for row in HealthStatement.objects.standing().filter(**of_day).order_by("occurred_at", "pk")
    }
    away = off_duty_among(scope, members=asked, day=day)
    return {
        one: Standing(
            day=day,
            **last.get(one, {}),
            well=said.get(one),
            off_duty=one in away,
            fit_until=clock.local_day(away[one].since) - timedelta(days=1) if one in away else None,
            off_until=away[one].until if one in away else None,
        )
        for one in asked
    }


def _last_stays(found: Mapping[Pair, Iterable[OneStay]]) -> dict[UUID, dict[str, datetime | None]]:
    """Return when each person's stay began and ended: the one that lasts, or else the last."""
    last: dict[UUID, dict[str, datetime | None]] = {}
    order: dict[UUID, tuple[bool, datetime]] = {}
    for (_community, member), several in found.items():
        for stay in several:
            came, left = stay.came.occurred_at, stay.left.occurred_at if stay.left else None
            rank = (left is None, left or came)
            if member not in order or rank > order[member]:
                order[member] = rank
                last[member] = {"signed_in_at": came, "signed_out_at": left}
    return last
