"""Compounds, gates, buildings and grids of a community from a sheet."""

import pytest

from tests.people.sheets.lines import enter as enter_lines
from tests.people.sheets.lines import told, words
from tests.world import FENGLIN, World
from xiachen.base.errors import Forbidden
from xiachen.papers.intake import LineOutcome
from xiachen.places.models import Building, Compound, Gate, Grid
from xiachen.places.operations.sheets.premises import PREMISES
from xiachen.privacy.scope import Role


def enter(world: World, *rows: dict[str, str], file: str = "a") -> list[LineOutcome]:
    scope = world.scope(Role.SECRETARY)
    return enter_lines(scope, PREMISES, *rows, community=FENGLIN, file=file)


def test_a_line_registers_all_that_it_names_once(world: World) -> None:
    rows = (
        {
            "compound": "枫林一期",
            "compound_kind": "老旧小区",
            "unmanaged": "1",
            "gates": "东门、西门",
            "building": "1栋",
            "floors": "18",
            "units": "2",
            "grid": "1",
        },
        {"compound": "枫林1期", "building": "二号楼", "grid": "第7网格"},
        {"grid": "8", "households_expected": "350"},
    )
    assert told(enter(world, *rows)) == ["new"] * 3
    assert told(enter(world, *rows, file="b")) == ["already"] * 3
    compound = Compound.objects.get(community_id=FENGLIN)
    assert (compound.kind, compound.unmanaged, compound.closed) == ("old", True, False)
    assert Gate.objects.filter(compound=compound).count() == 2
    buildings = Building.objects.filter(compound=compound).order_by("number")
    assert [(b.number, b.floors, b.units, b.grid and b.grid.number) for b in buildings] == [
        ("1栋", 18, 2, 1),
        ("二号楼", None, 1, 7),
    ]
    assert Grid.objects.get(community_id=FENGLIN, number=8).households_expected == 350


def test_what_was_unknown_is_added_with_a_new_version(world: World) -> None:
    enter(world, {"compound": "枫林一期", "building": "1栋"})
    more = {"compound": "枫林一期", "building": "1栋", "floors": "6", "grid": "2"}
    assert told(enter(world, more, file="b")) == ["changed"]
    building = Building.objects.get()
    assert (building.floors, building.version) == (6, 2)
    done = enter(world, more | {"floors": "7"}, more | {"grid": "3"}, file="c")
    assert told(done) == ["floors", "grid"]
    assert "registered otherwise: 6" in words(done)
    assert Building.objects.get().floors == 6


def test_faults_are_said_at_the_cell(world: World) -> None:
    done = enter(
        world,
        {"floors": "6"},
        {"compound": "枫林一期", "compound_kind": "宫殿"},
        {"building": "1栋"},
        {"compound": "枫林一期", "building": "1栋", "floors": "-1"},
        {"grid": "枫叶网格"},
        {"compound": "长" * 61},
    )
    assert told(done) == ["compound", "compound_kind", "compound", "floors", "grid", "compound"]
    assert not Compound.objects.exists()


def test_a_neighbour_enters_nothing(world: World) -> None:
    with pytest.raises(Forbidden):
        enter_lines(world.stranger, PREMISES, {"grid": "9"}, community=FENGLIN)
