"""Buildings and the households behind their doors, registered in lists."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.places.models import Building, Compound, Edited, Grid, Household, PremisesKind
from xiachen.places.operations.editing import RefusedWhen, change, register_all
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


class BuildingNumberTaken(Refused):
    """The compound has a building of this number."""

    code = "places.building-number-taken"
    message = _("This compound has a building %(name)s already. Open it instead.")


class DoorTaken(Refused):
    """The building has this door already."""

    code = "places.door-taken"
    message = _("Door %(name)s of this building is registered already. Open it instead.")


class PlaceUnknown(Refused):
    """A compound, grid or building that the community does not have."""

    code = "places.place-unknown"
    message = _("This community does not have this place. Register it first, then try again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingEntry:
    """A building to register; `units` are its entrances (单元)."""

    compound: UUID
    number: str
    grid: UUID | None = None
    floors: int | None = None
    units: int = 1
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdEntry:
    """The premises behind one door; `kind` is a value of PremisesKind."""

    building: UUID
    door: str
    unit: str = ""
    kind: str = PremisesKind.RESIDENCE.value
    vacant: bool = False
    id: UUID = field(default_factory=uuid7)


@transaction.atomic
def register_buildings(
    scope: Scope, *, community: int, entries: Sequence[BuildingEntry], at: datetime
) -> list[Outcome]:
    """
    Register buildings, each by itself: one outcome per entry, in their order.

    The same id with the same content is `already`; a number that stands there under another id,
    an unknown compound or grid, or an impossible value is refused for that entry alone.
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    compounds = _known(Compound, community, {entry.compound for entry in entries})
    grids = _known(Grid, community, {entry.grid for entry in entries if entry.grid})
    refused = {
        entry.id: PlaceUnknown(field="grid" if entry.compound in compounds else "compound")
        for entry in entries
        if entry.compound not in compounds or (entry.grid and entry.grid not in grids)
    }
    rows = [
        Building(
            pk=entry.id,
            community_id=community,
            compound_id=entry.compound,
            grid_id=entry.grid,
            number=entry.number,
            floors=entry.floors,
            units=entry.units,
        )
        for entry in entries
    ]
    outcomes = register_all(scope, rows, refused=refused, taken=BuildingNumberTaken)
    new = [outcome.id for outcome in outcomes if outcome.new]
    audit.record(scope, "places.register-buildings", community=community, targets=new)
    return outcomes


@transaction.atomic
def register_households(
    scope: Scope, *, community: int, entries: Sequence[HouseholdEntry], at: datetime
) -> list[Outcome]:
    """
    Register the doors of buildings, each by itself: one outcome per entry, in their order.

    The same id with the same content is `already`; a door that stands there under another id, an
    unknown building, or an impossible value is refused for that entry alone.
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    buildings = _known(Building, community, {entry.building for entry in entries})
    refused = {
        entry.id: PlaceUnknown(field="building")
        for entry in entries
        if entry.building not in buildings
    }
    rows = [
        Household(
            pk=entry.id,
            community_id=community,
            building_id=entry.building,
            unit=entry.unit,
            door=entry.door,
            kind=entry.kind,
            vacant=entry.vacant,
        )
        for entry in entries
    ]
    outcomes = register_all(scope, rows, refused=refused, taken=DoorTaken)
    audit.record(
        scope, "places.register-households", community=community, targets=sorted(buildings)
    )
    return outcomes


@transaction.atomic
def edit_building(
    scope: Scope,
    *,
    community: int,
    building: UUID,
    version: int,
    number: str,
    grid: UUID | None,
    floors: int | None,
    units: int,
    at: datetime,
) -> Building:
    """
    Change a building's number, grid, floors and units.

    :raises ChangedMeanwhile: it no longer has the version that was shown
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    if grid is not None and not _known(Grid, community, {grid}):
        raise NotFound(field="grid")
    with RefusedWhen(building_number=BuildingNumberTaken(field="number", name=number.strip())):
        changed = change(
            scope,
            Building,
            community=community,
            id=building,
            version=version,
            number=number,
            grid_id=grid,
            floors=floors,
            units=units,
        )
    audit.record(scope, "places.edit-building", community=community, targets=[building])
    return changed


@transaction.atomic
def edit_household(
    scope: Scope,
    *,
    community: int,
    household: UUID,
    version: int,
    unit: str,
    door: str,
    kind: str,
    vacant: bool,
    at: datetime,
) -> Household:
    """
    Change what is known of the premises behind a door.

    :raises ChangedMeanwhile: it no longer has the version that was shown
    """
    with RefusedWhen(household_door=DoorTaken(field="door", name=door.strip())):
        changed = change(
            scope,
            Household,
            community=community,
            id=household,
            version=version,
            unit=unit,
            door=door,
            kind=kind,
            vacant=vacant,
        )
    audit.record(scope, "places.edit-household", community=community, targets=[household])
    return changed


def _known(model: type[Edited], community: int, ids: Collection[UUID]) -> set[UUID]:
    held = model._default_manager.filter(community_id=community, pk__in=ids)
    return set(held.values_list("pk", flat=True))
