"""Sheets that come into the house, as people write them."""

from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.papers.sheets import book, cells, fill, read_in
from xiachen.papers.reading import LeftOut, NoRows, NoTable


def test_a_title_and_merged_headings_over_two_lines_are_understood(tmp_path: Path) -> None:
    sheet = read_in(
        book(
            tmp_path / "名册.xlsx",
            [
                ["下沉人员名册", None, None, None],
                ["姓名", "联系方式", None, "单位"],
                [None, "电话", "微信", None],
                ["钱小一", "１３９０００００００１", "yan", "某单位"],
                [None, None, None, None],
                ["孙小二", 13900000002, None, "某单位"],
            ],
            "A1:D1",
            "B2:C2",
            "A2:A3",
            "D2:D3",
        )
    )
    assert cells(sheet) == [
        ["姓名", "电话", "微信", "单位"],
        ["钱小一", "13900000001", "yan", "某单位"],
        ["孙小二", "13900000002", "", "某单位"],
    ]
    assert [row.number for row in sheet.rows] == [4, 6]


def test_headings_over_two_lines_are_understood_where_nothing_is_merged_any_more(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("姓名,联系方式,,单位\n,电话,微信,\n甲,13900000001,yan,局\n", "utf-8")
    assert cells(read_in(path)) == [
        ["姓名", "电话", "微信", "单位"],
        ["甲", "13900000001", "yan", "局"],
    ]


def test_a_first_row_with_gaps_is_no_second_line_of_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("姓名,电话,备注\n甲,,\n乙,13900000001,\n", "utf-8")
    assert cells(read_in(path))[0] == ["姓名", "电话", "备注"]
    assert len(read_in(path).rows) == 2


@pytest.mark.parametrize(
    "people",
    [
        [["顾一帆", "13911110001", None, "观测局"], ["顾二帆", "13911110002", None, "观测局"]],
        [["顾一帆", "2020-03-01", None, "甲局"], ["顾二帆", None, None, "乙局"]],
        [["顾一帆", None, None, "观测局"], ["顾二帆", None, None, "观测局"]],
        [[None, "甲", "乙", None], ["顾二帆", "甲", None, "某局"]],
    ],
    ids=["number", "day", "below a heading of its own", "repeated"],
)
@pytest.mark.parametrize("alike", [True, False])
def test_the_first_person_below_merged_headings_is_a_row(
    tmp_path: Path, people: list[list[object]], alike: bool
) -> None:
    merged = ["B1:C1", *(["B2:C2", "B3:C3"] if alike else [])]
    lines = [["姓名", "手机号", None, "单位"], *people]
    sheet = read_in(book(tmp_path / "a.xlsx", lines, *merged), "姓名", "手机号", "单位")
    assert sheet.headings[:2] == ["姓名", "手机号"]
    assert [row.number for row in sheet.rows] == [2, 3]
    assert not sheet.above


def test_lines_that_may_be_people_are_kept_where_no_heading_is_known(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "登记表,,\n甲一,139,枫林\n乙二,13911110002,枫林,某局,党员\n丙,1,枫林,某局,群众\n"
    )
    sheet = read_in(path, "党员")
    assert [(row.number, row.cells[0]) for row in (*sheet.above, *sheet.rows)] == [
        (2, "甲一"),
        (3, "乙二"),
        (4, "丙"),
    ]


def test_a_unit_merged_over_the_people_of_a_sheet_without_headings_swallows_none(
    tmp_path: Path,
) -> None:
    lines: list[list[object]] = [[f"顾{n}帆", f"1391111000{n}", "观测局"] for n in range(6)]
    sheet = read_in(book(tmp_path / "a.xlsx", lines, "C1:C6"), "姓名")
    found = [*sheet.above, *sheet.rows]
    assert [row.cells[0] for row in found] == [line[0] for line in lines]
    assert {row.cells[2] for row in found} == {"观测局"}


def test_somebody_above_the_headings_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("顾一帆,13911110001\n姓名,电话\n顾二帆,13911110002\n")
    assert read_in(path, "姓名").left_out == [(1, LeftOut.ABOVE)]


def test_like_headings_below_two_groups_carry_the_group(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [["本人", None, "联系人", None], ["姓名", "电话", "姓名", "电话"], ["甲", "1", "乙", "2"]],
        "A1:B1",
        "C1:D1",
    )
    assert cells(read_in(path))[0] == ["本人/姓名", "本人/电话", "联系人/姓名", "联系人/电话"]


def test_what_is_said_above_the_table_heads_no_column(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["附件1"],
            ["党员下沉登记表"],
            ["填报单位：城建局", None, None, "填报日期：2020.3.1"],
            ["序号", "姓名", "电话", "社区"],
            [1, "甲", "13900000001", "枫林"],
        ],
    )
    assert cells(read_in(path)) == [
        ["序号", "姓名", "电话", "社区"],
        ["1", "甲", "13900000001", "枫林"],
    ]


def test_expected_headings_are_found_below_whatever_stands_above(tmp_path: Path) -> None:
    above: list[list[object]] = [["市", "区", "街道"], ["某市", "某区", "某街"], []]
    path = book(tmp_path / "a.xlsx", [*above, ["姓名", "电话", ""], ["甲", "1", ""]])
    assert cells(read_in(path))[0] == ["市", "区", "街道"]
    assert cells(read_in(path, "姓名", "电话"))[0] == ["姓名", "电话"]


