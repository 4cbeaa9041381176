"""Reads of teams, squads and assignments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.deployment.models import (
    Assignment,
    Briefing,
    Membership,
    Squad,
    SquadMember,
    Team,
    TeamPost,
    TeamType,
)
from xiachen.figures.figure import Cutoff
from xiachen.mobilisation import queries as mobilisation
from xiachen.people.models.accounts import Grant
from xiachen.people.models.residents import Appointment
from xiachen.people.queries.appointments import appointments
from xiachen.people.queries.members import shown_names
from xiachen.people.queries.units import organisations_below
from xiachen.places.queries.premises import CommunitySheet, GridLine, community_sheet
from xiachen.places.rules.codes import ranges_of
from xiachen.privacy.scope import EVERYWHERE, Can, Role, Scope


def _on(day: date) -> Q:
    """The rows of a period that includes the day; both ends belong to it."""
    return Q(from_day__lte=day) & (Q(to_day=None) | Q(to_day__gte=day))


def scope_of(grant: Grant, *, day: date, incident: UUID | None = None) -> Scope:
    """
    Resolve a grant into the bare ids and ranges of a scope, as they are on a day.

    A role that leads teams reaches the communities to which they are assigned, somebody without a
    place of their own those where they are enrolled. It stands here, as high as it must and as low
    as it can: above people and enrolments, below everything that acts.

    :param incident: the one looked at, for a role that was given for every incident
    """
    role, own = Role(grant.role), grant.account.member_id
    incident = grant.incident or incident
    teams = teams_below(grant.team)
    places = communities_of_teams(teams, day=day)
    if grant.division is not None:
        places += EVERYWHERE if grant.division == 0 else ranges_of(grant.division)
    members = members_of_teams(teams)
    if role is Role.MEMBER and own is not None:
        places += mobilisation.places_of_member(own, incident=incident, day=day)
        members |= _team_mates(own, day)
    else:
        members |= mobilisation.members_enrolled(places, incident=incident)
    return Scope(
        account=grant.account_id,
        role=role,
        places=tuple(dict.fromkeys(places)),
        incident=incident,
        organisations=organisations_below(grant.organisation_id),
        teams=teams,
        member=own,
        members=members,
    )


def _team_mates(member: UUID, day: date) -> frozenset[UUID]:
    """Return who is in a team with somebody on a day."""
    theirs = Membership.objects.filter(_on(day), member_id=member).values("team_id")
    rows = Membership.objects.filter(_on(day), team_id__in=theirs)
    return frozenset(rows.values_list("member_id", flat=True))


def teams_below(team: UUID | None) -> frozenset[UUID]:
    """Return a team and all teams within it; of none, nothing. For making a scope."""
    if team is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            "with recursive below(id) as (select %s::uuid union "
            "select child.id from deployment_team child join below on child.parent_id = below.id) "
            "select id from below",
            [team],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def communities_of_teams(teams: Iterable[UUID], *, day: date) -> tuple[tuple[int, int], ...]:
    """Return where some teams work on a day, as ranges of one; for making a scope."""
    rows = Assignment.objects.filter(_on(day), team__in=list(teams))
    found = sorted(set(rows.values_list("community_id", flat=True)))
    return tuple((community, community) for community in found)


def members_of_teams(teams: Iterable[UUID]) -> frozenset[UUID]:
    """Return everybody who is or was in some teams; for making a scope."""
    rows = Membership.objects.filter(team__in=list(teams))
    return frozenset(rows.values_list("member_id", flat=True))


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
    rows = Membership.objects.filter(_on(day), member=member, team__in=teams(scope))
    return list(rows.select_related("team", "team__type").order_by("from_day", "pk"))


def memberships(scope: Scope, *, team: UUID, day: date) -> list[Membership]:
    """Return who is in a team on a day: leader, deputies, then everybody by name."""
    rows = Membership.objects.filter(_on(day), team=team, team__in=teams(scope))
    rows = rows.select_related("member").order_by("member__sort_key", "member_id")
    return sorted(rows, key=lambda row: list(TeamPost.values).index(row.post))


def assignments(scope: Scope, *, day: date) -> QuerySet[Assignment]:
    """Return which team works where on a day, as far as the scope reaches the team."""
    rows = Assignment.objects.filter(_on(day), team__in=teams(scope))
    return rows.select_related("community", "team").order_by("from_day", "pk")


@dataclass(slots=True, kw_only=True)
class SquadLine:
    """A squad as it stands: its people, and the grid it works in."""

    squad: Squad
    members: list[UUID]
    names: list[str]


def squads_of(
    scope: Scope, *, community: int, team: UUID | None = None, at: datetime | None = None
) -> list[SquadLine]:
    """Return the squads that stand in a community, now or at a moment, by number."""
    if not scope.covers(community) or not scope.incident:
        return []
    rows = Squad.objects.filter(_stood(at, "formed_at", "dissolved_at"), community=community)
    rows = rows.filter(incident=scope.incident)
    if team is not None:
        rows = rows.filter(team=team)
    places = SquadMember.objects.filter(_stood(at, "joined_at", "left_at"), community=community)
    found = list(
        rows.select_related("grid")
        .prefetch_related(Prefetch("members", queryset=places.order_by("joined_at", "pk")))
        .order_by("team", "number")
    )
    return squad_lines(scope, found)


def squad_lines(scope: Scope, squads: Sequence[Squad]) -> list[SquadLine]:
    """Return squads, read with their members, with names as the scope may see them."""
    held = {squad.pk: [place.member for place in squad.members.all()] for squad in squads}
    names = shown_names(scope, {one for members in held.values() for one in members})
    return [
        SquadLine(
            squad=squad,
            members=held[squad.pk],
            names=[names.get(member, "") for member in held[squad.pk]],
        )
        for squad in squads
    ]


@dataclass(slots=True, kw_only=True)
class TeamNode:
    """A team in the tree, with what stands beside it and the teams within it."""

    team: Team
    leader: Membership | None
    deputies: list[Membership]
    members: list[Membership]
    communities: list[Assignment]
    squads: list[SquadLine] = field(default_factory=list)
    children: list["TeamNode"] = field(default_factory=list)

    @property
    def everybody(self) -> list[Membership]:
        """Return leader, deputies and members in this order."""
        return [*([self.leader] if self.leader else []), *self.deputies, *self.members]

    @property
    def people(self) -> set[UUID]:
        """Return everybody in the team and the teams within it, each once."""
        own = {one.member_id for one in self.everybody}
        return own.union(*(child.people for child in self.children))


def team_tree(scope: Scope, *, day: date) -> list[TeamNode]:
    """Return the teams of a day as a forest; a team whose parent is not reached stands on top."""
    rows = teams(scope).filter(formed_on__lte=day)
    rows = rows.filter(Q(disbanded_on=None) | Q(disbanded_on__gte=day))
    nodes = {
        one.pk: TeamNode(team=one, leader=None, deputies=[], members=[], communities=[], squads=[])
        for one in rows.select_related("type", "organisation", "branch").order_by("name", "pk")
    }
    _put_people(nodes, day)
    for assignment in assignments(scope, day=day):
        if assignment.team_id in nodes:
            nodes[assignment.team_id].communities.append(assignment)
    _put_squads(scope, nodes)
    top: list[TeamNode] = []
    for node in nodes.values():
        above = nodes.get(node.team.parent_id) if node.team.parent_id else None
        (above.children if above else top).append(node)
    return top


def _put_people(nodes: dict[UUID, TeamNode], day: date) -> None:
    rows = Membership.objects.filter(_on(day), team__in=nodes).select_related("member")
    for row in rows.order_by("member__sort_key", "member_id"):
        node = nodes[row.team_id]
        if row.post == TeamPost.LEADER:
            node.leader = row
        elif row.post == TeamPost.DEPUTY:
            node.deputies.append(row)
        else:
            node.members.append(row)


def _put_squads(scope: Scope, nodes: dict[UUID, TeamNode]) -> None:
    places = SquadMember.objects.filter(left_at=None).order_by("joined_at", "pk")
    rows = Squad.objects.filter(
        scope.within(), incident=scope.incident, team__in=list(nodes), dissolved_at=None
    )
    found = rows.select_related("grid").prefetch_related(Prefetch("members", queryset=places))
    for line in squad_lines(scope, list(found.order_by("number"))):
        nodes[line.squad.team].squads.append(line)


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


def teams_here(scope: Scope, *, community: int, day: date) -> set[UUID]:
    """Return the teams assigned to a community on a day and all teams within them."""
    held = Assignment.objects.filter(_on(day), community=community, team__incident=scope.incident)
    assigned = held.values_list("team_id", flat=True)
    return {below for team in assigned for below in teams_below(team)}


def squads_at(scope: Scope, cutoff: Cutoff) -> QuerySet[Squad]:
    """Return the squads that stood at the cut-off, with the people they had then."""
    if scope.incident != cutoff.incident:
        return Squad.objects.none()
    moment = cutoff.occurred_until
    places = SquadMember.objects.filter(_stood(moment, "joined_at", "left_at"), scope.within())
    rows = Squad.objects.filter(_stood(moment, "formed_at", "dissolved_at"), scope.within())
    rows = rows.filter(incident=cutoff.incident).select_related("community", "grid")
    return rows.prefetch_related(Prefetch("members", queryset=places.order_by("joined_at", "pk")))


def squads_elsewhere(scope: Scope, *, community: int, members: Iterable[UUID]) -> set[UUID]:
    """Return those of some people who stand in a squad of another community; for checks."""
    rows = SquadMember.objects.filter(left_at=None, member__in=list(members))
    return set(rows.exclude(community=community).values_list("member", flat=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetGrid:
    """A grid on the hand-over sheet: what is in it, who heads it, which squads work in it."""

    line: GridLine
    head: str
    substitute: str
    squads: list[SquadLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverSheet:
    """What the community hands to an arriving team on its first day; `named` is for the audit."""

    facts: CommunitySheet
    team: Team
    briefing: Briefing | None
    grids: list[SheetGrid]
    squads: list[SquadLine]
    members: list[tuple[Membership, str]]
    contacts: list[tuple[Role, str]]
    named: set[UUID]


def hand_over_sheet(scope: Scope, *, community: int, team: UUID, day: date) -> HandOverSheet:
    """
    Return what a team must know on its first day in a community.

    :raises NotFound: the community or the team is not reached
    """
    scope.require(Can.SEE_PEOPLE)
    facts = community_sheet(scope, community)
    arriving = team_of(scope, id=team)
    in_team = memberships(scope, team=team, day=day)
    heads = {one.grid_id: one for one in appointments(scope, community=community, day=day)}
    speakers = _speakers(community, day)
    named = {one.member_id for one in in_team} | {member for _, member in speakers}
    named |= {one.member for one in heads.values()}
    named |= {one.substitute for one in heads.values() if one.substitute}
    names = shown_names(scope, named)
    squads = squads_of(scope, community=community, team=team)
    return HandOverSheet(
        facts=facts,
        team=arriving,
        briefing=briefing(scope, community=community),
        grids=[_sheet_grid(line, heads, names, squads) for line in facts.grids],
        squads=squads,
        members=[(one, names.get(one.member_id, "")) for one in in_team],
        contacts=[(role, names.get(member, "")) for role, member in speakers],
        named=named,
    )


def briefing(scope: Scope, *, community: int) -> Briefing | None:
    """Return the community's briefing in the scope's incident, if it has been written."""
    if not scope.covers(community) or scope.incident is None:
        return None
    return Briefing.objects.filter(community=community, incident=scope.incident).first()


def _speakers(community: int, day: date) -> list[tuple[Role, UUID]]:
    """Return who speaks for a community: its secretary first, then its workers."""
    roles = (Role.SECRETARY, Role.COMMUNITY_WORKER)
    rows = Grant.objects.filter(_on(day), division=community, role__in=roles)
    found = rows.filter(account__is_active=True).exclude(account__member=None)
    pairs = {(Role(role), member) for role, member in found.values_list("role", "account__member")}
    return sorted(pairs, key=lambda pair: (roles.index(pair[0]), pair[1]))


def _sheet_grid(
    line: GridLine,
    heads: dict[UUID | None, Appointment],
    names: dict[UUID, str],
    squads: Sequence[SquadLine],
) -> SheetGrid:
    head = heads.get(line.grid.pk)
    return SheetGrid(
        line=line,
        head=names.get(head.member, "") if head else "",
        substitute=names.get(head.substitute, "") if head and head.substitute else "",
        squads=[one for one in squads if one.squad.grid_id == line.grid.pk],
    )


def _stood(at: datetime | None, start: str, end: str) -> Q:
    """What stands now, or stood at a moment."""
    if at is None:
        return Q(**{end: None})
    return Q(**{f"{start}__lte": at}) & (Q(**{end: None}) | Q(**{f"{end}__gt": at}))
