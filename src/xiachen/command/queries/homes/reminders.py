"""How often people were reminded on a day, and what they said."""

from collections.abc import Collection
from uuid import UUID

from xiachen.command.models import Reminder
from xiachen.figures.figure import Cutoff
from xiachen.privacy.scope import Can, Scope


def reminders(scope: Scope, *, members: Collection[UUID], cutoff: Cutoff) -> list[Reminder]:
    """Return the reminders and answers of some people of the scope's units on a day, in order."""
    if scope.incident != cutoff.incident or not scope.allows(Can.SEE_PEOPLE):
        return []
    rows = Reminder.objects.standing().filter(
        member__organisation__in=scope.organisations,
        member__in=members,
        incident=cutoff.incident,
        day=cutoff.day,
    )
    return list(rows.order_by("sequence"))
