"""A sheet on its way in, as the person with the file sees it."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.journeys.visitor import Visit, Visitor
from tests.world import World
from xiachen.people.models.members import Member

pytestmark = pytest.mark.browser

MEMBERS = [
    ["市直机关下沉人员名册", None, None, None, None],
    ["填报单位：观测局", None, None, None, "2020年3月1日"],
    ["序号", "姓名", "手机号码", "单位", "政治面貌"],
    [1, "顾一帆", 13911110001, "市枫林观测局", "中共党员"],
    [2, "顾二帆", "1391111000", "市枫林观测局", "群众"],
    [3, "顾三帆", "１３９１１１１０００３", "市枫林观测局", "群众"],
    [4, "顾四帆", "13911110004", "没有的局", "群众"],
    ["合计", None, 4, None, None],
]


def workbook(lines: list[list[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for line in lines:
        sheet.append(line)
    sheet.merge_cells("A1:E1")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def send(visitor: Visitor, kind: str, name: str, content: bytes) -> None:
    visitor.go(f"/papers/{kind}/send")
    visitor.page.set_input_files(
        "[name=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    visitor.button("Send the file")


def test_the_organiser_mends_a_sheet_with_bad_rows_and_enters_it(
    committed_world: World, visit: Visit, tmp_path: Path
) -> None:
    visitor = visit("organiser")
    visitor.link("Enter by sheet")
    send(visitor, "members", "名册.xlsx", workbook(MEMBERS))
    visitor.reads("confirm the columns", "1 line is left out")
    visitor.photograph("sheet-columns")
    visitor.button("Confirm and check")

    visitor.reads("2 lines to mend")
    visitor.photograph("sheet-to-mend")
    visitor.check()
    with visitor.page.expect_download() as started:
        visitor.link("Take the lines to mend as a file")
    assert started.value.path().read_bytes().startswith(b"PK")
    started.value.path().unlink()
    visitor.page.fill('[name="cell.5.phone"]', "13911110002")
    visitor.page.check('[name=leave][value="7"]')
    visitor.button("Save and check again")
    visitor.reads("ready to be entered")
    visitor.button("Enter all 3 lines")
    visitor.reads("entered")
    visitor.photograph("sheet-entered")
    visitor.check()
    assert Member.objects.filter(name__startswith="顾").count() == 3
    send(visitor, "members", "名册.xlsx", workbook(MEMBERS[:6]))
    visitor.reads("Set as on")
    visitor.button("Confirm and check")
    visitor.reads("1 line to mend")
