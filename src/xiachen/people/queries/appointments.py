"""Reads of grid heads and heads of buildings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from xiachen.people.models.members import Member
from xiachen.people.models.periods import standing_on
from xiachen.people.models.residents import Appointment
from xiachen.people.queries.members import members_by_id, members_reached, shown_names
from xiachen.places.models import Building, Community, Grid
from xiachen.places.queries.communities import community_within
from xiachen.places.queries.premises import buildings_of, grids_of
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadLine:
    """
    A grid or building with who looks after it.

    :param appointment: None where nobody is appointed
    :param head: the name as the role may see it; empty for somebody who is not reached
    """

    place: str
    appointment: Appointment | None = None
    head: str = ""
    substitute: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadsPage:
    """
    Who looks after a community's grids and buildings, on a day and after it.

    :param grids: every grid, and those who follow a head that goes
    :param buildings: buildings that have a head, or will have one
    :param without: how many buildings nobody looks after on the day
    """

    community: Community
    grids: Sequence[HeadLine]
    buildings: Sequence[HeadLine]
    without: int

    @property
    def named(self) -> set[UUID]:
        """The people whose names it shows."""
        lines = (*self.grids, *self.buildings)
        return _people_of(line.appointment for line in lines if line.appointment)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadChoices:
    """The places that can be given a head, and the people who can be asked."""

    grids: Sequence[Grid]
    buildings: Sequence[Building]
    people: Sequence[Member]


def appointments(scope: Scope, *, community: int, day: date | None = None) -> list[Appointment]:
    """Return grid heads and heads of buildings of a community, those of a day or all."""
    rows = Appointment.objects.filter(scope.within(), community_id=community)
    if day is not None:
        rows = rows.filter(standing_on(day))
    return list(rows.select_related("grid", "building").order_by("post", "from_day", "pk"))


def heads_page(scope: Scope, *, community: int, day: date) -> HeadsPage:
    """
    Return who looks after a community from a day on; `operations.appointments` notes the view.

    :raises NotFound: the community is not within the scope
    """
    found = community_within(scope, community)
    rows = Appointment.objects.filter(scope.within(), community_id=community)
    rows = rows.filter(Q(to_day=None) | Q(to_day__gte=day))
    standing = list(rows.select_related("grid", "building__compound").order_by("from_day", "pk"))
    names = _names(scope, community, _people_of(standing))
    grids = [one for one in standing if one.grid_id]
    buildings = [one for one in standing if one.building_id]
    looked_after = {one.building_id for one in buildings if one.from_day <= day}
    return HeadsPage(
        community=found,
        grids=_by_grid(grids_of(scope, community), grids, names),
        buildings=sorted(
            (_line(_address(one.building), one, names) for one in buildings if one.building),
            key=lambda line: line.place,
        ),
        without=buildings_of(scope, community).count() - len(looked_after),
    )


def head_choices(scope: Scope, *, community: int) -> HeadChoices:
    """Return whom and what an appointment can join: the community's own, and who came to it."""
    people = members_reached(scope)
    if scope.places != ((community, community),):
        # Of an office's places there would be a whole city of them.
        people = people.filter(Q(home_community_id=community) | Q(organisation__division=community))
    return HeadChoices(
        grids=grids_of(scope, community),
        buildings=list(buildings_of(scope, community)),
        people=list(people.select_related("organisation")),
    )


def _people_of(appointments: Iterable[Appointment]) -> set[UUID]:
    pairs = [(one.member, one.substitute) for one in appointments]
    return {one for pair in pairs for one in pair if one}


def _names(scope: Scope, community: int, people: set[UUID]) -> dict[UUID, str]:
    """Clear to those who appoint here: of two with one surname they have to choose one."""
    if not scope.allows(Can.APPOINT, community=community):
        return shown_names(scope, people)
    return {id: one.name for id, one in members_by_id(scope, people).items()}


def _by_grid(
    grids: Iterable[Grid], heads: Iterable[Appointment], names: dict[UUID, str]
) -> list[HeadLine]:
    lines = []
    for grid in grids:
        here = [one for one in heads if one.grid_id == grid.pk]
        lines += [_line(grid.name, one, names) for one in here] or [HeadLine(place=grid.name)]
    return lines


def _line(place: str, held: Appointment, names: dict[UUID, str]) -> HeadLine:
    return HeadLine(
        place=place,
        appointment=held,
        head=names.get(held.member, ""),
        substitute=names.get(held.substitute, "") if held.substitute else "",
    )


def _address(building: Building) -> str:
    return f"{building.compound.name} {building.number}"
