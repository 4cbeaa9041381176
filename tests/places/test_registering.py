"""Registering grids, compounds, buildings, doors, sub-areas and work sites."""

from dataclasses import replace
from uuid import UUID

import pytest

from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.base.ids import uuid7
from xiachen.places.models import Building, Compound, Grid, Household, WorkSite
from xiachen.places.operations.buildings import (
    BuildingEntry,
    BuildingNumberTaken,
    DoorTaken,
    HouseholdEntry,
    PlaceUnknown,
    register_buildings,
    register_households,
)
from xiachen.places.operations.compounds import (
    CompoundNameTaken,
    GateNameTaken,
    register_compound,
    register_gates,
)
from xiachen.places.operations.editing import RegisteredOtherwise
from xiachen.places.operations.grids import (
    BuildingLookedAfter,
    GridEntry,
    GridNumberTaken,
    SubAreaNameTaken,
    register_grids,
    register_sub_area,
)
from xiachen.places.operations.work_sites import WorkSiteNameTaken, register_work_site
from xiachen.places.queries.premises import (
    building_of,
    buildings_of,
    community_sheet,
    compound_of,
    compounds_of,
    grid_line,
    grids_of,
    households_of,
    sub_areas_of,
    work_sites,
)
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

from .town import AT, HERE, STREET, THERE, Street, secretary_of


def compound(street: Street, name: str = "一期", gates: tuple[str, ...] = ()) -> Compound:
    return register_compound(
        street.secretary, community=HERE, name=name, kind="old", gates=gates, at=AT
    )


def building(street: Street, within: Compound, number: str = "1", grid: Grid | None = None) -> UUID:
    entry = BuildingEntry(compound=within.pk, number=number, grid=grid.pk if grid else None)
    (outcome,) = register_buildings(street.secretary, community=HERE, entries=[entry], at=AT)
    assert outcome.new
    return outcome.id


def grids(street: Street, *numbers: int) -> list[Grid]:
    entries = [GridEntry(number=n, name=f"第{n}网格", households_expected=300) for n in numbers]
    return register_grids(street.secretary, community=HERE, entries=entries, at=AT)


def test_grids_are_registered_once_and_carry_their_15_digits(street: Street) -> None:
    first = grids(street, 1, 2)
    assert [grid.code for grid in first] == ["420102018016001", "420102018016002"]
    assert grids(street, 2, 1) == [first[1], first[0]]
    assert grids_of(street.secretary, HERE) == first


def test_a_grid_number_with_another_name_is_refused_and_nothing_is_written(street: Street) -> None:
    grids(street, 1)
    entries = [GridEntry(number=2, name="东"), GridEntry(number=1, name="西")]
    with pytest.raises(GridNumberTaken) as refused:
        register_grids(street.secretary, community=HERE, entries=entries, at=AT)
    assert refused.value.field == "number"
    assert [grid.number for grid in grids_of(street.secretary, HERE)] == [1]


@pytest.mark.parametrize("number", [0, 1000, -1, 40000])
def test_a_grid_number_has_three_digits(street: Street, number: int) -> None:
    with pytest.raises(Refused) as refused:
        grids(street, number)
    assert refused.value.field == "number"


@pytest.mark.parametrize("name", ["", "  ", "东" * 61, "东\x00"])
def test_a_grid_needs_a_name_that_can_be_shown(street: Street, name: str) -> None:
    entry = GridEntry(number=1, name=name)
    with pytest.raises(Invalid):
        register_grids(street.secretary, community=HERE, entries=[entry], at=AT)


def test_an_outsider_can_neither_register_nor_read(street: Street) -> None:
    held = compound(street)
    building(street, held)
    with pytest.raises(Forbidden):
        register_grids(
            street.outsider, community=HERE, entries=[GridEntry(number=1, name="东")], at=AT
        )
    with pytest.raises(Forbidden):
        register_households(street.outsider, community=HERE, entries=[], at=AT)
    assert grids_of(street.outsider, HERE) == []
    assert compounds_of(street.outsider, HERE) == []
    assert not buildings_of(street.outsider, HERE).exists()
    for read in (
        lambda: community_sheet(street.outsider, HERE),
        lambda: compound_of(street.outsider, community=HERE, compound=held.pk),
    ):
        with pytest.raises(NotFound):
            read()


