"""Sheets that come into the house as an attacker would make them, or by mistake."""

import io
import subprocess
import sys
import zipfile
from itertools import chain
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.papers.sheets import book, cells, raw_book, read_in, row, shared
from xiachen.papers.cage import CannotRead, TooLarge
from xiachen.papers.reading import (
    CellTooLong,
    KindNotRead,
    NoRows,
    NoTable,
    Protected,
    TooWide,
    WebPage,
    WrongEncoding,
)

SOURCE = str(Path(__file__).parents[2] / "src")


def document() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", NoTable),
        ("只有一列\n甲\n".encode(), NoTable),
        ("姓名,电话\n".encode(), NoRows),
        (b"%PDF-1.7\n\x00\x01\x02\x03", KindNotRead),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), KindNotRead),
        (document(), KindNotRead),
        (b"PK\x03\x04 torn", CannotRead),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), CannotRead),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(600)
            + "EncryptedPackage".encode("utf-16-le"),
            Protected,
        ),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", WebPage),
        (b'\r\n<!DOCTYPE html>\n<table border="1">', WebPage),
        (b"\xff\xff\xff\xfe\x80", WrongEncoding),
        ("姓名,电话\n甲乙丙丁戊己庚辛,1\n".encode() * 20 + b"\xe5\xbc", WrongEncoding),
        ("姓名,电话\n甲,1\n".encode("utf-16-le"), KindNotRead),
        (("姓名,备注\n甲,1\n乙," + "x" * 1_000_000).encode(), CellTooLong),
        ((",".join(f"列{n}" for n in range(300)) + "\n" + ",".join("1" * 300)).encode(), TooWide),
    ],
    ids=[
        "empty",
        "one column",
        "headings alone",
        "pdf",
        "png",
        "docx",
        "torn archive",
        "torn xls",
        "with a password",
        "web page",
        "web page with a doctype",
        "noise",
        "damaged utf-8",
        "utf-16 without its mark",
        "a cell of a megabyte",
        "300 columns",
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_what_is_no_sheet_is_refused_in_words_whatever_it_is_called(
    tmp_path: Path, content: bytes, refusal: type[Exception], name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(refusal) as caught:
        read_in(path)
    assert "%" not in str(caught.value)


def test_a_sheet_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["姓名", "电话"], ["甲", "1"]])
    assert len(read_in(path.rename(tmp_path / "a.csv")).rows) == 1


def test_a_long_cell_of_a_workbook_is_refused_with_its_line(tmp_path: Path) -> None:
    rows = [row(1, 0, 1), row(2, 0, 1), row(3, 2, 1)]
    for length in (32_767, 1_000_000):
        strings = [shared("姓名"), shared("电话"), shared("x" * length)]
        path = raw_book(tmp_path / "a.xlsx", rows, strings)
        if length == 32_767:
            assert len(read_in(path).rows) == 1
            continue
        with pytest.raises(CellTooLong) as caught:
            read_in(path)
        assert caught.value.values["line"] == 3


def test_a_formula_gives_what_it_last_came_to_and_is_never_computed(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [["姓名", "电话"], ['=HYPERLINK("http://x","甲")', '=cmd|"/c calc"!A1'], ["乙", "2"]],
    )
    assert cells(read_in(path))[1:] == [["乙", "2"]]
    assert load_workbook(path).active is not None


def test_three_hundred_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("姓名,电话\n甲,1\n", "utf-8")
    with path.open("r+b") as file:
        file.truncate(300 * 1024 * 1024)  # sparse: it takes no place on the disk
    with pytest.raises(TooLarge):
        read_in(path)


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
        read_in(bomb)
    bomb.unlink()


def test_an_archive_that_lies_about_its_size_dies_with_the_child_alone(tmp_path: Path) -> None:
    """It expands to far more than the child's memory although its directory says a kilobyte."""
    given = tmp_path / "given"
    given.mkdir()
    strings = chain([shared("姓名"), shared("电话")], (shared("x" * 2**20) for _ in range(1200)))
    path = raw_book(given / "a.xlsx", [row(1, 0, 1), row(2, 0, 1)], strings)
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/sharedStrings.xml").file_size
    content = path.read_bytes()
    lie = content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lie != content
    (given / "lie.xlsx").write_bytes(lie)
    for bomb in given.iterdir():
        with pytest.raises((TooLarge, CannotRead)):
            read_in(bomb)


def test_a_shared_text_repeated_a_million_times_dies_with_the_child_alone(tmp_path: Path) -> None:
    """Thirty thousand letters stand in the file once and in the sheet in every cell."""
    strings = [shared("姓名"), shared("电话"), shared("x" * 30_000)]
    rows = chain([row(1, 0, 1)], (row(number, 2, 2) for number in range(2, 60_000)))
    path = raw_book(tmp_path / "a.xlsx", rows, strings)
    assert path.stat().st_size < 1024 * 1024
    with pytest.raises(TooLarge):
        read_in(path)


_TRIED = {
    "file": "open('/etc/passwd').read()",
    "written": "open('written', 'w').write('x')",
    "socket": "import socket; socket.socket()",
    "program": "import os; os.execv('/bin/true', ['true']) if os.fork() == 0 else os.wait()",
    "memory": "bytes(10**9)",
    "core": "import resource; assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0); 1/0",
}


@pytest.mark.parametrize("tried", _TRIED)
def test_a_child_that_has_given_up_can_do_nothing_else(tmp_path: Path, tried: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, socket, resource\n"
            "from xiachen.papers.caged.limits import give_up\n"
            "give_up(memory=400_000_000, seconds=5, answer=1000)\n"
            f"{_TRIED[tried]}\nprint('done')",
        ],
        capture_output=True,
        cwd=tmp_path,
        env={"PYTHONPATH": SOURCE},
        check=False,
    )
    if tried == "program":
        # Who may make no further process cannot; where root may, the program finds no libraries.
        assert b"done" not in done.stdout or done.stderr
    else:
        assert b"done" not in done.stdout
        assert done.returncode != 0
    assert not list(tmp_path.iterdir())


def test_an_answer_is_only_so_long(tmp_path: Path) -> None:
    with (tmp_path / "answer").open("wb") as answer:
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys\n"
                "from xiachen.papers.caged.limits import give_up\n"
                "give_up(memory=400_000_000, seconds=5, answer=1000)\n"
                "sys.stdout.write('x' * 5000)",
            ],
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": SOURCE},
            check=False,
        )
    assert done.returncode != 0
    assert (tmp_path / "answer").stat().st_size <= 1000
