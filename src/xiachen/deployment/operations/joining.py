"""Putting many people into many teams at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import Invalid, NotFound, Outcome, Refused
from xiachen.deployment import rules
from xiachen.deployment.models import Membership, Team, TeamPost
from xiachen.deployment.operations.holding import hold_teams
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_reached
from xiachen.people.queries.units import organisations_below
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

_BATCH = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEntry:
    """A person who joins a team on a day, with a post."""

    team: UUID
    member: UUID
    from_day: date
    post: str = TeamPost.MEMBER


@transaction.atomic
def join_teams(scope: Scope, *, entries: Sequence[MembershipEntry]) -> list[Outcome]:
    """
    Put people into teams and answer for each, by the person's id, in their order.

    They stay in the other teams they are in. However many they are, it takes six statements, one
    more for each unit whose team takes people from elsewhere, and one for each five thousand.

    :raises InTeamAlready: among the outcomes: in the team with another post or from another day
    :raises TwoLeaders: among the outcomes: the team has a leader
    """
    scope.require(Can.FORM_TEAMS)
    ground = _Ground.of(scope, entries)
    new: list[Membership] = []
    outcomes = [ground.settle(entry, new) for entry in entries]
    Membership.objects.bulk_create(new, batch_size=_BATCH)
    if new:
        joined = dict.fromkeys(one for row in new for one in (row.team_id, row.member_id))
        audit.record(scope, "deployment.add-members", targets=joined)
    return outcomes


@dataclass(slots=True, kw_only=True)
class _Ground:
    """What stands before the entries are settled, and grows with each."""

    teams: dict[UUID, Team]
    units: dict[UUID, UUID | None]
    held: dict[tuple[UUID, UUID], list[Membership]]
    led: set[UUID]
    reached: set[UUID] = field(default_factory=set)
    below: dict[UUID | None, frozenset[UUID]] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope, entries: Sequence[MembershipEntry]) -> "_Ground":
        teams = hold_teams(scope, teams={one.team for one in entries})
        members = {one.member for one in entries}
        units = Member.objects.filter(pk__in=members).order_by()
        rows = Membership.objects.filter(team__in=teams, member__in=members)
        held: dict[tuple[UUID, UUID], list[Membership]] = {}
        for row in rows:
            held.setdefault((row.team_id, row.member_id), []).append(row)
        leading = Membership.objects.filter(team__in=teams, post=TeamPost.LEADER, to_day=None)
        ground = cls(
            teams=teams,
            units=dict(units.values_list("pk", "organisation_id")),
            held=held,
            led=set(leading.values_list("team_id", flat=True)),
        )
        # Thousands are within reach: only those are asked for who are not of the team's unit.
        left = {
            one.member
            for one in entries
            if one.team in teams and not ground.is_of_unit(teams[one.team], one.member)
        }
        ground.reached = _reached(scope, left)
        return ground

    def settle(self, entry: MembershipEntry, new: list[Membership]) -> Outcome:
        """Let one person join in memory, or say why not."""
        try:
            if self._is_in(entry):
                return Outcome(id=entry.member)
            if entry.post == TeamPost.LEADER and entry.team in self.led:
                raise rules.TwoLeaders(field="post")
        except Refused as refusal:
            return Outcome(id=entry.member, refusal=refusal)
        row = Membership(
            team_id=entry.team, member_id=entry.member, from_day=entry.from_day, post=entry.post
        )
        self.held.setdefault((entry.team, entry.member), []).append(row)
        if entry.post == TeamPost.LEADER:
            self.led.add(entry.team)
        new.append(row)
        return Outcome(id=entry.member, new=True)

    def _is_in(self, entry: MembershipEntry) -> bool:
        """Tell whether the person is in the team just so; refuse what cannot be."""
        team = self.teams.get(entry.team)
        if team is None:
            raise NotFound(field="team")
        rules.check_stands(team.disbanded_on, entry.from_day, field="team")
        if entry.post not in TeamPost.values:
            raise Invalid(field="post", reason=entry.post)
        if not (entry.member in self.reached or self.is_of_unit(team, entry.member)):
            raise NotFound(field="members")
        for held in self.held.get((entry.team, entry.member), ()):
            if rules.overlap(held.from_day, held.to_day, entry.from_day, None):
                if (held.from_day, held.to_day, held.post) == (entry.from_day, None, entry.post):
                    return True
                raise rules.InTeamAlready(field="members")
        return False

    def is_of_unit(self, team: Team, member: UUID) -> bool:
        """Tell whether the person is of the team's unit, or of one below it."""
        return self.units.get(member) in self._below(team.organisation_id)

    def _below(self, unit: UUID | None) -> frozenset[UUID]:
        if unit not in self.below:
            self.below[unit] = organisations_below(unit)
        return self.below[unit]


def _reached(scope: Scope, members: set[UUID]) -> set[UUID]:
    """Return those whom the scope reaches, or who belong to its places."""
    rows = members_reached(scope).filter(pk__in=members).order_by() if members else None
    found = set(rows.values_list("pk", flat=True)) if rows is not None else set()
    left = members - found
    if left and scope.incident is not None:
        here = mobilisation.enrolments(scope, incident=scope.incident).filter(member__in=left)
        found |= set(here.order_by().values_list("member_id", flat=True))
    return found