def test_an_act_is_audited_with_what_it_touched(street: Street) -> None:
    held = compound(street)
    entry = AuditEntry.objects.get(action="places.register-compound")
    assert (entry.account, entry.community, entry.targets) == (
        street.secretary.account,
        HERE,
        [held.pk],
    )


def test_a_compound_comes_with_its_gates(street: Street) -> None:
    held = compound(street, gates=("东门", "西门"))
    register_gates(street.secretary, community=HERE, compound=held.pk, names=["北门"], at=AT)
    shown = compound_of(street.secretary, community=HERE, compound=held.pk)
    assert {gate.name for gate in shown.gates.all()} == {"东门", "西门", "北门"}


def test_two_compounds_of_one_name_are_refused(street: Street) -> None:
    compound(street)
    with pytest.raises(CompoundNameTaken):
        compound(street, " 一期 ")
    there = secretary_of(THERE)
    assert register_compound(there, community=THERE, name="一期", kind="open", at=AT)


def test_two_gates_of_one_name_are_refused_and_the_compound_is_not_written(street: Street) -> None:
    with pytest.raises(GateNameTaken):
        compound(street, gates=("东门", "东门"))
    assert compounds_of(street.secretary, HERE) == []


def test_a_compound_of_no_known_kind_is_refused(street: Street) -> None:
    with pytest.raises(Invalid) as refused:
        register_compound(street.secretary, community=HERE, name="一期", kind="castle", at=AT)
    assert refused.value.field == "kind"


def test_each_building_of_a_list_has_its_own_outcome(street: Street) -> None:
    held, (grid,) = compound(street), grids(street, 1)
    first = BuildingEntry(compound=held.pk, number="1", grid=grid.pk, floors=18, units=2)
    register_buildings(street.secretary, community=HERE, entries=[first], at=AT)
    entries = [
        first,
        replace(first, floors=33),
        BuildingEntry(compound=held.pk, number="1"),
        BuildingEntry(compound=held.pk, number="2"),
        BuildingEntry(compound=uuid7(), number="3"),
        BuildingEntry(compound=held.pk, number="4", grid=uuid7()),
        BuildingEntry(compound=held.pk, number="x" * 21),
    ]
    outcomes = register_buildings(street.secretary, community=HERE, entries=entries, at=AT)
    assert [outcome.id for outcome in outcomes] == [entry.id for entry in entries]
    assert [outcome.new for outcome in outcomes] == [False, False, False, True] + [False] * 3
    assert outcomes[0].already
    assert [type(outcome.refusal) for outcome in outcomes[1:]] == [
        RegisteredOtherwise,
        BuildingNumberTaken,
        type(None),
        PlaceUnknown,
        PlaceUnknown,
        Invalid,
    ]
    assert set(Building.objects.values_list("number", "floors")) == {("1", 18), ("2", None)}


def test_a_building_of_another_community_is_not_taken_for_ones_own(street: Street) -> None:
    there = secretary_of(THERE)
    foreign = register_compound(there, community=THERE, name="二期", kind="open", at=AT)
    (outcome,) = register_buildings(
        street.secretary,
        community=HERE,
        entries=[BuildingEntry(compound=foreign.pk, number="1")],
        at=AT,
    )
    assert isinstance(outcome.refusal, PlaceUnknown)


def test_doors_are_registered_by_the_thousand_and_once_each(street: Street) -> None:
    number = building(street, compound(street))
    doors = [HouseholdEntry(building=number, unit="1", door=f"{n}") for n in range(1, 2001)]
    outcomes = register_households(street.secretary, community=HERE, entries=doors, at=AT)
    assert all(outcome.new for outcome in outcomes)
    again = register_households(street.secretary, community=HERE, entries=doors[:10], at=AT)
    assert all(outcome.already for outcome in again)
    assert Household.objects.filter(community_id=HERE).count() == 2000


def test_a_door_given_twice_in_a_list_is_new_once(street: Street) -> None:
    number = building(street, compound(street))
    door = HouseholdEntry(building=number, door="101")
    entries = [door, door, replace(door, kind="shop"), replace(door, id=uuid7())]
    outcomes = register_households(street.secretary, community=HERE, entries=entries, at=AT)
    assert [outcome.new for outcome in outcomes] == [True, False, False, False]
    assert outcomes[1].already
    assert isinstance(outcomes[2].refusal, RegisteredOtherwise)
    assert isinstance(outcomes[3].refusal, DoorTaken)


