"""Files as communities and units really send them, from the bytes to the register."""

from pathlib import Path

import pytest
from django.utils.translation import override
from openpyxl import Workbook

from tests.papers.sheets import book, fill
from tests.world import FENGLIN, MORNING, World
from xiachen.papers.intake import Intake, Setting
from xiachen.papers.operations.entering import ColumnsUnclear, Entered, enter_file
from xiachen.people.models.members import Member
from xiachen.people.models.residents import Resident
from xiachen.people.operations.sheets.households.intake import HOUSEHOLDS
from xiachen.people.operations.sheets.members import MEMBERS
from xiachen.places.models import Building, Household
from xiachen.privacy.scope import Role, Scope

IDENTITY = "34052419800101001X"
TWO = ("邱听澜、蒲一苇", "13912345678\n139 1234 5679", f"{IDENTITY}、无")


def enter(scope: Scope, intake: Intake, path: Path, *, community: int | None = None) -> Entered:
    with override("en"), path.open("rb") as file:
        return enter_file(
            scope,
            intake=intake,
            file=file,
            name=path.name,
            setting=Setting(community=community),
            at=MORNING,
        )


def counted(entered: Entered) -> tuple[int, int, int, int]:
    return entered.new, entered.changed, entered.already, len(entered.faults)


# A register as an office keeps it: merged headings, digits of full width, one door in two rows.
_REGISTER: list[list[object]] = [
    ["枫林上城社区第１网格住户台账"],
    ["序号", "房屋", None, None, None, "居住人员", None, None, "入住日期", "备注"],
    [
        None,
        "小区",
        "楼栋号",
        "单元",
        "门牌号",
        "姓名",
        "联系电话",
        "身份证号码",
        None,
        None,
    ],
    [
        1,
        "枫林一期",
        "３栋",
        2,
        "５０１",
        "邱听澜、蒲一苇",
        "13912345678\n139 1234 5679",
        f"{IDENTITY}、无",
        43831,
        "",
    ],
    [2, None, None, None, 502, "陆　离", 13912345670, None, "2020.3.1", "独居"],
    [None, None, None, None, None, "陆小离", None, None, None, None],
    [3, None, "４栋", "一单元", 101, "空置", None, None, None, None],
    ["合计", None, None, None, 3, 4, None, None, None, None],
    ["填表人：某某", None, None, None, None, None, None, None, None, None],
]
_MERGED = (
    "A1:J1",
    "B2:E2",
    "F2:H2",
    "A2:A3",
    "I2:I3",
    "J2:J3",
    "B4:B7",
    "C4:C6",
    "D4:D6",
    "A5:A6",
    "E5:E6",
)


@pytest.fixture
def secretary(world: World) -> Scope:
    return world.scope(Role.SECRETARY)


def test_a_register_of_doors_with_everything_merged(
    world: World, secretary: Scope, tmp_path: Path
) -> None:
    path = tmp_path / "台账.xlsx"
    made = Workbook()
    hidden = made.active
    hidden.title, hidden.sheet_state = "旧", "hidden"  # type: ignore[union-attr]
    fill(hidden, [["小区", "房号", "姓名"], ["不要", "1", "不要"]])  # type: ignore[arg-type]
    sheet = made.create_sheet("住户")
    fill(sheet, _REGISTER, *_MERGED)
    made.save(path)
    entered = enter(secretary, HOUSEHOLDS, path, community=FENGLIN)
    assert counted(entered) == (4, 0, 0, 0), entered.faults
    doors = Household.objects.order_by("building__number", "door")
    assert [(d.building.number, d.unit, d.door, d.vacant, d.residents.count()) for d in doors] == [
        ("3栋", "2", "501", False, 2),
        ("3栋", "2", "502", False, 2),
        ("4栋", "1", "101", True, 0),
    ]
    names = sorted(row.opened()["name"] for row in Resident.objects.all())
    assert names == ["蒲一苇", "邱听澜", "陆小离", "陆离"]
    again = enter(secretary, HOUSEHOLDS, path, community=FENGLIN)
    assert counted(again) == (0, 0, 4, 0)