def test_a_cell_merged_downwards_stands_in_every_row(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["楼栋", "户", "姓名"],
            ["1栋", "101", "甲"],
            [None, None, "乙"],
            [None, "102", "丙"],
            ["2栋", "101", "丁"],
        ],
        "A2:A4",
        "B2:B3",
    )
    assert cells(read_in(path))[1:] == [
        ["1栋", "101", "甲"],
        ["1栋", "101", "乙"],
        ["1栋", "102", "丙"],
        ["2栋", "101", "丁"],
    ]


def test_sums_repeated_headings_sections_and_notes_are_left_out_and_told(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["姓名", "单位", "人数"],
            ["一、机关", None, None],
            ["甲", "城建局", 1],
            ["小计", None, 1],
            ["姓 名", "单位", "人数"],
            ["乙", "水务局", 1],
            ["合  计：", None, 2],
            [None, "总计", 2],
            ["填表人：丙", None, "日期：3月1日"],
        ],
        "A2:C2",
    )
    sheet = read_in(path)
    assert [row.cells[0] for row in sheet.rows] == ["甲", "乙"]
    assert list(sheet.left_out) == [
        (2, LeftOut.BAND),
        (4, LeftOut.SUM),
        (5, LeftOut.HEADING),
        (7, LeftOut.SUM),
        (8, LeftOut.SUM),
        (9, LeftOut.NOTE),
    ]


def test_hidden_sheets_are_not_read_and_of_several_the_fitting_one_is(tmp_path: Path) -> None:
    made = Workbook()
    notes = made.active
    assert isinstance(notes, Worksheet)
    notes.title = "说明"
    fill(notes, [["要求", "时限"], ["如实填写", "当天"]])
    hidden = made.create_sheet("旧")
    hidden.sheet_state = "hidden"
    fill(hidden, [["姓名", "电话"], ["旧人", "1"]])
    fill(made.create_sheet("名册"), [["姓名", "电话"], ["甲", "13900000001"]])
    path = tmp_path / "a.xlsx"
    made.save(path)
    assert read_in(path).name == "说明"
    found = read_in(path, "姓名", "电话")
    assert (found.name, found.sheets) == ("名册", ["说明", "名册"])
    assert cells(read_in(path, "姓名", sheet="说明"))[0] == ["要求", "时限"]
    with pytest.raises(NoTable):
        read_in(path, sheet="旧")


def test_numbers_days_and_flags_are_told_as_somebody_reads_them(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["甲", "乙", "丙", "丁", "戊", "己"],
            [12, 1.5, date(2020, 3, 1), datetime(2020, 3, 1, 8, 20), time(8, 20), True],
        ],
    )
    assert cells(read_in(path))[1] == ["12", "1.5", "2020-03-01", "2020-03-01 08:20", "08:20", "1"]


def test_a_number_that_has_lost_digits_is_marked_at_its_cell(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx", [["姓名", "身份证号"], ["甲", 420111199001011234], ["乙", "3"]]
    )
    rows = read_in(path).rows
    assert [list(row.lost) for row in rows] == [[1], []]


def test_a_table_that_begins_in_the_middle_of_the_paper_is_read_with_its_lines(
    tmp_path: Path,
) -> None:
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    for at, value in {"C4": "姓名", "D4": "电话", "C5": "甲", "D5": "1", "F5": "附"}.items():
        sheet[at] = value
    made.save(tmp_path / "a.xlsx")
    found = read_in(tmp_path / "a.xlsx")
    assert cells(found) == [["姓名", "电话", "F"], ["甲", "1", "附"]]
    assert found.rows[0].number == 5


def test_two_columns_of_one_heading_have_names_of_their_own(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["电话", "电话", "电话"], ["1", "2", "3"]])
    path = book(tmp_path / "a.xlsx", [["姓名", "电话", "电话"], ["甲", "2", "3"]])
    assert cells(read_in(path))[0] == ["姓名", "电话", "电话(2)"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "，"])
def test_a_text_file_of_any_office_program_is_read(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    path = tmp_path / "名册.csv"
    lines = [
        "姓名~电话~住址",
        '周小三~１３８００００００００~"枫林~1栋',
        '2单元"',
        "吴小四~~街,2栋;3",
    ]
    text = "\n".join(lines).replace("~", separator)
    if separator in ",;":
        text = text.replace("街,2栋;3", '"街,2栋;3"')
    path.write_text(text + "\n", encoding=encoding)
    assert cells(read_in(path)) == [
        ["姓名", "电话", "住址"],
        ["周小三", "13800000000", f"枫林{separator}1栋\n2单元".replace("，", "，")],
        ["吴小四", "", "街,2栋;3"],
    ]


def test_characters_outside_gbk_and_invisible_ones_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("姓名,村\n䶮\u200b\x00小,𠮷村\n".encode("gb18030"))
    assert cells(read_in(path))[1] == ["䶮小", "𠮷村"]


def test_headings_alone_are_no_table_of_people(tmp_path: Path) -> None:
    with pytest.raises(NoRows):
        read_in(book(tmp_path / "a.xlsx", [["姓名", "电话"], ["合计", 0]]))
