"""Teams held until the end, so that two who change one wait for each other."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import NotFound
from xiachen.deployment import rules
from xiachen.deployment.models import Team
from xiachen.deployment.queries import teams as queries
from xiachen.privacy.scope import Scope


@transaction.atomic
def hold_teams(scope: Scope, *, teams: Iterable[UUID]) -> dict[UUID, Team]:
    """Return those of some teams that the scope reaches, locked in one order for everybody."""
    reached = queries.teams(scope).filter(pk__in=set(teams)).order_by().values("pk")
    rows = Team.objects.select_for_update(no_key=True).filter(pk__in=reached).order_by("pk")
    return {one.pk: one for one in rows}


@transaction.atomic
def hold_team(scope: Scope, *, team: UUID, day: date, field: str = "team") -> Team:
    """
    Return one team that stands on a day, locked.

    :raises NotFound: the scope does not reach it
    :raises Disbanded: it has ended
    """
    found = hold_teams(scope, teams=[team]).get(team)
    if found is None:
        raise NotFound(field=field)
    rules.check_stands(found.disbanded_on, day, field=field)
    return found
