"""Editing what is registered: versions, and the words for whoever comes second."""

from dataclasses import asdict, dataclass

import pytest
from django.utils.translation import override

from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.base.ids import uuid7
from xiachen.places.models import Building, Compound, Grid, Household
from xiachen.places.operations.buildings import (
    BuildingEntry,
    BuildingNumberTaken,
    HouseholdEntry,
    edit_building,
    edit_household,
    register_buildings,
    register_households,
)
from xiachen.places.operations.compounds import (
    CompoundNameTaken,
    edit_compound,
    edit_gate,
    register_compound,
)
from xiachen.places.operations.editing import ChangedMeanwhile
from xiachen.places.operations.grids import GridEntry, edit_grid, register_grids
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Scope

from .town import AT, HERE, THERE, Street, secretary_of


@pytest.fixture
def grid(street: Street) -> Grid:
    entry = GridEntry(number=1, name="东网格", households_expected=300)
    return register_grids(street.secretary, community=HERE, entries=[entry], at=AT)[0]


@pytest.fixture
def compound(street: Street) -> Compound:
    return register_compound(
        street.secretary, community=HERE, name="一期", kind="old", gates=("东门",), at=AT
    )


@dataclass(frozen=True)
class Said:
    version: int = 1
    name: str = "东网格"
    households_expected: int = 300


def save(scope: Scope, grid: Grid, said: Said) -> Grid:
    return edit_grid(scope, community=HERE, grid=grid.pk, at=AT, **asdict(said))


def test_an_edit_raises_the_version_and_is_audited(street: Street, grid: Grid) -> None:
    assert save(street.secretary, grid, Said(households_expected=412)).version == 2
    grid.refresh_from_db()
    assert (grid.version, grid.households_expected) == (2, 412)
    assert AuditEntry.objects.get(action="places.edit-grid").targets == [grid.pk]


def test_the_second_of_two_editors_is_shown_both(street: Street, grid: Grid) -> None:
    save(street.secretary, grid, Said(households_expected=412))
    with pytest.raises(ChangedMeanwhile) as refused:
        save(street.secretary, grid, Said(households_expected=350))
    assert refused.value.theirs == {"households_expected": 412}
    assert refused.value.yours == {"households_expected": 350}
    assert refused.value.version == 2
    with override("en"):
        assert "412" in str(refused.value) and "350" in str(refused.value)
    grid.refresh_from_db()
    assert grid.households_expected == 412
    assert save(street.secretary, grid, Said(2, households_expected=350)).version == 3


def test_saving_the_same_twice_is_no_conflict(street: Street, grid: Grid) -> None:
    said = Said(households_expected=412)
    assert save(street.secretary, grid, said).version == 2
    assert save(street.secretary, grid, said).version == 2


def test_an_impossible_value_is_refused_and_nothing_is_written(street: Street, grid: Grid) -> None:
    with pytest.raises(Invalid) as refused:
        save(street.secretary, grid, Said(name="  "))
    assert refused.value.field == "name"
    grid.refresh_from_db()
    assert (grid.name, grid.version) == ("东网格", 1)


def test_an_outsider_may_not_edit_and_a_neighbour_finds_nothing(street: Street, grid: Grid) -> None:
    with pytest.raises(Forbidden):
        save(street.outsider, grid, Said(name="西网格"))
    with pytest.raises(NotFound):
        edit_grid(
            secretary_of(THERE),
            community=THERE,
            grid=grid.pk,
            version=1,
            name="西网格",
            households_expected=0,
            at=AT,
        )


def test_a_compound_cannot_take_the_name_of_another(street: Street, compound: Compound) -> None:
    other = register_compound(street.secretary, community=HERE, name="二期", kind="old", at=AT)
    said = {"kind": "old", "unmanaged": False, "closed": True, "version": 1, "at": AT}
    with pytest.raises(CompoundNameTaken):
        edit_compound(street.secretary, community=HERE, compound=other.pk, name="一期", **said)
    changed = edit_compound(
        street.secretary, community=HERE, compound=other.pk, name="三期", **said
    )
    assert (changed.name, changed.closed, changed.version) == ("三期", True, 2)


def test_a_gate_is_closed(street: Street, compound: Compound) -> None:
    gate = compound.gates.get()
    changed = edit_gate(
        street.secretary, community=HERE, gate=gate.pk, version=1, name="东门", is_open=False, at=AT
    )
    assert (changed.open, changed.version) == (False, 2)


def test_a_building_moves_to_another_grid(street: Street, compound: Compound, grid: Grid) -> None:
    first, second = (BuildingEntry(compound=compound.pk, number=n) for n in ("1", "2"))
    register_buildings(street.secretary, community=HERE, entries=[first, second], at=AT)
    said = {"floors": 18, "units": 2, "version": 1, "at": AT}

    def move(number: str, to: Grid | None) -> Building:
        return edit_building(
            street.secretary,
            community=HERE,
            building=first.id,
            number=number,
            grid=to.pk if to else None,
            **said,
        )

    with pytest.raises(BuildingNumberTaken):
        move("2", grid)
    assert move("1", grid).grid == grid
    with pytest.raises(ChangedMeanwhile) as refused, override("en"):
        move("1", None)
    assert "东网格" in str(refused.value)
    with pytest.raises(NotFound):
        move("1", Grid(pk=uuid7(), community_id=HERE))


def test_a_door_turns_out_to_be_a_vacant_shop(street: Street, compound: Compound) -> None:
    building = BuildingEntry(compound=compound.pk, number="1")
    register_buildings(street.secretary, community=HERE, entries=[building], at=AT)
    door = HouseholdEntry(building=building.id, door="101")
    register_households(street.secretary, community=HERE, entries=[door], at=AT)
    edit_household(
        street.secretary,
        community=HERE,
        household=door.id,
        version=1,
        unit="",
        door="101",
        kind="shop",
        vacant=True,
        at=AT,
    )
    held = Household.objects.get(community_id=HERE)
    assert (held.kind, held.vacant, held.version) == ("shop", True, 2)
