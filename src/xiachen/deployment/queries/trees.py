"""The teams of a day as a forest, with what stands beside each."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q

from xiachen.deployment.models import Assignment, Membership, Squad, SquadMember, Team, TeamPost
from xiachen.deployment.queries.squads import SquadLine, squad_lines
from xiachen.deployment.queries.teams import assignments, teams
from xiachen.people.models.periods import standing_on
from xiachen.privacy.scope import Scope


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
    rows = Membership.objects.filter(standing_on(day), team__in=nodes).select_related("member")
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
