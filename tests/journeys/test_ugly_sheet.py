"""A secretary loads the households of the community from the sheets that there are."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.visitor import Visit, Visitor
from tests.papers.sheets import book
from tests.world import FENGLIN, World
from xiachen.people.models.residents import Resident
from xiachen.places.models import Household

pytestmark = pytest.mark.browser

UGLY = (
    [
        ["枫林上城社区第１网格住户台账"],
        ["序号", "房屋", None, None, None, "居住人员", None, None],
        [None, "小区", "楼栋号", "单元", "门牌号", "姓名", "联系电话", "身份证号码"],
        [1, "枫林一期", "３栋", 2, "５０１", "邱听澜、蒲一苇", "13912345678/13912345679", None],
        [2, None, None, None, 502, "陆　离", "1391234", None],
        [None, None, None, None, None, "陆小离", None, "340524198001010019"],
        ["合计", None, None, None, 2, 4, None, None],
    ],
    "A1:H1",
    "A2:A3",
    "B2:E2",
    "F2:H2",
    "B4:B6",
    "C4:C6",
    "D4:D6",
    "A5:A6",
    "E5:E6",
)
OLD = (
    "枫林上城社区住户登记表,,,",
    "详细地址,户主,户主电话,家庭成员",
    "枫林一期3栋2单元501室,邱听澜,１３９１２３４５６７８,蒲一苇",
    "枫林一期3－2－503,何所似,,何以书、何以琴",
    "小计：2户,,,",
)


def send(visitor: Visitor, path: Path) -> None:
    visitor.go(f"/places/{FENGLIN}")
    visitor.link("Households by sheet")
    visitor.page.set_input_files("input[type=file]", path)
    visitor.button("Send the file")
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("confirm the columns")


def mend(visitor: Visitor, cell: str, value: str) -> None:
    visitor.page.get_by_label(cell, exact=True).fill(value)


@pytest.mark.parametrize("width", [1440, 360])
def test_the_households_of_an_ugly_sheet_are_loaded_mended_and_found(
    committed_world: World, visit: Visit, tmp_path: Path, width: int
) -> None:
    visitor = visit("secretary", width=width)
    send(visitor, book(tmp_path / "台账.xlsx", list(UGLY[0]), *UGLY[1:]))  # type: ignore[arg-type]
    visitor.photograph(f"ugly-columns-{width}")
    visitor.check()
    visitor.button("Confirm and check")
    visitor.reads("it has 11 digits", "the last place does not fit the others")
    assert "340524198001010019" not in visitor.text
    visitor.photograph(f"ugly-faults-{width}")
    visitor.check()
    mend(visitor, "phone, line 5", "13912345670")
    mend(visitor, "identity number, line 6", "34052419800101001X")
    visitor.button("Save and check again")
    visitor.button("Enter all 3 lines")
    visitor.reads("Households with residents: entered")
    visitor.photograph(f"ugly-entered-{width}")
    assert Household.objects.count() == 2
    assert Resident.objects.count() == 4

    old = tmp_path / "登记表.csv"
    old.write_bytes("\r\n".join(OLD).encode("gbk"))
    send(visitor, old)
    visitor.button("Confirm and check")
    visitor.button("Enter all 2 lines")
    visitor.reads("Households with residents: entered")
    assert Household.objects.count() == 3
    assert Resident.objects.count() == 7

    visitor.go(f"/places/{FENGLIN}")
    visitor.link("枫林一期")
    visitor.link("3栋")
    visitor.link("501")
    visitor.reads("邱**", "蒲**", "139****5678")
    visitor.photograph(f"ugly-residents-{width}")
    visitor.check()
