"""Sheets that come into the house: as people write them, and as an attacker would."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from xiachen.papers.tables import (
    CannotRead,
    DigitsLost,
    HeadingTwice,
    KindNotRead,
    NoTable,
    TooLarge,
    read,
)


def book(path: Path, lines: list[list[object]], *merged: str) -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for line in lines:
        sheet.append(line)
    for area in merged:
        sheet.merge_cells(area)
    made.save(path)
    return path


def test_a_title_and_merged_headings_over_two_lines_are_understood(tmp_path: Path) -> None:
    path = book(
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
    rows = read(path)
    assert [dict(row) for row in rows] == [
        {"姓名": "钱小一", "电话": "13900000001", "微信": "yan", "单位": "某单位"},
        {"姓名": "孙小二", "电话": "13900000002", "微信": "", "单位": "某单位"},
    ]
    assert [row.line for row in rows] == [4, 6]


def test_like_headings_below_two_groups_carry_the_group(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [["本人", None, "联系人", None], ["姓名", "电话", "姓名", "电话"], ["甲", "1", "乙", "2"]],
        "A1:B1",
        "C1:D1",
    )
    assert dict(read(path)[0]) == {
        "本人/姓名": "甲",
        "本人/电话": "1",
        "联系人/姓名": "乙",
        "联系人/电话": "2",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_csv_of_any_office_program_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "名册.csv"
    path.write_text("姓名,电话\n周小三,１３８００００００００\n", encoding=encoding)
    assert [dict(row) for row in read(path)] == [{"姓名": "周小三", "电话": "13800000000"}]


def test_a_long_number_that_has_lost_digits_is_refused_with_its_line(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["姓名", "身份证号"], ["甲", 420111199001011234]])
    with pytest.raises(DigitsLost) as caught:
        read(path)
    assert caught.value.values == {"file": "a.xlsx", "line": 2, "heading": "身份证号"}


def test_two_columns_of_one_heading_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HeadingTwice):
        read(book(tmp_path / "a.xlsx", [["姓名", "姓名"], ["甲", "乙"]]))


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.xlsx", b"not a workbook", CannotRead),
        ("a.csv", b"\xff\xff\xff\xfe\x80", CannotRead),
        ("a.csv", b"", NoTable),
        ("a.csv", "只有一列\n甲\n".encode(), NoTable),
        ("a.pdf", b"%PDF", KindNotRead),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, refusal: type[Exception]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(refusal):
        read(path)


def test_a_small_archive_that_expands_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["姓名", "电话"], ["甲", "1"]])
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path) as plain, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        for one in plain.namelist():
            made.writestr(one, plain.read(one))
        with made.open("xl/media/picture.png", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(bytes(1024 * 1024))
    assert bomb.stat().st_size < 1024 * 1024
    with pytest.raises(TooLarge):
        read(bomb)
    bomb.unlink()


def test_an_archive_that_lies_about_its_size_dies_with_the_child_alone(tmp_path: Path) -> None:
    """Its sheet expands beyond the child's memory although the directory says a kilobyte."""
    path = book(tmp_path / "a.xlsx", [["姓名", "电话"], ["甲", "1"]])
    bomb = tmp_path / "lie.xlsx"
    with zipfile.ZipFile(path) as plain, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made:
        for one in plain.namelist():
            if one == "xl/sharedStrings.xml":
                continue
            made.writestr(one, plain.read(one))
        with made.open("xl/sharedStrings.xml", "w", force_zip64=True) as member:
            member.write(b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">')
            for _ in range(190):
                member.write(b"<si><t>" + b"x" * (1024 * 1024) + b"</t></si>")
        made.infolist()[-1].file_size = 1000
    with pytest.raises((TooLarge, CannotRead, NoTable)):
        read(bomb)
    bomb.unlink()


def test_the_child_can_write_no_file(tmp_path: Path) -> None:
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "from xiachen.papers import reading\n"
            "reading._limit()\n"
            "open(sys.argv[1], 'w').write('x')",
            str(tmp_path / "written"),
        ],
        capture_output=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert (tmp_path / "written").stat().st_size == 0
