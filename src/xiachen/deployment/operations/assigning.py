"""Sending many teams to communities at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import Forbidden, NotFound, Outcome, Refused
from xiachen.deployment import rules
from xiachen.deployment.models import Assignment, Team
from xiachen.deployment.operations.holding import hold_teams
from xiachen.places.models import Community
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentEntry:
    """A team that works in a community from a day on."""

    team: UUID
    community: int
    from_day: date


@transaction.atomic
def assign_teams(scope: Scope, *, entries: Sequence[AssignmentEntry]) -> list[Outcome]:
    """
    Send teams to communities and answer for each, by the team's id, in their order.

    However many they are, it takes six statements.

    :raises AssignedAlready: among the outcomes: it works there, from another day on
    :raises TeamElsewhere: among the outcomes: it works elsewhere and has no teams within it
    """
    scope.require(Can.FORM_TEAMS)
    ground = _Ground.of(scope, entries)
    outcomes = [ground.settle(entry) for entry in entries]
    Assignment.objects.bulk_create(ground.new, batch_size=5000)
    for community in sorted({one.community_id for one in ground.new}):
        here = [one for one in ground.new if one.community_id == community]
        audit.record(
            scope,
            "deployment.assign-team",
            community=community,
            targets=[id for one in here for id in (one.team_id, one.pk)],
        )
    return outcomes


@dataclass(slots=True, kw_only=True)
class _Ground:
    """What stands before the entries are settled, and grows with each."""

    scope: Scope
    teams: dict[UUID, Team]
    divided: set[UUID]
    communities: set[int]
    held: dict[UUID, list[Assignment]]
    new: list[Assignment] = field(default_factory=list)

    @classmethod
    def of(cls, scope: Scope, entries: Sequence[AssignmentEntry]) -> "_Ground":
        teams = hold_teams(scope, teams={one.team for one in entries})
        places = Community.objects.filter(pk__in={one.community for one in entries})
        held: dict[UUID, list[Assignment]] = {}
        for row in Assignment.objects.filter(team__in=teams):
            held.setdefault(row.team_id, []).append(row)
        within = Team.objects.filter(parent__in=teams).values_list("parent_id", flat=True)
        return cls(
            scope=scope,
            teams=teams,
            divided={one for one in within if one},
            communities=set(places.values_list("pk", flat=True)),
            held=held,
        )

    def settle(self, entry: AssignmentEntry) -> Outcome:
        """Assign one team in memory, or say why not."""
        try:
            if self._works_so(entry):
                return Outcome(id=entry.team)
        except Refused as refusal:
            return Outcome(id=entry.team, refusal=refusal)
        made = Assignment(team_id=entry.team, community_id=entry.community, from_day=entry.from_day)
        self.held.setdefault(entry.team, []).append(made)
        self.new.append(made)
        return Outcome(id=entry.team, new=True)

    def _works_so(self, entry: AssignmentEntry) -> bool:
        """Tell whether the team is assigned just so; refuse what cannot be."""
        if not self.scope.allows(Can.FORM_TEAMS, community=entry.community):
            raise Forbidden()
        team = self.teams.get(entry.team)
        if team is None:
            raise NotFound(field="team")
        rules.check_stands(team.disbanded_on, entry.from_day, field="team")
        if entry.community not in self.communities:
            raise NotFound(field="community")
        for held in self.held.get(entry.team, ()):
            if not rules.overlap(held.from_day, held.to_day, entry.from_day, None):
                continue
            if held.community_id == entry.community:
                if (held.from_day, held.to_day) == (entry.from_day, None):
                    return True
                raise rules.AssignedAlready(field="community", **{"from": held.from_day})
            if entry.team not in self.divided:
                raise rules.TeamElsewhere(field="community", **{"from": held.from_day})
        return False
