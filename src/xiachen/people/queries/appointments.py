"""Reads of grid heads and heads of buildings."""

from datetime import date

from xiachen.people.models.periods import standing_on
from xiachen.people.models.residents import Appointment
from xiachen.privacy.scope import Scope


def appointments(scope: Scope, *, community: int, day: date | None = None) -> list[Appointment]:
    """Return grid heads and heads of buildings of a community, those of a day or all."""
    rows = Appointment.objects.filter(scope.within(), community_id=community)
    if day is not None:
        rows = rows.filter(standing_on(day))
    return list(rows.select_related("grid", "building").order_by("post", "from_day", "pk"))