def test_a_door_of_an_unknown_kind_is_refused_alone(street: Street) -> None:
    number = building(street, compound(street))
    entries = [
        HouseholdEntry(building=number, door="101", kind="castle"),
        HouseholdEntry(building=number, door=""),
        HouseholdEntry(building=number, door="103"),
    ]
    outcomes = register_households(street.secretary, community=HERE, entries=entries, at=AT)
    fields = [outcome.refusal.field if outcome.refusal else None for outcome in outcomes]
    assert fields == ["kind", "door", None]


def test_the_sheet_of_a_community_counts_what_is_here(street: Street) -> None:
    (east, west), held = grids(street, 1, 2), compound(street, gates=("东门",))
    register_compound(
        street.secretary, community=HERE, name="家属院", kind="staff", unmanaged=True, at=AT
    )
    first = building(street, held, "1", east)
    building(street, held, "2")
    register_households(
        street.secretary,
        community=HERE,
        entries=[HouseholdEntry(building=first, door=door) for door in ("101", "102", "103")],
        at=AT,
    )
    sheet = community_sheet(street.secretary, HERE)
    assert sheet.path == ("湖北省", "武汉市", "江岸区", "塔子湖街道")
    assert [(line.grid, line.buildings, line.households) for line in sheet.grids] == [
        (east, 1, 3),
        (west, 0, 0),
    ]
    counts = {line.compound.name: (line.buildings, line.households) for line in sheet.compounds}
    assert counts == {"一期": (2, 3), "家属院": (0, 0)}
    assert (sheet.buildings, sheet.households, sheet.unmanaged, sheet.without_grid) == (2, 3, 1, 1)
    line = grid_line(street.secretary, community=HERE, grid=east.pk)
    assert (line.buildings, line.households) == (1, 3)


def test_doors_are_listed_by_unit_and_door(street: Street) -> None:
    number = building(street, compound(street))
    pairs = [("10", "101"), ("2", "1001"), ("2", "101"), ("1", "102"), ("1", "99")]
    register_households(
        street.secretary,
        community=HERE,
        entries=[HouseholdEntry(building=number, unit=unit, door=door) for unit, door in pairs],
        at=AT,
    )
    rows = households_of(street.secretary, community=HERE, building=number)
    assert [(row.unit, row.door) for row in rows] == pairs[::-1]
    assert building_of(street.secretary, community=HERE, building=number).compound.name == "一期"


def test_a_building_belongs_to_one_sub_area(street: Street) -> None:
    (grid,), held = grids(street, 1), compound(street)
    first, second = building(street, held, "1"), building(street, held, "2")
    area = {"community": HERE, "grid": grid.pk, "at": AT}
    register_sub_area(street.secretary, name="东片", buildings=[first], **area)
    with pytest.raises(BuildingLookedAfter):
        register_sub_area(street.secretary, name="西片", buildings=[second, first], **area)
    with pytest.raises(SubAreaNameTaken):
        register_sub_area(street.secretary, name="东片", **area)
    with pytest.raises(NotFound):
        register_sub_area(street.secretary, name="南片", buildings=[uuid7()], **area)
    found = sub_areas_of(street.secretary, community=HERE, grid=grid.pk)
    assert [(one.name, one.count) for one in found] == [("东片", 1)]


def test_work_sites_lie_in_a_street_or_district(street: Street) -> None:
    headquarters = Scope(
        account=uuid7(), role=Role.HEADQUARTERS, places=((420102000000, 420102999999),)
    )
    site = register_work_site(headquarters, name="地铁站", kind="station", division=STREET, at=AT)
    assert list(work_sites(headquarters)) == [site]
    assert not work_sites(street.outsider).exists()
    with pytest.raises(WorkSiteNameTaken):
        register_work_site(headquarters, name="地铁站", kind="office", division=STREET, at=AT)
    with pytest.raises(NotFound):
        register_work_site(headquarters, name="厂", kind="other", division=420102999000, at=AT)
    with pytest.raises(Forbidden):
        register_work_site(street.secretary, name="厂", kind="other", division=STREET, at=AT)
    assert WorkSite.objects.count() == 1
