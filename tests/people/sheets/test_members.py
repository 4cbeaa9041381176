"""Members from a sheet: found again, completed, and refused with a reason at the cell."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.people.sheets.lines import enter as enter_lines
from tests.people.sheets.lines import told, words
from tests.world import FENGLIN, LOCAL, SENT, World, identity_of, phone_of
from xiachen.base.errors import Forbidden
from xiachen.papers.intake import LineOutcome
from xiachen.people.models.members import Member, Skill
from xiachen.people.operations.sheets.members import MEMBERS
from xiachen.people.queries.members import find_members
from xiachen.people.rules import check_digit
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

PHONE = "13912345678"
IDENTITY = "34052419800101001X"


def enter(
    world: World, *rows: dict[str, str], file: str = "a", scope: Scope | None = None
) -> list[LineOutcome]:
    return enter_lines(scope or world.system, MEMBERS, *rows, file=file)


def the(world: World, name: str) -> Member:
    return Member.objects.get(name=name)


def test_a_row_tells_all_that_is_registered_of_a_person(world: World) -> None:
    Skill.objects.create(code="driving", name="驾驶", name_en="driving")
    done = enter(
        world,
        {
            "name": "苏 晚晴",
            "phone": PHONE,
            "identity_number": IDENTITY.lower(),
            "organisation": "观测局",
            "party_organisation": "省枫林观测局机关党委",
            "party_standing": "中共党员（预备）",
            "home_community": "枫林上城社区",
            "identities": "在职党员、公务员/人大代表",
            "skills": "驾驶",
        },
    )
    assert told(done) == ["new"]
    row = the(world, "苏晚晴")
    assert row.opened_contact() == {"phone": PHONE, "identity": IDENTITY}
    assert (row.organisation, row.party_organisation) == (world.bureau, world.committee)
    assert (row.party_standing, row.home_community_id) == ("probationary", FENGLIN)
    kinds = {one.kind for one in row.identities.all()}
    assert kinds == {"party-member", "public-servant", "deputy"}
    assert [one.code for one in row.skills.all()] == ["driving"]


def test_the_same_again_is_known_from_this_file_and_from_another(world: World) -> None:
    rows = (
        {"name": "苏晚晴", "phone": PHONE, "organisation": "省枫林观测局"},
        {"name": "林远", "organisation": "省枫林观测局"},
        {"name": "陆离", "home_community": "枫林上城社区"},
    )
    assert told(enter(world, *rows)) == ["new"] * 3
    count = AuditEntry.objects.count()
    assert told(enter(world, *rows)) == ["already"] * 3
    spelled = (
        {"name": "蘇晚晴", "phone": "+86 139-1234-5678", "organisation": "观测局"},
        {"name": "林　远", "organisation": "观测局"},
        {"name": "陸離", "home_community": str(FENGLIN)},
    )
    assert told(enter(world, *spelled, file="b")) == ["already"] * 3
    assert AuditEntry.objects.count() == count
    assert Member.objects.filter(name__in=("苏晚晴", "林远", "陆离")).count() == 3


def test_what_was_unknown_is_added_and_nothing_is_overwritten(world: World) -> None:
    enter(world, {"name": "林远", "organisation": "观测局"})
    more = {
        "name": "林远",
        "organisation": "观测局",
        "phone": PHONE,
        "home_community": "枫林上城社区",
        "party_standing": "党员",
        "identities": "志愿者",
    }
    assert told(enter(world, more, file="b")) == ["changed"]
    assert told(enter(world, more, file="b")) == ["already"]
    assert [row.name for row in find_members(world.system, PHONE)] == ["林远"]
    row = the(world, "林远")
    assert (row.party_standing, row.home_community_id) == ("full", FENGLIN)
    assert AuditEntry.objects.get(action="people.complete-members").targets == [row.pk]
    for field, said in (
        ("home_community", "紫菘社区"),
        ("organisation", "市枫林观测局"),
        ("party_standing", "预备党员"),
        ("identity_number", IDENTITY),
    ):
        done = enter(world, more | {field: said}, file="c")
        assert told(done) == ["changed" if field == "identity_number" else field]
    other = enter(world, more | {"phone": "13912345679", "identity_number": IDENTITY}, file="d")
    assert told(other) == ["phone"]
    assert the(world, "林远").opened_contact() == {"phone": PHONE, "identity": IDENTITY}


def test_namesakes_with_other_numbers_are_two_people(world: World) -> None:
    rows = (
        {"name": "林远", "organisation": "观测局", "phone": PHONE},
        {"name": "林远", "organisation": "观测局", "phone": "13912345679"},
    )
    assert told(enter(world, *rows)) == ["new", "new"]
    assert told(enter(world, *rows, file="b")) == ["already", "already"]
    without = enter(world, {"name": "林远", "organisation": "观测局"}, file="c")
    assert told(without) == ["name"]
    assert "Several people of this name" in words(without)


def test_one_person_twice_in_a_sheet_is_told_by_the_line_above(world: World) -> None:
    done = enter(
        world,
        {"name": "张三丰", "phone": PHONE},
        {"name": "張 三豐", "phone": "１３９１２３４５６７８"},
        {"name": "李四光", "phone": PHONE},
        {"name": "买买提·吐尔逊", "organisation": "观测局"},
        {"name": "买买提•吐尔逊", "organisation": "省枫林观测局"},
        {"name": "张三丰", "phone": PHONE},
    )
    assert told(done) == ["new", "phone", "phone", "new", "name", "already"]
    said = words(done)
    assert "The same person stands in line 2" in said
    assert "The same number stands in line 2, beside another name" in said
    assert "The same name stands in line 5" in said
    assert PHONE not in said


def test_a_number_of_somebody_else_is_refused_without_saying_whose(world: World) -> None:
    done = enter(
        world,
        {"name": "苏晚晴", "phone": phone_of(SENT[1])},
        {"name": LOCAL, "phone": phone_of(LOCAL), "identity_number": identity_of(SENT[0])},
    )
    assert told(done) == ["phone", "identity_number"]
    assert not [name for name in (LOCAL, SENT[0], SENT[1]) if name in words(done)]
    here = {"name": LOCAL, "phone": phone_of(LOCAL), "home_community": "紫菘社区"}
    assert told(enter(world, here, scope=world.stranger)) == ["phone"]


def test_what_cannot_be_understood_is_said_at_its_cell(world: World) -> None:
    done = enter(
        world,
        {"name": "甲一", "identity_number": "340524198001010019"},
        {"name": "乙一", "identity_number": "340524800101001"},
        {"name": "丙一", "phone": "027-87654321"},
        {"name": "丁一", "organisation": "省枫林观侧局"},
        {"name": "戊一", "home_community": "滨湖社区"},
        {"name": "己一", "party_standing": "光荣党员"},
        {"name": "庚一", "identities": "皇帝"},
        {"name": "辛一", "skills": "飞行"},
        {"name": "壬一", "party_organisation": "无此党委", "phone": "1"},
        {"name": ""},
    )
    assert told(done) == [
        "identity_number",
        "identity_number",
        "phone",
        "organisation",
        "home_community",
        "party_standing",
        "identities",
        "skills",
        "party_organisation phone",
        "name",
    ]
    said = words(done)
    assert "15 digits" in said
    assert "Similar names: 省枫林观测局" in said
    assert "may mean any of" in said
    assert not [one for one in ("光荣", "皇帝", "飞行", "8765", "甲一") if one in said]
    assert not Member.objects.filter(name__endswith="一").exists()


def test_an_office_enters_only_where_it_reaches(world: World) -> None:
    with pytest.raises(Forbidden):
        enter(world, {"name": "苏晚晴"}, scope=world.scope(Role.INSPECTOR))
    row = {"name": "苏晚晴", "organisation": "观测局"}
    done = enter(world, row, scope=world.stranger)
    assert told(done) == ["row"]
    assert not Member.objects.filter(name="苏晚晴").exists()
    # Whom the role does not reach is not told to it either.
    enter(world, {"name": "苏晚晴", "organisation": "观测局"})
    assert told(enter(world, row, scope=world.stranger, file="b")) == ["row"]


def test_no_query_is_asked_for_each_line(world: World) -> None:
    def rows(count: int, first: int) -> list[dict[str, str]]:
        return [
            {
                "name": f"甲{'一二三四五六七八九十'[n % 10]}",
                "phone": f"1380000{first + n:04d}",
                "identity_number": _identity(first + n),
                "organisation": "观测局",
                "home_community": ("枫林上城社区", "紫菘社区")[n % 2],
            }
            for n in range(count)
        ]

    asked = []
    for count, first in ((10, 0), (300, 1000), (300, 1000)):
        with CaptureQueriesContext(connection) as queries:
            enter(world, *rows(count, first), file=str(first))
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert asked[2] <= asked[1] + 6


def _identity(n: int) -> str:
    first = f"420199196001{10 + n // 1000:02d}{n % 1000:03d}"
    return first + check_digit(first)


def test_a_row_without_a_name_is_told_so(world: World) -> None:
    done = enter(world, {"phone": PHONE})
    assert told(done) == ["name"]
    assert words(done) == "No name is given."
