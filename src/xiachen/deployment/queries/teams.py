"""Reads of teams: who is in them, and where they work."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.deployment.models import Assignment, Membership, Team, TeamPost, TeamType
from xiachen.deployment.queries.scopes import teams_below
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.people.models.periods import standing_on
from xiachen.privacy.scope import Can, Role, Scope


def team_types(scope: Scope) -> QuerySet[TeamType]:
    """Return the open list of types of team; it names nobody, so every role reads it."""
    return TeamType.objects.order_by("pk")


def teams(scope: Scope) -> QuerySet[Team]:
    """
    Return the teams of the incident that the scope reaches.

    Those it leads, those that work in its places or come from its units, and for an office that
    assigns teams those that nobody has assigned yet. A member reaches the teams he or she is in.
    """
    rows = Team.objects.filter(incident=scope.incident) if scope.incident else Team.objects.none()
    if scope.role is Role.MEMBER:
        own = Membership.objects.filter(team=OuterRef("pk"), member=scope.member, to_day=None)
        return rows.filter(Exists(own))
    if not (scope.allows(Can.SEE_PEOPLE) or scope.allows(Can.SEE_FIGURES)):
        return rows.none()
    assigned = Assignment.objects.filter(team=OuterRef("pk"))
    reach = Q(pk__in=scope.teams) | Q(organisation__in=scope.organisations)
    if scope.places:
        reach |= Q(Exists(assigned.filter(scope.within())))
    if scope.places and scope.allows(Can.DISPATCH):
        reach |= Q(~Exists(assigned))
    return rows.filter(reach)


def team_of(scope: Scope, *, id: UUID) -> Team:
    """
    Return one team.

    :raises NotFound: no team of that id is reached
    """
    found = teams(scope).select_related("type", "organisation", "branch").filter(pk=id).first()
    if found is None:
        raise NotFound(field="team")
    return found


def teams_of_member(scope: Scope, *, member: UUID, day: date) -> list[Membership]:
    """Return the teams in which a person is on a day, the oldest first."""
    rows = Membership.objects.filter(standing_on(day), member=member, team__in=teams(scope))
    return list(rows.select_related("team", "team__type").order_by("from_day", "pk"))


def leaders_of(scope: Scope, *, members: Collection[UUID], day: date) -> set[UUID]:
    """Return who leads the teams of some people on a day, or the teams that these are part of."""
    here = Membership.objects.filter(standing_on(day), team__incident=scope.incident)
    found = set(here.filter(member__in=members).values_list("team", flat=True))
    seen: set[UUID] = set()
    while found:
        seen |= found
        above = Team.objects.filter(pk__in=found, parent__isnull=False)
        found = {one for one in above.values_list("parent", flat=True) if one} - seen
    leads = here.filter(team__in=seen, post__in=(TeamPost.LEADER, TeamPost.DEPUTY))
    return set(leads.values_list("member", flat=True))


def memberships(scope: Scope, *, team: UUID, day: date) -> list[Membership]:
    """Return who is in a team on a day: leader, deputies, then everybody by name."""
    rows = Membership.objects.filter(standing_on(day), team=team, team__in=teams(scope))
    rows = rows.select_related("member").order_by("member__sort_key", "member_id")
    return sorted(rows, key=lambda row: list(TeamPost.values).index(row.post))


def assignments(scope: Scope, *, day: date) -> QuerySet[Assignment]:
    """Return which team works where on a day, as far as the scope reaches the team."""
    rows = Assignment.objects.filter(standing_on(day), team__in=teams(scope))
    return rows.select_related("community", "team").order_by("from_day", "pk")


def team_people_here(scope: Scope, *, team: UUID, community: int, at: datetime) -> list[UUID]:
    """Return those of a team who are expected in a community today, leader and deputies first."""
    day = clock.local_day(at)
    here = mobilisation.expected_on(scope, day=day, community=community)
    expected = set(here.values_list("member_id", flat=True))
    everybody = [one.member_id for one in memberships(scope, team=team, day=day)]
    return [member for member in everybody if member in expected]


def works_here(scope: Scope, *, team: UUID, community: int, day: date) -> bool:
    """Tell whether a team, or one that it is within, is assigned to a community on a day."""
    return team in teams_here(scope, community=community, day=day)


def teams_here(scope: Scope, *, community: int, day: date) -> frozenset[UUID]:
    """Return the teams assigned to a community on a day and all teams within them."""
    held = Assignment.objects.filter(standing_on(day), community=community)
    return teams_below(held.filter(team__incident=scope.incident).values_list("team_id", flat=True))
