"""Reading teams and sheets names people: it is recorded with whom it named."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.deployment.models import Assignment, Membership, Team
from xiachen.deployment.queries import teams as queries
from xiachen.deployment.queries.sheets import HandOverSheet, hand_over_sheet
from xiachen.deployment.queries.squads import SquadLine, squads_of
from xiachen.deployment.queries.trees import TeamNode, team_tree
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.people.queries import members as people
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

CANDIDATES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamPage:
    """One team as it stands on a day, with whom it could take and where it could be divided."""

    team: Team
    members: list[tuple[Membership, str]]
    children: list[Team]
    communities: list[Assignment]
    squads: dict[int, list[SquadLine]]
    candidates: list[tuple[UUID, str]]


@transaction.atomic
def view_teams(scope: Scope, *, day: date) -> tuple[list[TeamNode], dict[UUID, str]]:
    """Return the tree of teams and the names in it, and note whom it named."""
    tree = team_tree(scope, day=day)
    named = {person for node in tree for person in node.people}
    if named:
        audit.record(scope, "deployment.view-teams", targets=named)
    return tree, people.shown_names(scope, named)


@transaction.atomic
def view_team(scope: Scope, *, team: UUID, day: date) -> TeamPage:
    """
    Return one team, and note whom the page named.

    :raises NotFound: the scope does not reach it
    """
    found = queries.team_of(scope, id=team)
    held = queries.memberships(scope, team=team, day=day)
    candidates = _candidates(scope, {one.member_id for one in held}, day)
    names = people.shown_names(scope, {one.member_id for one in held}.union(candidates))
    places = list(queries.assignments(scope, day=day).filter(team=team))
    if names:
        audit.record(scope, "deployment.view-team", targets=(team, *names))
    return TeamPage(
        team=found,
        members=[(one, names.get(one.member_id, "")) for one in held],
        children=list(queries.teams(scope).filter(parent=team).order_by("name")),
        communities=places,
        squads={
            one.community_id: squads_of(scope, community=one.community_id, team=team)
            for one in places
        },
        candidates=[(one, names[one]) for one in candidates if one in names],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SquadsPage:
    """A team in a community as it is divided now; `loose` are expected there and in no squad."""

    team: Team
    here: list[UUID]
    standing: list[SquadLine]
    loose: list[tuple[UUID, str]]


@transaction.atomic
def view_squads(scope: Scope, *, community: int, team: UUID, at: datetime) -> SquadsPage:
    """
    Return how a team is divided in a community, and note whom the page named.

    :raises NotFound: the scope does not reach the team
    """
    scope.require(Can.FORM_TEAMS, community=community)
    found = queries.team_of(scope, id=team)
    here = queries.team_people_here(scope, team=team, community=community, at=at)
    standing = squads_of(scope, community=community, team=team)
    placed = {one for line in standing for one in line.members}
    loose = [one for one in here if one not in placed] if standing else []
    names = people.shown_names(scope, loose)
    if named := placed.union(loose):
        audit.record(
            scope, "deployment.view-squads", community=community, targets=(team, *sorted(named))
        )
    return SquadsPage(
        team=found,
        here=here,
        standing=standing,
        loose=[(one, names.get(one, "")) for one in loose],
    )


@transaction.atomic
def view_hand_over_sheet(scope: Scope, *, community: int, team: UUID, day: date) -> HandOverSheet:
    """Return the first day's sheet of a community for a team, and note whom it named."""
    sheet = hand_over_sheet(scope, community=community, team=team, day=day)
    audit.record(
        scope,
        "deployment.view-hand-over-sheet",
        community=community,
        targets=(team, *sorted(sheet.named)),
    )
    return sheet


@transaction.atomic
def view_stays(scope: Scope, *, community: int, day: date) -> list[tuple[Enrolment, str]]:
    """Return who belongs to a community and has not gone home, and note whom it named."""
    scope.require(Can.RECORD_HEALTH, community=community)
    incident = mobilisation.working_incident(scope)
    rows = mobilisation.enrolled_on(scope, incident=incident.pk, day=day, community=community)
    rows = rows.filter(releases=None).select_related("member__organisation")
    found = list(rows.order_by("member__sort_key", "pk"))
    names = people.shown_names(scope, {one.member_id for one in found})
    if found:
        audit.record(
            scope,
            "deployment.view-stays",
            community=community,
            targets=[one.member_id for one in found],
        )
    return [(one, names.get(one.member_id, "")) for one in found]


def _candidates(scope: Scope, held: set[UUID], day: date) -> list[UUID]:
    """Return whom a team could take: expected on the day within the scope, and not in it."""
    if not scope.allows(Can.FORM_TEAMS):
        return []
    rows = mobilisation.expected_on(scope, day=day).exclude(member__in=held)
    rows = rows.order_by("member__sort_key", "member_id")
    ids = rows.values_list("member_id", flat=True)[:CANDIDATES]
    return list(dict.fromkeys(ids))
