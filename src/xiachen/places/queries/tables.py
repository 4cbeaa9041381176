"""What a community consists of as tables that may leave the house."""

from uuid import UUID

from django.utils.translation import gettext as _

from xiachen.papers.tables import Table
from xiachen.places.models import Building
from xiachen.places.queries.communities import community_within
from xiachen.places.queries.premises import (
    building_of,
    buildings_of,
    community_sheet,
    households_of,
)
from xiachen.privacy.scope import Scope


def grids_table(scope: Scope, community: int) -> Table:
    """Return a community's grids with buildings and households (户), registered and expected."""
    sheet = community_sheet(scope, community)
    return Table(
        title=_("Grids of %(place)s") % {"place": sheet.community},
        about=(" · ".join((*sheet.path, str(sheet.community))),),
        headings=[
            _("number"),
            _("grid"),
            _("buildings"),
            _("registered doors"),
            _("households expected"),
        ],
        tags=[
            "#loc+code",
            "#loc+grid",
            "#indicator+buildings",
            "#affected+hh+registered",
            "#affected+hh+expected",
        ],
        lines=[
            (
                line.grid.code,
                line.grid.name,
                line.buildings,
                line.households,
                line.grid.households_expected,
            )
            for line in sheet.grids
        ],
        records=[line.grid.pk for line in sheet.grids],
    )


def buildings_table(
    scope: Scope, community: int, *, grid: UUID | None = None, compound: UUID | None = None
) -> Table:
    """Return the buildings of a community, of a grid or of a compound."""
    place = community_within(scope, community)
    rows = list(buildings_of(scope, community, grid=grid, compound=compound))
    return Table(
        title=_("Buildings of %(place)s") % {"place": place},
        about=(),
        headings=[
            _("compound"),
            _("building"),
            _("grid"),
            _("floors"),
            _("units"),
            _("registered doors"),
        ],
        tags=[
            "#loc+compound",
            "#loc+building",
            "#loc+grid",
            "#indicator+floors",
            "#indicator+entrances",
            "#affected+hh+registered",
        ],
        lines=[
            (row.compound.name, row.number, str(row.grid or ""), row.floors, row.units, _doors(row))
            for row in rows
        ],
        records=[row.pk for row in rows],
    )


def doors_table(scope: Scope, *, community: int, building: UUID) -> Table:
    """Return the doors of a building; who lives behind them does not leave with them."""
    held = building_of(scope, community=community, building=building)
    rows = list(households_of(scope, community=community, building=building))
    return Table(
        title=_("Doors of %(place)s") % {"place": f"{held.compound} {held.number}"},
        about=(str(community_within(scope, community)),),
        headings=[_("entrance"), _("door"), _("kind"), _("vacant")],
        tags=["#loc+entrance", "#loc+door", "#loc+type", "#status+vacant"],
        lines=[(row.unit, row.door, row.get_kind_display(), row.vacant) for row in rows],
        records=[row.pk for row in rows],
    )


def _doors(building: Building) -> int:
    """Return the number of doors that `buildings_of` counted."""
    return int(building.doors)  # type: ignore[attr-defined]
