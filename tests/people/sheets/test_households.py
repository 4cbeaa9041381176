"""A community loads its households from whatever sheet it has, and loads it again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.people.sheets.lines import enter as enter_lines
from tests.people.sheets.lines import told, words
from tests.world import FENGLIN, World
from xiachen.base.errors import Forbidden
from xiachen.papers.intake import LineOutcome
from xiachen.people.models.residents import Resident
from xiachen.people.operations.sheets.households.intake import HOUSEHOLDS
from xiachen.people.rules import check_digit
from xiachen.places.models import Building, Compound, Grid, Household
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

IDENTITY = "34052419800101001X"
OTHER = "11010519491231002X"


def enter(world: World, *rows: dict[str, str], file: str = "a") -> list[LineOutcome]:
    scope = world.scope(Role.SECRETARY)
    return enter_lines(scope, HOUSEHOLDS, *rows, community=FENGLIN, file=file)


def behind(door: str) -> list[tuple[str, str, str]]:
    rows = Resident.objects.filter(community_id=FENGLIN, household__door=door)
    people = [row.opened() for row in rows]
    return sorted((one["name"], one["phone"], one["identity"]) for one in people)


def test_two_people_in_a_cell_get_the_numbers_beside_them(world: World) -> None:
    done = enter(
        world,
        {
            "address": "枫林一期３栋２单元５０１室",
            "name": "邱听澜、蒲一苇",
            "phone": "139 1234 5678/13912345679",
            "identity_number": f"{IDENTITY}\n{OTHER}",
        },
    )
    assert told(done) == ["new"]
    assert behind("501") == [
        ("蒲一苇", "13912345679", OTHER),
        ("邱听澜", "13912345678", IDENTITY),
    ]
    door = Household.objects.get(community_id=FENGLIN)
    assert (door.building.compound.name, door.building.number, door.unit) == (
        "枫林一期",
        "3栋",
        "2",
    )


def test_a_row_for_each_person_with_the_address_on_the_first(world: World) -> None:
    done = enter(
        world,
        {"compound": "枫林一期", "building": "3栋", "unit": "1单元", "door": "101", "name": "甲一"},
        {"name": "乙一"},
        {"door": "102", "name": "丙一"},
        {"name": "丁一"},
        {"building": "4栋", "door": "101", "name": "戊一"},
    )
    assert told(done) == ["new"] * 5
    doors = Household.objects.filter(community_id=FENGLIN).order_by("building__number", "door")
    assert [(d.building.number, d.unit, d.door, d.residents.count()) for d in doors] == [
        ("3栋", "1", "101", 2),
        ("3栋", "1", "102", 2),
        ("4栋", "", "101", 1),
    ]


def test_a_row_without_address_below_an_unclear_one_is_not_put_behind_another_door(
    world: World,
) -> None:
    done = enter(
        world,
        {"address": "枫林一期3栋101", "name": "甲一"},
        {"address": "枫林三号楼旁边", "name": "乙一"},
        {"name": "丙一"},
    )
    assert told(done) == ["new", "address", "row"]
    assert [name for name, _phone, _identity in behind("101")] == ["甲一"]


def test_the_same_again_changes_nothing_from_this_file_or_another(world: World) -> None:
    rows = (
        {"address": "枫林一期3栋2单元501", "name": "邱听澜、蒲一苇", "phone": "13912345678、无"},
        {"address": "枫林一期3栋2单元502", "name": "空置"},
        {"address": "枫林一期3-2-503", "kind": "商铺"},
    )
    assert told(enter(world, *rows)) == ["new"] * 3
    before = AuditEntry.objects.filter(action="people.register-residents").count()
    assert told(enter(world, *rows)) == ["already"] * 3
    spelled = (
        {
            "compound": "枫林1期小区",
            "building": "三号楼",
            "unit": "二单元",
            "door": "501室",
            "name": "邱 听澜",
            "phone": "１３９１２３４５６７８",
        },
        {"name": "蒲一葦"},
    )
    assert told(enter(world, *spelled, file="b")) == ["already"] * 2
    assert Household.objects.count() == 3
    assert Resident.objects.count() == 2
    assert AuditEntry.objects.filter(action="people.register-residents").count() == before
    assert Household.objects.get(door="502").vacant
    assert Household.objects.get(door="503").kind == "shop"


def test_what_was_unknown_is_added_and_what_stands_otherwise_is_refused(world: World) -> None:
    enter(world, {"address": "枫林一期3栋501", "name": "邱听澜"})
    more = {"address": "枫林一期3栋501", "name": "邱听澜", "phone": "13912345678"}
    assert told(enter(world, more, file="b")) == ["changed"]
    assert told(enter(world, more, file="b")) == ["already"]
    other = enter(world, more | {"phone": "13912345679"}, file="c")
    assert told(other) == ["phone"]
    assert "record says something else" in words(other)
    assert behind("501") == [("邱听澜", "13912345678", "")]


def test_the_head_of_household_stands_in_two_columns(world: World) -> None:
    done = enter(
        world,
        {
            "address": "枫林一期3栋501",
            "head": "邱听澜",
            "head_phone": "13912345678",
            "name": "邱听澜",
            "identity_number": IDENTITY,
        },
        {
            "address": "枫林一期3栋501",
            "head": "邱听澜",
            "head_phone": "13912345678",
            "name": "蒲一苇",
        },
    )
    assert told(done) == ["new", "new"]
    assert behind("501") == [("蒲一苇", "", ""), ("邱听澜", "13912345678", IDENTITY)]


def test_faults_are_said_at_the_cell_and_repeat_no_value(world: World) -> None:
    wrong = IDENTITY[:-1] + "1"
    done = enter(
        world,
        {"address": "枫林一期3栋501", "name": "邱听澜", "identity_number": wrong},
        {"address": "枫林一期3栋502", "name": "蒲一苇", "identity_number": "340524800101001"},
        {
            "address": "枫林一期3栋503",
            "name": "甲一、乙一、丙一",
            "phone": "13912345678/13912345679",
        },
        {"address": "枫林一期3栋504", "phone": "13912345678"},
        {"address": "枫林一期3栋505", "name": "丁一", "vacant": "1"},
        {"address": "枫林一期3栋506", "kind": "宫殿"},
        {"address": "枫林一期3栋", "name": "戊一"},
        {"name": "己一", "door": "9"},
    )
    assert told(done) == [
        "identity_number",
        "identity_number",
        "phone",
        "phone",
        "vacant",
        "kind",
        "address",
        "building",
    ]
    said = words(done)
    assert "15 digits" in said
    assert "3 people, but 2 numbers" in said
    assert not [one for one in (wrong, "13912345678", "邱听澜", "340524800101001") if one in said]
    assert not Household.objects.exists()
    assert not Building.objects.exists()
    assert not Compound.objects.exists()


def test_one_person_twice_is_told_by_the_line_above(world: World) -> None:
    done = enter(
        world,
        {"address": "枫林一期3栋501", "name": "張三丰", "phone": "13912345678"},
        {"address": "枫林一期3栋501", "name": "张三丰"},
        {"address": "枫林一期3栋502", "name": "蒲一苇", "identity_number": IDENTITY},
        {"address": "枫林一期3栋503", "name": "蒲二苇", "identity_number": IDENTITY.lower()},
    )
    assert told(done) == ["new", "name", "new", "identity_number"]
    assert "line 2, written otherwise" in words(done)
    assert "line 4, for somebody else" in words(done)


def test_somebody_registered_behind_another_door_is_not_moved(world: World) -> None:
    enter(world, {"address": "枫林一期3栋501", "name": "邱听澜", "identity_number": IDENTITY})
    moved = {"address": "枫林一期3栋502", "name": "邱听澜", "identity_number": IDENTITY}
    renamed = {"address": "枫林一期3栋501", "name": "邱听雨", "identity_number": IDENTITY}
    done = enter(world, moved, renamed, file="b")
    assert told(done) == ["identity_number", "identity_number"]
    assert "another door" in words(done)
    assert "another name" in words(done)
    assert Household.objects.count() == 1


def test_grids_that_the_sheet_names_are_made_and_known_again(world: World) -> None:
    done = enter(
        world,
        {"address": "枫林一期3栋501", "grid": "第5网格"},
        {"address": "枫林一期3栋502", "grid": "5"},
        {"address": "枫林一期4栋501", "grid": "1"},
        {"address": "枫林一期3栋503", "grid": "6"},
        {"address": "枫林一期5栋503", "grid": "枫叶网格"},
    )
    assert told(done) == ["new", "new", "new", "grid", "grid"]
    assert Grid.objects.get(community_id=FENGLIN, number=5).name == "第5网格"
    assert not Grid.objects.filter(number=6).exists()
    assert "registered otherwise: 第5网格" in words(done)


def test_a_compound_almost_like_a_registered_one_is_asked_for(world: World) -> None:
    Compound.objects.create(community_id=FENGLIN, name="枫林花园", kind="old")
    done = enter(
        world,
        {"address": "枫林花苑3栋501"},
        {"address": "3栋502"},
        {"address": "武汉市洪山区枫林上城社区枫林花园3栋503"},
        {"address": "紫竹苑1栋101"},
        {"address": "枫林花苑3栋501"},
        {"address": "1栋102"},
    )
    assert told(done) == ["address", "new", "new", "new", "address", "address"]
    assert "枫林花园" in words(done)
    assert Compound.objects.filter(community_id=FENGLIN).count() == 2


def test_a_door_in_one_cell_is_taken_apart(world: World) -> None:
    Compound.objects.create(community_id=FENGLIN, name="枫林花园", kind="old")
    done = enter(
        world,
        {"building": "3", "door": "2-501"},
        {"door": "3-2-502"},
        {"building": "3栋", "door": "2单元503"},
        {"building": "3", "unit": "2", "door": "1-4"},
    )
    assert told(done) == ["new"] * 4
    doors = Household.objects.order_by("door").values_list("building__number", "unit", "door")
    assert list(doors) == [
        ("3", "2", "1-4"),
        ("3", "2", "501"),
        ("3", "2", "502"),
        ("3", "2", "503"),
    ]


def test_the_secretary_next_door_enters_nothing_here(world: World) -> None:
    with pytest.raises(Forbidden):
        enter_lines(world.stranger, HOUSEHOLDS, {"address": "枫林一期3栋501"}, community=FENGLIN)


def test_no_query_is_asked_for_each_line(world: World) -> None:
    def rows(count: int, file: str) -> list[dict[str, str]]:
        return [
            {
                "address": f"枫林{file}期{1 + n // 20}栋{1 + n % 20:02d}01",
                "name": "甲一、乙一",
                "identity_number": f"{_identity(n, file)}、无",
                "grid": str(1 + n // 20 % 4),
            }
            for n in range(count)
        ]

    asked = []
    for count, file in ((20, "1"), (200, "2")):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert set(told(enter(world, *rows(count, file), file=file))) == {"new"}
        asked.append(len(queries))
    assert asked[0] == asked[1]


def _identity(n: int, file: str) -> str:
    first = f"42019919600{file}10{n:03d}".ljust(17, "0")
    return first + check_digit(first)


def test_without_a_compound_the_line_says_whether_there_is_none_or_several(world: World) -> None:
    row = {"building": "3", "door": "501"}
    done = enter(world, row)
    assert "has no compound yet" in words(done) and "the same for every line" in words(done)
    for name in ("枫林一期", "梅园"):
        enter(world, row | {"compound": name})
    done = enter(world, row)
    assert told(done) == ["compound"]
    assert "has several" in words(done) and "the same for every line" in words(done)


def test_a_line_tells_the_door_that_it_takes_from_the_line_above(world: World) -> None:
    first = {"compound": "枫林一期", "building": "3栋", "unit": "1单元", "door": "101"}
    done = enter(world, first | {"name": "甲一"}, {"name": "甲二"}, {"name": "甲一"})
    assert told(done) == ["new", "new", "already"]
    assert done[0].understood == {}
    assert done[1].understood == {
        "compound": "枫林一期",
        "building": "3栋",
        "unit": "1",
        "door": "101",
        "address": "枫林一期3栋1单元101",
    }
