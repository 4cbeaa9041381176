"""
A community's compounds, grids, buildings and doors, as a sheet finds them and adds to them.

Everything that stands there is read once; what the sheet names besides is made in memory and
written at the end, and only what a good line keeps. Nothing is chosen by likeness: where a name
is so like a registered one that it may be meant, a person has to say.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.base.owned.bulk import update_rows
from xiachen.places.models import (
    Building,
    Community,
    Compound,
    CompoundKind,
    Edited,
    Gate,
    Grid,
    Household,
)
from xiachen.places.operations.buildings import BuildingNumberTaken, DoorTaken
from xiachen.places.operations.compounds import CompoundNameTaken, GateNameTaken
from xiachen.places.operations.editing import EditedRow, Fault, register_all
from xiachen.places.operations.grids import GridNumberImpossible, GridNumberTaken
from xiachen.places.queries.listing import paths_of
from xiachen.places.rules import addresses
from xiachen.places.rules.names import plain
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope

_MOST_GRIDS = 999


class CompoundNeeded(Refused):
    """The community has several compounds, and the line names none."""

    code = "places.compound-needed"
    message = _(
        "Which compound? This community has several. Name it in a column, or once for all lines: "
        "“Change the columns”, then “What the file does not say, the same for every line”."
    )
    status = 422


class NoCompoundYet(Refused):
    """The community has no compound, and the line names none."""

    code = "places.no-compound-yet"
    message = _(
        "This community has no compound yet. Name it in a column, or once for all lines: “Change "
        "the columns”, then “What the file does not say, the same for every line”."
    )
    status = 422


class CompoundUnclear(Refused):
    """The name is so like a registered one that it may be meant."""

    code = "places.compound-unclear"
    message = _(
        "No compound is registered under this name, but a similar one is: %(names)s. Write it as "
        "it is registered, or register the new compound first."
    )
    status = 422


class BuildingUnclear(Refused):
    """Several buildings of the compound are written almost like this."""

    code = "places.building-unclear"
    message = _("This may be any of these buildings: %(names)s. Write it as it is registered.")
    status = 422


class GridUnclear(Refused):
    """A grid that is not registered, named without its number."""

    code = "places.grid-unclear"
    message = _("No grid is called this. Write its number, as 3 or 第3网格.")
    status = 422


class StandsOtherwise(Refused):
    """The place is registered with something else than the sheet says."""

    code = "places.stands-otherwise"
    message = _(
        "It is registered otherwise: %(stands)s. Correct the sheet, or open the place and change "
        "it there; a sheet only adds what was unknown."
    )


@dataclass(slots=True)
class Ground:
    """What stands in a community and what a sheet adds; see the module."""

    community: Community
    above: tuple[str, ...]
    compounds: dict[str, Compound] = field(default_factory=dict)
    grids: dict[int, Grid] = field(default_factory=dict)
    gates: dict[tuple[UUID, str], Gate] = field(default_factory=dict)
    buildings: dict[tuple[UUID, str], list[Building]] = field(default_factory=dict)
    households: dict[tuple[UUID, str, str], Household] = field(default_factory=dict)
    made: set[UUID] = field(default_factory=set)
    changed: dict[UUID, Edited] = field(default_factory=dict)
    kept: dict[UUID, Edited] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope, community: int) -> "Ground":
        """
        Read all that stands in a community; two sheets of one community wait for each other.

        :raises NotFound: there is no such community
        """
        # Facts of the community do not wait.
        locked = Community.objects.select_for_update(no_key=True).filter(pk=community).first()
        if locked is None:
            raise NotFound()
        ground = cls(locked, paths_of(scope, [community])[community])
        here = {"community_id": community}
        for compound in Compound.objects.filter(**here).order_by("name"):
            ground.compounds.setdefault(addresses.compound_key(compound.name), compound)
        for grid in Grid.objects.filter(**here):
            ground.grids[grid.number] = grid
        for gate in Gate.objects.filter(**here):
            ground.gates[gate.compound_id, plain(gate.name)] = gate
        compounds = {one.pk: one for one in ground.compounds.values()}
        grids = {one.pk: one for one in ground.grids.values()}
        buildings = {}
        for building in Building.objects.filter(**here).order_by("number"):
            # At hand for every line, so that none asks for them again.
            if building.compound_id in compounds:
                building.compound = compounds[building.compound_id]
            building.grid = grids[building.grid_id] if building.grid_id else None
            buildings[building.pk] = building
            ground.buildings.setdefault(_key(building), []).append(building)
        for door in Household.objects.filter(**here).order_by("unit", "door"):
            door.building = buildings[door.building_id]
            key = (door.building_id, addresses.unit_key(door.unit), addresses.door_key(door.door))
            ground.households.setdefault(key, door)
        return ground

    def compound(
        self, text: str, *, kind: str = "", unmanaged: bool = False, closed: bool = False
    ) -> Compound:
        """
        Return the compound that is meant, made if none is registered under the name.

        :param text: perhaps with the divisions before it; empty means the only compound
        :raises CompoundNeeded, NoCompoundYet, CompoundUnclear, StandsOtherwise:
        """
        if not text:
            if not self.compounds:
                raise NoCompoundYet(field="compound")
            if len(self.compounds) > 1:
                raise CompoundNeeded(field="compound")
            return next(iter(self.compounds.values()))
        name = self._named(text)
        key = addresses.compound_key(name)
        if key not in self.compounds:
            stand = [one.name for one in self.compounds.values() if one.pk not in self.made]
            if alike := addresses.may_be_meant(name, stand):
                raise CompoundUnclear(field="compound", names=_listed(alike))
            self.compounds[key] = self._make(
                Compound(community=self.community, name=name, kind=kind or CompoundKind.COMMERCIAL)
            )
        found = self.compounds[key]
        self._complete(found, "unmanaged", unmanaged, unknown=False)
        self._complete(found, "closed", closed, unknown=False)
        if kind and found.kind != kind:
            raise StandsOtherwise(field="compound_kind", stands=found.get_kind_display())
        return found

    def grid(self, text: str, *, expected: int | None = None) -> Grid:
        """
        Return the grid that is meant by its number or name, made if its number is new.

        :raises GridUnclear, GridNumberImpossible, StandsOtherwise:
        """
        named = [one for one in self.grids.values() if plain(one.name) == plain(text)]
        number = named[0].number if len(named) == 1 else addresses.grid_number(text)
        if number is None:
            raise GridUnclear(field="grid")
        if not 1 <= number <= _MOST_GRIDS:
            raise GridNumberImpossible(field="grid")
        if number not in self.grids:
            digits = plain(text).isdigit()
            name = gettext("Grid %(number)s") % {"number": number} if digits else text
            self.grids[number] = self._make(
                Grid(
                    community=self.community,
                    number=number,
                    name=name,
                    households_expected=expected or 0,
                )
            )
        found = self.grids[number]
        self._complete(found, "households_expected", expected, unknown=0)
        return found

    def gate(self, compound: Compound, name: str) -> Gate:
        """Return a gate of a compound, made if there is none of that name."""
        key = (compound.pk, plain(name))
        if key not in self.gates:
            self.gates[key] = self._make(
                Gate(community=self.community, compound=compound, name=name)
            )
        return self.gates[key]

    def building(
        self,
        compound: Compound,
        text: str,
        *,
        grid: Grid | None = None,
        floors: int | None = None,
        units: int | None = None,
    ) -> Building:
        """
        Return the building that is meant, made if the compound has none of that number.

        :raises BuildingUnclear, StandsOtherwise:
        """
        alike = self.buildings.setdefault((compound.pk, addresses.building_key(text)), [])
        if not alike:
            number = "".join(text.split())
            alike.append(
                self._make(Building(community=self.community, compound=compound, number=number))
            )
        written = [one for one in alike if one.number == text]
        if len(alike) > 1 and not written:
            raise BuildingUnclear(field="building", names=_listed(one.number for one in alike))
        found = (written or alike)[0]
        self._complete(found, "grid_id", grid.pk if grid else None, unknown=None, shown="grid")
        if grid is not None:
            found.grid = grid
        self._complete(found, "floors", floors, unknown=None)
        self._complete(found, "units", units, unknown=1)
        return found

    def household(
        self, building: Building, unit: str, door: str, *, kind: str = "", vacant: bool = False
    ) -> Household:
        """
        Return the premises behind a door, made if they are not registered.

        :raises StandsOtherwise:
        """
        key = (building.pk, addresses.unit_key(unit), addresses.door_key(door))
        if key not in self.households:
            made = Household(
                community=self.community,
                building=building,
                unit=key[1],
                door=key[2],
                vacant=vacant,
            )
            made.kind = kind or made.kind
            self.households[key] = self._make(made)
        found = self.households[key]
        if kind and found.kind != kind:
            raise StandsOtherwise(field="kind", stands=found.get_kind_display())
        return found

    def vacate(self, household: Household) -> None:
        """Note that nobody lives behind a door of which that was not known."""
        self._complete(household, "vacant", True, unknown=False)

    def check(self, *places: Edited | None) -> None:
        """
        Refuse places whose values cannot be right, before any of a line's is kept.

        :raises Invalid: at the sheet's cell
        """
        for place in places:
            if place is None or not (place.pk in self.made or place.pk in self.changed):
                continue
            if fault := Fault.of(place):
                fault.field = _CELLS.get((type(place), fault.field or ""), fault.field)
                raise fault

    def keep(self, *places: Edited | None) -> tuple[bool, bool]:
        """Have places written; return whether one was new, and whether one was completed."""
        fresh = [one for one in places if one is not None and one.pk not in self.kept]
        for one in fresh:
            self.kept[one.pk] = one
        new = any(one.pk in self.made for one in fresh)
        changed = any(one.pk in self.changed for one in fresh)
        return new, changed and not new

    def write(self, scope: Scope) -> dict[UUID, Refused]:
        """Write what was kept, and return by id what could not be written after all."""
        refused: dict[UUID, Refused] = {}
        for model, taken in _IN_ORDER:
            rows = [one for one in self.kept.values() if isinstance(one, model)]
            for one in rows:
                if above := refused.get(_above(one)):
                    refused[one.pk] = above
            new = [one for one in rows if one.pk in self.made]
            for outcome in register_all(scope, new, refused=refused, taken=taken):
                if outcome.refusal is not None:
                    refused[outcome.id] = outcome.refusal
            self._write_changed(model, [one for one in rows if one.pk in self.changed])
        places = [one.pk for one in self.kept.values() if not isinstance(one, Household)]
        audit.record(
            scope, "places.enter-sheet", community=self.community.pk, targets=sorted(places)
        )
        return refused

    def _write_changed(self, model: type[Edited], rows: list[Edited]) -> None:
        rows = [one for one in rows if one.pk not in self.made]
        for one in rows:
            one.version += 1
        update_rows(rows, [*_COMPLETED.get(model, ()), "version"])

    def _named(self, text: str) -> str:
        """Return a compound's name: the registered one that the text ends with, or what is left."""
        if addresses.compound_key(text) in self.compounds:
            return text
        return addresses.without_divisions(text, self.above, self.community.name)

    def _make(self, row: EditedRow) -> EditedRow:
        self.made.add(row.pk)
        return row

    def _complete(
        self, row: Edited, name: str, said: object, *, unknown: object, shown: str = ""
    ) -> None:
        """Take over a value where none stood; refuse another one."""
        held = getattr(row, name)
        if said in (None, unknown) or said == held:
            return
        if held != unknown:
            stands = getattr(row, shown) if shown else held
            raise StandsOtherwise(field=shown or name, stands=stands)
        setattr(row, name, said)
        self.changed[row.pk] = row


_IN_ORDER: tuple[tuple[type[Edited], type[Refused]], ...] = (
    (Grid, GridNumberTaken),
    (Compound, CompoundNameTaken),
    (Gate, GateNameTaken),
    (Building, BuildingNumberTaken),
    (Household, DoorTaken),
)
# The sheet's cell for a field, where it is called otherwise.
_CELLS: dict[tuple[type[Edited], str], str] = {
    (Grid, "name"): "grid",
    (Compound, "name"): "compound",
    (Gate, "name"): "gates",
    (Building, "number"): "building",
}
_COMPLETED: dict[type[Edited], tuple[str, ...]] = {
    Grid: ("households_expected",),
    Compound: ("unmanaged", "closed"),
    Building: ("grid_id", "floors", "units"),
    Household: ("vacant",),
}


def _above(row: Edited) -> UUID:
    """Return the id of what a place lies in; its own where it lies in nothing."""
    for name in ("building_id", "compound_id"):
        if above := getattr(row, name, None):
            return UUID(str(above))
    return UUID(str(row.pk))


def _key(building: Building) -> tuple[UUID, str]:
    return building.compound_id, addresses.building_key(building.number)


def _listed(names: Iterable[str]) -> str:
    return pgettext("between items", "; ").join(names)
