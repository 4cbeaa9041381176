"""From the bytes of a file to grids of cells: which kind of file it is, and how it is written."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from xiachen.papers.caged.limits import Stop

EXPANDED_BYTES = 200 * 1024 * 1024
CELLS = 2_000_000
# What a spreadsheet program can keep in a cell.
LONGEST_CELL = 32_767

Cell = str | float | int | bool | date | time | timedelta | None
Span = tuple[tuple[int, int], tuple[int, int]]

_SEALED = "EncryptedPackage".encode("utf-16-le")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"{\\rtf")
_PAGE = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype|html|head|body|table|meta|style)", re.I)
_BOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
_WIDE = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SEPARATORS = (",", "\t", ";", "|", "，")
_TRIED_LINES = 30
# So many control characters may have got into a text by mistake, and one in a hundred.
_ODD = 4

# Codecs that a child needs (archives name their files in cp437) once it can open no file any more.
ENCODINGS = ("utf-8-sig", "utf-16", "gb18030", "cp437")


@dataclass(frozen=True)
class Grid:
    """
    Cells of a sheet, line by line.

    :param merged: its merged areas (first and last cell, counted from 0), the uppermost first
    """

    name: str
    lines: Iterable[Sequence[Cell]]
    merged: Sequence[Span] = ()


class Book:
    """The visible sheets of a file; each is taken out of it when it is asked for."""

    def __init__(self, content: bytes) -> None:
        """:raises Stop: the file is no sheet, is protected, or would take too much"""
        self._text = ""
        self._book: CalamineWorkbook | None = None
        if content.startswith((_ZIP, _OLE)):
            self._book = _workbook(content)
            self.names = [
                one.name
                for one in self._book.sheets_metadata
                if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
            ]
        else:
            self._text = decoded(content)
            self.names = [""]

    def grid(self, name: str) -> Grid:
        """:raises Stop: the sheet would take too much, or is damaged"""
        if self._book is None:
            return Grid(name, list(_from_text(self._text)))
        try:
            sheet = self._book.get_sheet_by_name(name)
        except (CalamineError, XmlError, ZipError, ValueError, OSError):
            raise Stop("papers.cannot-read") from None
        if sheet.total_height * sheet.total_width > CELLS:
            raise Stop("papers.too-large")
        return Grid(name, _Lines(sheet), sorted(sheet.merged_cell_ranges or ()))


class _Lines:
    """The lines of a sheet, from the first line and the first column of the paper."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._sheet = sheet

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        left: list[Cell] = [""] * (self._sheet.start or (0, 0))[1]
        for line in self._sheet.iter_rows():
            yield [*left, *line] if left else line


def _workbook(content: bytes) -> CalamineWorkbook:
    if content.startswith(_ZIP):
        _look_into(content)
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except MemoryError:
        raise
    except PasswordError:
        raise Stop("papers.protected") from None
    except BaseException:  # a parser that panics raises what is no Exception
        raise Stop(_why_not(content)) from None


def _why_not(content: bytes) -> str:
    """Excel seals a workbook with a password inside a container of another kind."""
    if content.startswith(_OLE) and _SEALED in content:
        return "papers.protected"
    return "papers.cannot-read"


def _look_into(content: bytes) -> None:
    """Refuse an archive that is none of a spreadsheet program, or expands to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise Stop("papers.cannot-read") from None
    if sum(one.file_size for one in inside) > EXPANDED_BYTES:
        raise Stop("papers.too-large")
    if not any(one.filename in _BOOKS for one in inside):
        raise Stop("papers.kind-not-read")


def decoded(content: bytes) -> str:
    """
    Return a text file as text: UTF-8, UTF-16 with its mark, or what Chinese office programs write.

    :raises Stop: it is no text, or its characters are damaged
    """
    if _PAGE.match(content):
        raise Stop("papers.web-page")
    for mark, encoding in _WIDE.items():
        if content.startswith(mark):
            return _decoded(content, encoding)
    if content.startswith(_OTHERS) or content.count(0) > _ODD + len(content) // 100:
        raise Stop("papers.kind-not-read")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _decoded(content, "gb18030")
    # Damaged UTF-8 often passes for GB 18030, as other characters.
    as_utf8 = content.decode("utf-8-sig", "ignore")
    if len(content) - len(as_utf8.encode()) < len(content) // 50:
        raise Stop("papers.encoding")
    if sum(char < " " and char not in "\t\r\n" for char in text) > _ODD + len(text) // 100:
        raise Stop("papers.kind-not-read")
    return text


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Stop("papers.encoding") from None


def _from_text(text: str) -> Iterator[list[Cell]]:
    csv.field_size_limit(LONGEST_CELL)
    row = cells = 0
    try:
        for line in _reader(text, _separator(text)):
            row, cells = row + 1, cells + len(line)
            if cells > CELLS:
                raise Stop("papers.too-large")
            yield list(line)
    except csv.Error:
        raise Stop("papers.cell-too-long", line=row + 1) from None


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _separator(text: str) -> str:
    """Return what separates the cells: the sign that cuts the most lines into as many cells."""

    def evenness(separator: str) -> int:
        try:
            widths = [len(line) for line in islice(_reader(text, separator), _TRIED_LINES)]
        except csv.Error:
            return 0
        wide = [width for width in widths if width > 1]
        usual = max(set(wide), key=wide.count, default=1)
        return wide.count(usual) * (usual - 1)

    return max(_SEPARATORS, key=evenness)
