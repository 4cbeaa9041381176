"""A department, its people, one community that expects them and one that does not."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from xiachen.base.clock import local_zone
from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident, IncidentCommunity
from xiachen.notices.models import Document
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.places.models import Community
from xiachen.privacy.scope import Role, Scope

HERE = 420111002044
THERE = 420111002011
FAR = 441602004005
DISTRICT = ((420111000000, 420111999999),)
FIRST = date(2020, 3, 1)
EVE = date(2020, 2, 29)


def clock_at(hour: int, minute: int = 0, *, day: date = FIRST) -> datetime:
    """Return a local time of the first day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=local_zone())


MORNING = clock_at(8, 20)


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody and everything that a test of the two areas names."""

    incident: Incident
    document: Document
    department: Organisation
    office: Organisation
    stranger_unit: Organisation
    people: tuple[UUID, ...]
    neighbour: UUID
    stranger: UUID

    def scope(self, role: Role, **reach: object) -> Scope:
        """Return somebody acting in a role."""
        given: dict[str, object] = {"account": uuid7(), "incident": self.incident.pk, **reach}
        return Scope(role=role, **given)  # type: ignore[arg-type]

    @property
    def organiser(self) -> Scope:
        return self.scope(Role.ORGANISER, places=DISTRICT)

    @property
    def secretary(self) -> Scope:
        return self.scope(Role.SECRETARY, places=((HERE, HERE),))

    @property
    def outsider(self) -> Scope:
        """A secretary of the same incident, in another town."""
        return self.scope(Role.SECRETARY, places=((FAR, FAR),))

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


def make_cast(people: int = 10) -> Cast:
    """Write the cast straight into the tables."""
    for code, name in ((HERE, "枫林社区"), (THERE, "紫菘社区"), (FAR, "新港路社区")):
        # The shipped list may hold it, unless a test that commits has emptied the tables.
        Community.objects.get_or_create(id=code, defaults={"name": name, "search_name": name})
    incident = Incident.objects.create(name="演练", kind="epidemic", began_on=EVE)
    for code in (HERE, THERE):
        IncidentCommunity.objects.create(incident=incident, community_id=code, from_day=EVE)
    department = _unit("省直某厅", contact=HERE)
    office = _unit("某厅办公室", parent=department)
    stranger_unit = _unit("另一单位")
    document = Document.objects.create(
        incident=incident, kind="call", number="演练1号", title="动员令", issued_on=EVE
    )
    return Cast(
        incident=incident,
        document=document,
        department=department,
        office=office,
        stranger_unit=stranger_unit,
        people=tuple(
            _person(f"队员{number:02}", office if number % 2 else department)
            for number in range(people)
        ),
        neighbour=_person("邻居", None, home=HERE),
        stranger=_person("外人", stranger_unit, home=FAR),
    )


def _unit(
    name: str, *, contact: int | None = None, parent: Organisation | None = None
) -> Organisation:
    return Organisation.objects.create(
        name=name,
        level="province",
        division=42,
        contact_community_id=contact,
        parent=parent,
    )


def _person(name: str, unit: Organisation | None, *, home: int | None = None) -> UUID:
    return Member.objects.create(
        name=name, sort_key=name, organisation=unit, home_community_id=home, invented=True
    ).pk
