"""Who is off duty, since when and until when; never why."""

from collections.abc import Collection
from datetime import date, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.base import clock
from xiachen.people.models.members import OffDuty
from xiachen.people.queries.members import members_reached
from xiachen.privacy.scope import Scope


def off_duty(scope: Scope, *, day: date) -> QuerySet[OffDuty]:
    """Return who of the people reached is off duty on a day, the longest first."""
    reached = members_reached(scope).order_by().values("pk")
    return _on(day).filter(member__in=reached).order_by("since", "pk")


def off_duty_among(scope: Scope, *, members: Collection[UUID], day: date) -> dict[UUID, OffDuty]:
    """Return who of some people is off duty on a day, whoever asks: for checks and own pages."""
    rows = _on(day).filter(member__in=list(members)).order_by("since", "pk")
    return {row.member_id: row for row in rows}


def away_on(scope: Scope, *, day: date) -> QuerySet[OffDuty, UUID]:
    """Return the ids of all who are off duty on a day, for background work that names nobody."""
    return _on(day).order_by().values_list("member_id", flat=True)


def _on(day: date) -> QuerySet[OffDuty]:
    # From the moment on: whoever goes home at noon is off duty that day.
    tomorrow = clock.on_day(day + timedelta(days=1), time())
    return OffDuty.objects.filter(Q(until=None) | Q(until__gte=day), since__lt=tomorrow)
