"""Reads of what a community consists of: grids, compounds, gates, buildings, households."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Model, Prefetch, QuerySet
from django.db.models.functions import Length

from xiachen.base.errors import NotFound
from xiachen.places.models import (
    Building,
    Community,
    Compound,
    Gate,
    Grid,
    Household,
    SubArea,
    WorkSite,
)
from xiachen.places.queries.communities import community_within
from xiachen.places.queries.listing import division_names, paths_of
from xiachen.places.rules.names import PLACEHOLDERS
from xiachen.privacy.scope import Scope

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class RowPage:
    """A page of a long list; `number` counts from 1."""

    rows: Sequence[Model]
    number: int
    pages: int
    total: int

    @classmethod
    def of(cls, rows: QuerySet[Any], number: str | None) -> "RowPage":
        """Return the page of a number as an address gives it; the nearest where it is none."""
        page = Paginator(rows, PER_PAGE).get_page(number)
        return cls(
            rows=list(page.object_list),
            number=page.number,
            pages=page.paginator.num_pages,
            total=page.paginator.count,
        )


@dataclass(frozen=True, slots=True)
class GridLine:
    """A grid with the number of buildings and registered households (户) in it."""

    grid: Grid
    buildings: int
    households: int


@dataclass(frozen=True, slots=True)
class CompoundLine:
    """A compound with its gates and the number of buildings and registered households (户)."""

    compound: Compound
    gates: Sequence[Gate]
    buildings: int
    households: int


@dataclass(frozen=True, slots=True)
class CommunitySheet:
    """What is known of a community; `without_grid` counts buildings that no grid has."""

    community: Community
    path: tuple[str, ...]
    grids: Sequence[GridLine]
    compounds: Sequence[CompoundLine]
    without_grid: int

    @property
    def buildings(self) -> int:
        """The number of buildings."""
        return sum(line.buildings for line in self.compounds)

    @property
    def households(self) -> int:
        """The number of registered households (户)."""
        return sum(line.households for line in self.compounds)

    @property
    def expected(self) -> int:
        """The number of households (户) that the grids expect."""
        return sum(line.grid.households_expected for line in self.grids)

    @property
    def unmanaged(self) -> int:
        """The number of compounds nobody manages (三无)."""
        return sum(line.compound.unmanaged for line in self.compounds)


def grids_of(scope: Scope, community: int) -> list[Grid]:
    """Return the grids of a community within the scope, by number."""
    within = Grid.objects.filter(scope.within(), community_id=community)
    return list(within.order_by("number"))


def compounds_of(scope: Scope, community: int) -> list[Compound]:
    """Return the compounds of a community within the scope, by name."""
    within = Compound.objects.filter(scope.within(), community_id=community)
    return list(within.order_by("name"))


def community_sheet(scope: Scope, community: int) -> CommunitySheet:
    """
    Return what a community of the scope consists of, counted.

    :raises NotFound: it lies outside the scope
    """
    found = community_within(scope, community)
    buildings = Building.objects.filter(community_id=community)
    households = Household.objects.filter(community_id=community)
    by_grid = _counts(buildings, "grid_id")
    doors_by_grid = _counts(households, "building__grid_id")
    by_compound = _counts(buildings, "compound_id")
    doors_by_compound = _counts(households, "building__compound_id")
    gates = Gate.objects.filter(community_id=community).order_by(Length("name"), "name")
    compounds = Compound.objects.filter(community_id=community).order_by("name")
    return CommunitySheet(
        community=found,
        path=_shown_path(scope, community),
        grids=[
            GridLine(grid, by_grid.get(grid.pk, 0), doors_by_grid.get(grid.pk, 0))
            for grid in grids_of(scope, community)
        ],
        compounds=[
            CompoundLine(
                compound,
                list(compound.gates.all()),
                by_compound.get(compound.pk, 0),
                doors_by_compound.get(compound.pk, 0),
            )
            for compound in compounds.prefetch_related(Prefetch("gates", gates))
        ],
        without_grid=by_grid.get(None, 0),
    )


def grid_line(scope: Scope, *, community: int, grid: UUID) -> GridLine:
    """
    Return a grid of the scope with the number of its buildings and households.

    :raises NotFound: there is none, or it lies outside the scope
    """
    found = Grid.objects.filter(scope.within(), community_id=community, pk=grid).first()
    if found is None:
        raise NotFound()
    return GridLine(
        found,
        Building.objects.filter(community_id=community, grid_id=grid).count(),
        Household.objects.filter(community_id=community, building__grid_id=grid).count(),
    )


def buildings_of(
    scope: Scope,
    community: int,
    *,
    grid: UUID | None = None,
    compound: UUID | None = None,
) -> QuerySet[Building]:
    """Return the buildings of a community, grid or compound, each with `doors` counted (户)."""
    rows = Building.objects.filter(scope.within(), community_id=community)
    if grid is not None:
        rows = rows.filter(grid_id=grid)
    if compound is not None:
        rows = rows.filter(compound_id=compound)
    counted = rows.annotate(doors=Count("households"))
    return counted.select_related("compound", "grid").order_by(
        "compound__name", Length("number"), "number", "pk"
    )


def building_of(scope: Scope, *, community: int, building: UUID) -> Building:
    """
    Return a building of the scope with its compound and grid.

    :raises NotFound: there is none, or it lies outside the scope
    """
    rows = Building.objects.filter(scope.within(), community_id=community, pk=building)
    found = rows.select_related("compound", "grid").first()
    if found is None:
        raise NotFound()
    return found


def compound_of(scope: Scope, *, community: int, compound: UUID) -> Compound:
    """
    Return a compound of the scope with its gates.

    :raises NotFound: there is none, or it lies outside the scope
    """
    rows = Compound.objects.filter(scope.within(), community_id=community, pk=compound)
    found = rows.prefetch_related(
        Prefetch("gates", Gate.objects.order_by(Length("name"), "name"))
    ).first()
    if found is None:
        raise NotFound()
    return found


def gate_of(scope: Scope, *, community: int, gate: UUID) -> Gate:
    """
    Return a gate of the scope.

    :raises NotFound: there is none, or it lies outside the scope
    """
    found = Gate.objects.filter(scope.within(), community_id=community, pk=gate).first()
    if found is None:
        raise NotFound()
    return found


def household_of(scope: Scope, *, community: int, household: UUID) -> Household:
    """
    Return a door of the scope.

    :raises NotFound: there is none, or it lies outside the scope
    """
    found = Household.objects.filter(scope.within(), community_id=community, pk=household).first()
    if found is None:
        raise NotFound()
    return found


def households_of(scope: Scope, *, community: int, building: UUID) -> QuerySet[Household]:
    """Return the doors of a building within the scope, in the order of units and doors."""
    rows = Household.objects.filter(scope.within(), community_id=community, building_id=building)
    # Shorter first: door 9 stands before door 10.
    return rows.order_by(Length("unit"), "unit", Length("door"), "door", "pk")


def sub_areas_of(scope: Scope, *, community: int, grid: UUID) -> QuerySet[SubArea]:
    """Return the parts of a grid within the scope, each with `count` of its buildings."""
    rows = SubArea.objects.filter(scope.within(), community_id=community, grid_id=grid)
    return rows.annotate(count=Count("buildings")).order_by("name")


def work_sites(scope: Scope) -> QuerySet[WorkSite]:
    """Return the work sites in the scope's places, by division and name."""
    return WorkSite.objects.filter(scope.within("division")).order_by("division", "name")


def work_site_page(scope: Scope, number: str | None) -> RowPage:
    """Return a page of the work sites, each with `where`, the name of its street or district."""
    page = RowPage.of(work_sites(scope), number)
    sites = [row for row in page.rows if isinstance(row, WorkSite)]
    names = division_names(scope, [site.division for site in sites])
    for site in sites:
        site.where = names.get(site.division, str(site.division))  # type: ignore[attr-defined]
    return page


def _shown_path(scope: Scope, community: int) -> tuple[str, ...]:
    names = paths_of(scope, [community])[community]
    return tuple(name for name in names if name not in PLACEHOLDERS)


def _counts(rows: QuerySet[Building] | QuerySet[Household], path: str) -> dict[UUID | None, int]:
    counted = rows.values_list(path).annotate(count=Count("pk")).order_by()
    return dict(counted)