def test_the_same_doors_again_as_text_of_an_old_program(
    world: World, secretary: Scope, tmp_path: Path
) -> None:
    lines = (
        "枫林上城社区住户登记表,,,",
        "详细地址,户主,户主电话,家庭成员",
        "枫林一期3栋2单元501室,邱听澜,１３９１２３４５６７８,蒲一苇",
        "枫林一期3－2－502,陆离,,邱听澜、陆小离",
        ",,,陆大离",
        "枫林一期4栋101,,,空置",
        "小计：3户,,,",
    )
    path = tmp_path / "households.csv"
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    entered = enter(secretary, HOUSEHOLDS, path, community=FENGLIN)
    assert counted(entered) == (4, 0, 0, 0), entered.faults
    assert counted(enter(secretary, HOUSEHOLDS, path, community=FENGLIN)) == (0, 0, 4, 0)
    other = tmp_path / "again.csv"
    other.write_text("\n".join(lines).replace("3栋2单元501室", "三号楼二单元501"), "utf-16")
    assert counted(enter(secretary, HOUSEHOLDS, other, community=FENGLIN)) == (0, 0, 4, 0)
    assert Building.objects.count() == 2
    assert Resident.objects.count() == 6


def test_bad_rows_come_back_with_reasons_and_nothing_is_half_written(
    world: World, secretary: Scope, tmp_path: Path
) -> None:
    path = book(
        tmp_path / "bad.xlsx",
        [
            ["住址", "居民姓名", "手机", "证件号码"],
            ["枫林一期3栋501", "邱听澜", "13912345678", IDENTITY],
            ["枫林一期3栋502", "蒲一苇", "1391234567", IDENTITY[:-1] + "9"],
            ["三号楼对面", "陆离", None, None],
            ["枫林一期3栋504", "陆大离", None, 340524198001010010],
        ],
    )
    entered = enter(secretary, HOUSEHOLDS, path, community=FENGLIN)
    assert [(line, heading) for line, heading, _words in entered.faults] == [
        (3, "手机"),
        (3, "证件号码"),
        (4, "住址"),
        (5, "证件号码"),
    ]
    assert "lost its last digits" in entered.faults[3][2]
    said = " ".join(words for _line, _heading, words in entered.faults)
    assert not [one for one in ("1391234567", IDENTITY[:-1], "蒲一苇", "对面") if one in said]
    assert not Household.objects.exists()
    assert not Building.objects.exists()


def test_a_list_of_party_members_from_the_organisation_department(
    world: World, tmp_path: Path
) -> None:
    path = book(
        tmp_path / "党员.xlsx",
        [
            ["省枫林观测局在职党员名册"],
            [
                "序号",
                "党员姓名",
                "联系方式",
                "公民身份号码",
                "所在单位",
                "组织关系所在党支部",
                "是否党员",
                "现居住地",
                "人员类别",
                "出生日期",
            ],
            [
                "１",
                "苏　晚晴",
                "１３９ １２３４ ５６７８",
                IDENTITY.lower(),
                "观测局",
                "省枫林观测局机关党委",
                "是",
                "枫林上城社区居委会",
                "在职党员、公务员",
                29221,
            ],
            [
                "2",
                "买买提•吐尔逊",
                13912345679.0,
                None,
                "省枫林观测局",
                None,
                "中共预备党员",
                "420111002011",
                "党员",
                "1985年3月",
            ],
            ["合计", "2人", None, None, None, None, None, None, None, None],
        ],
        "A1:J1",
    )
    entered = enter(world.system, MEMBERS, path)
    assert counted(entered) == (2, 0, 0, 0), entered.faults
    assert counted(enter(world.system, MEMBERS, path)) == (0, 0, 2, 0)
    one = Member.objects.get(name="苏晚晴")
    assert one.opened_contact() == {"phone": "13912345678", "identity": IDENTITY}
    assert one.home_community_id == FENGLIN
    assert Member.objects.get(name="买买提·吐尔逊").party_standing == "probationary"


def test_columns_that_could_be_two_things_are_not_guessed(world: World, tmp_path: Path) -> None:
    path = book(tmp_path / "two.xlsx", [["姓名", "联系电话", "手机"], ["苏晚晴", "1", "2"]])
    with pytest.raises(ColumnsUnclear) as refused:
        enter(world.system, MEMBERS, path)
    assert "联系电话" in str(refused.value)
