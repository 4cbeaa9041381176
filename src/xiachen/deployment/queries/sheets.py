"""What a community hands to those who arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xiachen.deployment.models import Briefing, Membership, Team
from xiachen.deployment.queries.squads import SquadLine, squads_of
from xiachen.deployment.queries.teams import memberships, team_of
from xiachen.people.models.accounts import Grant
from xiachen.people.models.periods import standing_on
from xiachen.people.models.residents import Appointment
from xiachen.people.queries.appointments import appointments
from xiachen.people.queries.members import shown_names
from xiachen.places.queries.premises import CommunitySheet, GridLine, community_sheet
from xiachen.privacy.scope import Can, Role, Scope


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
    rows = Grant.objects.filter(standing_on(day), division=community, role__in=roles)
    found = rows.filter(account__is_active=True, waits=False).exclude(account__member=None)
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
