"""The town as the tests of report-in and of teams see it, with ready-made scopes."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from tests.world import BEFORE, DAY, FENGLIN, LOCAL, NEIGHBOUR, ZISONG, World
from xiachen.base.clock import local_zone
from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.mobilisation.queries.stays import enrolled_in
from xiachen.notices.models.documents import Document
from xiachen.people.models.units import Organisation
from xiachen.privacy.scope import Role, Scope

HERE, THERE = FENGLIN, ZISONG
# In no incident, and in another province.
FAR = 441602004005
DISTRICT = ((420111000000, 420111999999),)
FIRST, EVE = DAY, BEFORE


def clock_at(hour: int, minute: int = 0) -> datetime:
    """Return a local time of the first day."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, hour, minute, tzinfo=local_zone())


MORNING = clock_at(8, 20)


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who acts, and whom they act upon."""

    world: World

    @property
    def incident(self) -> Incident:
        return self.world.incident

    @property
    def document(self) -> Document:
        return self.world.document

    @property
    def department(self) -> Organisation:
        """The unit that sends; its people are `people`."""
        return self.world.bureau

    @property
    def office(self) -> Organisation:
        """A unit below it, with its contact point here."""
        return self.world.city_bureau

    @property
    def people(self) -> list[UUID]:
        return self.world.sent

    @property
    def neighbour(self) -> UUID:
        """Somebody of the office who lives here and was not sent."""
        return self.world.members[LOCAL]

    @property
    def stranger(self) -> UUID:
        """Somebody who lives next door and belongs to no unit."""
        return self.world.members[NEIGHBOUR]

    def scope(self, role: Role, **reach: object) -> Scope:
        """Return somebody acting in a role."""
        given: dict[str, object] = {"account": uuid7(), "incident": self.incident.pk, **reach}
        return Scope(role=role, **given)  # type: ignore[arg-type]

    @property
    def organiser(self) -> Scope:
        return self.scope(Role.ORGANISER, places=DISTRICT)

    @property
    def secretary(self) -> Scope:
        fellows = partial(enrolled_in, ((HERE, HERE),), incident=self.incident.pk)
        return self.scope(Role.SECRETARY, places=((HERE, HERE),), fellows=fellows)

    @property
    def outsider(self) -> Scope:
        """The secretary next door, who must see nothing."""
        return self.scope(Role.SECRETARY, places=((THERE, THERE),))

    @property
    def liaison(self) -> Scope:
        units = frozenset({self.department.pk, self.office.pk})
        return self.scope(Role.LIAISON, organisations=units)

    def leader(self, *teams: UUID, places: tuple[tuple[int, int], ...] = ((HERE, HERE),)) -> Scope:
        """Return the leader of some teams, acting where they work."""
        return self.scope(
            Role.TEAM_LEADER,
            places=places,
            teams=frozenset(teams),
            member=self.people[0],
            members=frozenset(self.people),
        )

    def member(self, person: UUID) -> Scope:
        """Return somebody sent down, acting for himself or herself."""
        return self.scope(Role.MEMBER, member=person)
