"""Making the roll-ups of all areas again from their rows."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction

from xiachen.command.queries import house
from xiachen.figures import operations as figures
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def rebuild_rollups(scope: Scope, *, incident: UUID, days: Sequence[date]) -> int:
    """
    Count every figure that is rolled up again, and return how many cells there are now.

    :param days: all days of the incident, as people are counted on the first of them
    """
    scope.require(Can.MANAGE_INCIDENTS)
    made = figures.rebuild_rollups(
        scope, incident=incident, figures=house.figures_of_the_house(), days=days
    )
    audit.record(scope, "command.rebuild-rollups", targets=[incident])
    return made
