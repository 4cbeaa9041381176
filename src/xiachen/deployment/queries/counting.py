"""The rows that figures of teams count, on a day."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.deployment.models import Assignment, Squad, Team
from xiachen.deployment.queries.squads import squads_at
from xiachen.deployment.queries.strength import people_wanted
from xiachen.deployment.queries.teams import teams
from xiachen.figures.figure import Cutoff
from xiachen.incidents import queries as incidents
from xiachen.places.models import Community, Grid
from xiachen.privacy.scope import Scope

# The sizes of more teams than these are not printed beside a number.
SIZES_PRINTED = 12


def teams_of_day(scope: Scope, cutoff: Cutoff) -> QuerySet[Team]:
    """Return the teams that exist on the day, each within another too; titled posts are none."""
    return _of_day(scope, cutoff).filter(type__titled_post=False)


def work_teams(scope: Scope, cutoff: Cutoff) -> QuerySet[Team]:
    """Return the work teams (工作队、工作组); one cut out of another is a part of that one."""
    rows = teams_of_day(scope, cutoff).filter(type__code="work-team")
    return rows.filter(Q(parent=None) | ~Q(parent__type__code="work-team"))


def titled_posts(scope: Scope, cutoff: Cutoff) -> QuerySet[Team]:
    """Return the titled posts (先锋岗、示范岗) that exist on the day."""
    return _of_day(scope, cutoff).filter(type__titled_post=True)


def squads_paired(scope: Scope, cutoff: Cutoff) -> QuerySet[Squad]:
    """Return the squads that have a grid in which no other squad works."""
    return _with_grid(scope, cutoff).filter(~Exists(_beside(scope, cutoff)))


def squads_unpaired(scope: Scope, cutoff: Cutoff) -> QuerySet[Squad]:
    """Return the squads without a grid, or with one that they share."""
    paired = squads_paired(scope, cutoff).order_by().prefetch_related(None)
    return squads_at(scope, cutoff).filter(
        ~Exists(paired.filter(pk=OuterRef("pk"), community_id=OuterRef("community_id")))
    )


def communities_short(scope: Scope, cutoff: Cutoff) -> QuerySet[Community]:
    """Return the communities that want more people on the day than belong there."""
    return Community.objects.filter(scope.within("pk"), pk__in=people_wanted(scope, cutoff))


def communities_in_operation(scope: Scope, cutoff: Cutoff) -> QuerySet[Community]:
    """Return the communities of the scope that the operation includes on the day."""
    if scope.incident != cutoff.incident:
        return Community.objects.none()
    included = incidents.communities_of(scope, incident=cutoff.incident, day=cutoff.day)
    return Community.objects.filter(scope.within("pk"), pk__in=included)


def communities_with_teams(scope: Scope, cutoff: Cutoff) -> QuerySet[Community]:
    """Return those of these communities in which a team works on the day."""
    return communities_in_operation(scope, cutoff).filter(Exists(_at_work(cutoff)))


def communities_without_teams(scope: Scope, cutoff: Cutoff) -> QuerySet[Community]:
    """Return those of these communities in which no team works on the day."""
    return communities_in_operation(scope, cutoff).filter(~Exists(_at_work(cutoff)))


def grids_in_operation(scope: Scope, cutoff: Cutoff) -> QuerySet[Grid]:
    """Return the grids of the communities that the operation includes on the day."""
    places = communities_in_operation(scope, cutoff).values_list("pk", flat=True)
    rows = Grid.objects.filter(scope.within(), community__in=list(places))
    return rows.select_related("community")


def grids_with_squads(scope: Scope, cutoff: Cutoff) -> QuerySet[Grid]:
    """Return those of these grids in which a squad works at the cut-off."""
    return grids_in_operation(scope, cutoff).filter(Exists(_in_grid(scope, cutoff)))


def grids_without_squads(scope: Scope, cutoff: Cutoff) -> QuerySet[Grid]:
    """Return those of these grids in which no squad works at the cut-off."""
    return grids_in_operation(scope, cutoff).filter(~Exists(_in_grid(scope, cutoff)))


def _at_work(cutoff: Cutoff) -> QuerySet[Assignment]:
    held = Assignment.objects.filter(team__incident=cutoff.incident, community=OuterRef("pk"))
    return held.filter(Q(to_day=None) | Q(to_day__gte=cutoff.day), from_day__lte=cutoff.day)


def _in_grid(scope: Scope, cutoff: Cutoff) -> QuerySet[Squad]:
    return squads_at(scope, cutoff).filter(
        grid=OuterRef("pk"), community_id=OuterRef("community_id")
    )


def _of_day(scope: Scope, cutoff: Cutoff) -> QuerySet[Team]:
    if scope.incident != cutoff.incident:
        return Team.objects.none()
    rows = teams(scope).filter(formed_on__lte=cutoff.day)
    rows = rows.select_related("type", "organisation")
    return rows.filter(Q(disbanded_on=None) | Q(disbanded_on__gte=cutoff.day))


def _with_grid(scope: Scope, cutoff: Cutoff) -> QuerySet[Squad]:
    return squads_at(scope, cutoff).filter(grid__isnull=False)


def _beside(scope: Scope, cutoff: Cutoff) -> QuerySet[Squad]:
    """Return the other squads in the grid of a squad."""
    others = _with_grid(scope, cutoff).order_by().prefetch_related(None)
    return others.filter(grid=OuterRef("grid"), community_id=OuterRef("community_id")).exclude(
        pk=OuterRef("pk")
    )
