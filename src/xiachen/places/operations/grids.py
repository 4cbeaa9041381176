"""Grids of a community, and the parts of a grid that one person looks after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.places.models import Building, Community, Grid, SubArea, SubAreaBuilding
from xiachen.places.operations.editing import RefusedWhen, add, change
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


class GridNumberTaken(Refused):
    """The community has another grid of this number."""

    code = "places.grid-number-taken"
    message = _("Grid %(number)s is registered already as %(name)s. Choose another number.")


class GridNumberImpossible(Refused):
    """Grids are numbered with three digits."""

    code = "places.grid-number-impossible"
    message = _("A grid's number lies between 1 and 999, counted from the north-west.")
    status = 422


class SubAreaNameTaken(Refused):
    """The grid has a sub-area of this name."""

    code = "places.sub-area-name-taken"
    message = _("This grid has a sub-area called %(name)s already. Choose another name.")


class BuildingLookedAfter(Refused):
    """A building belongs to one sub-area only."""

    code = "places.building-looked-after"
    message = _("One of these buildings belongs to another sub-area already. Leave it out.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GridEntry:
    """A grid to register: its number, 1 to 999 from the north-west, and the households expected."""

    number: int
    name: str
    households_expected: int = 0


@transaction.atomic
def register_grids(
    scope: Scope, *, community: int, entries: Sequence[GridEntry], at: datetime
) -> list[Grid]:
    """
    Register grids of a community; one that stands there with the same content is left as it is.

    :raises GridNumberTaken: a number belongs to a grid with other content; nothing is written
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    # Two who register grids at once wait for each other; facts of the community do not wait.
    if not Community.objects.select_for_update(no_key=True).filter(pk=community).exists():
        raise NotFound()
    numbers = [entry.number for entry in entries]
    held = {
        grid.number: grid
        for grid in Grid.objects.filter(community_id=community, number__in=numbers)
    }
    grids = []
    for entry in entries:
        grid = held.get(entry.number)
        if grid is None:
            grid = held[entry.number] = _add_grid(scope, community, entry)
        elif (grid.name, grid.households_expected) != (
            entry.name.strip(),
            entry.households_expected,
        ):
            raise GridNumberTaken(field="number", number=entry.number, name=grid.name)
        grids.append(grid)
    audit.record(
        scope, "places.register-grids", community=community, targets=[grid.pk for grid in grids]
    )
    return grids


@transaction.atomic
def edit_grid(
    scope: Scope,
    *,
    community: int,
    grid: UUID,
    version: int,
    name: str,
    households_expected: int,
    at: datetime,
) -> Grid:
    """
    Change a grid's name and the number of households expected.

    :raises ChangedMeanwhile: it no longer has the version that was shown
    """
    changed = change(
        scope,
        Grid,
        community=community,
        id=grid,
        version=version,
        name=name,
        households_expected=households_expected,
    )
    audit.record(scope, "places.edit-grid", community=community, targets=[grid])
    return changed


@transaction.atomic
def register_sub_area(
    scope: Scope,
    *,
    community: int,
    grid: UUID,
    name: str,
    buildings: Sequence[UUID] = (),
    at: datetime,
) -> SubArea:
    """
    Register a part of a grid (微网格, 包楼) and the buildings that belong to it.

    :raises BuildingLookedAfter: a building belongs to another sub-area; nothing is written
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    wanted = set(buildings)
    found = Building.objects.filter(community_id=community, pk__in=wanted).count()
    if found < len(wanted) or not Grid.objects.filter(community_id=community, pk=grid).exists():
        raise NotFound()
    taken = SubAreaNameTaken(field="name", name=name.strip())
    with RefusedWhen(sub_area_name=taken, sub_area_building=BuildingLookedAfter(field="buildings")):
        area = add(scope, SubArea(community_id=community, grid_id=grid, name=name))
        SubAreaBuilding.objects.bulk_create(
            SubAreaBuilding(community_id=community, sub_area=area, building_id=building)
            for building in sorted(wanted)
        )
    audit.record(scope, "places.register-sub-area", community=community, targets=[area.pk])
    return area


def _add_grid(scope: Scope, community: int, entry: GridEntry) -> Grid:
    grid = Grid(
        community_id=community,
        number=entry.number,
        name=entry.name,
        households_expected=entry.households_expected,
    )
    with RefusedWhen(grid_number_range=GridNumberImpossible(field="number")):
        return add(scope, grid)
