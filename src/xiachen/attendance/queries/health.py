"""How people stand today: signed in or out, well or not, off duty or fit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.base import clock
from xiachen.people.queries.fitness import off_duty_among
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
