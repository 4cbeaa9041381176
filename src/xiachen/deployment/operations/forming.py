"""Forming many teams at once, and teams within them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import Forbidden, Invalid, NotFound, Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.deployment import rules
from xiachen.deployment.models import Team, TeamType
from xiachen.deployment.operations.holding import hold_teams
from xiachen.incidents.models import Incident
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.people.models.units import Organisation, PartyOrganisation
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

# Rows in one statement; a tree of teams is written parents first.
_BATCH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamEntry:
    """
    A team to form.

    :param type: a code of the list of types
    :param parent: a team that stands, or one formed by an entry before this one
    """

    type: str
    name: str
    formed_on: date
    id: UUID = field(default_factory=uuid7)
    organisation: UUID | None = None
    parent: UUID | None = None
    branch: UUID | None = None


@transaction.atomic
def form_teams(scope: Scope, *, entries: Sequence[TeamEntry], at: datetime) -> list[Outcome]:
    """
    Form teams, and teams within them, and answer for each in their order.

    Who leads a team forms teams within it only. However many they are, it takes nine statements
    and one more for each two thousand.

    :raises UnknownType: among the outcomes: the type is not on the list
    :raises NameTaken: among the outcomes: the parent, or the incident, has a team of this name
    """
    scope.require(Can.FORM_TEAMS)
    incident = mobilisation.working_incident(scope)
    if any(one.parent is None for one in entries):
        # Names on top are different within the incident: two who form such teams take turns.
        list(Incident.objects.select_for_update(no_key=True).filter(pk=incident.pk))
    ground = _Ground.of(scope, incident, entries)
    outcomes = [ground.settle(entry) for entry in entries]
    Team.objects.bulk_create(ground.new, batch_size=_BATCH)
    if ground.new:
        audit.record(scope, "deployment.form-team", targets=[team.pk for team in ground.new])
    return outcomes


@dataclass(slots=True, kw_only=True)
class _Ground:
    """What stands before the entries are settled, and grows with each."""

    scope: Scope
    incident: Incident
    kinds: dict[str, TeamType]
    teams: dict[UUID, Team]
    units: dict[UUID, Organisation]
    branches: dict[UUID, PartyOrganisation]
    taken: set[tuple[UUID | None, str]]
    known: dict[UUID, Team]
    new: list[Team] = field(default_factory=list)

    @classmethod
    def of(cls, scope: Scope, incident: Incident, entries: Sequence[TeamEntry]) -> "_Ground":
        parents = {one.parent for one in entries if one.parent}
        names = Team.objects.filter(
            incident=incident, name__in={one.name.strip() for one in entries}
        )
        party = PartyOrganisation.objects.filter(incident=incident.pk)
        return cls(
            scope=scope,
            incident=incident,
            kinds={one.code: one for one in TeamType.objects.all()},
            teams=hold_teams(scope, teams=parents),
            units=Organisation.objects.in_bulk({one.organisation for one in entries}),
            branches=party.in_bulk({one.branch for one in entries}),
            taken=set(names.values_list("parent_id", "name")),
            known=Team.objects.in_bulk({one.id for one in entries}),
        )

    def settle(self, entry: TeamEntry) -> Outcome:
        """Form one team in memory, or say why not."""
        try:
            team = self._team(entry)
        except Refused as refusal:
            return Outcome(id=entry.id, refusal=refusal)
        if (former := self.known.get(entry.id)) is not None:
            same = (former.parent_id, former.name) == (team.parent_id, team.name)
            return Outcome(id=entry.id, refusal=None if same else rules.NameTaken(field="name"))
        if (team.parent_id, team.name) in self.taken:
            return Outcome(id=entry.id, refusal=rules.NameTaken(field="name"))
        self.taken.add((team.parent_id, team.name))
        self.teams[team.pk] = self.known[team.pk] = team
        self.new.append(team)
        return Outcome(id=entry.id, new=True)

    def _team(self, entry: TeamEntry) -> Team:
        if not entry.name.strip():
            raise Invalid(field="name", reason="")
        kind = self.kinds.get(entry.type)
        if kind is None:
            known = ", ".join(sorted(self.kinds))
            raise rules.UnknownType(field="type", type=entry.type[:40], known=known)
        return Team(
            id=entry.id,
            incident=self.incident,
            type=kind,
            name=entry.name.strip(),
            parent=self._parent(entry),
            organisation=_chosen(self.units, entry.organisation, "organisation"),
            branch=_chosen(self.branches, entry.branch, "branch"),
            formed_on=entry.formed_on,
        )

    def _parent(self, entry: TeamEntry) -> Team | None:
        above = _chosen(self.teams, entry.parent, "parent")
        if above is not None:
            rules.check_stands(above.disbanded_on, entry.formed_on, field="parent")
        elif not self.scope.allows(Can.DISPATCH):
            raise Forbidden(field="parent")
        return above


_Thing = TypeVar("_Thing")


def _chosen(found: dict[UUID, _Thing], id: UUID | None, field: str) -> _Thing | None:
    if id is not None and id not in found:
        raise NotFound(field=field)
    return found[id] if id else None
