"""
Editions of the division list: dated files of codes and names, read row by row.

A file is CSV in UTF-8 with at least the columns `code` and `name`, plain or compressed with gzip
or xz. Codes have 2, 4, 6, 9 or 12 digits; the levels may come in one file or in several.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import IO, NamedTuple

from xiachen.places.rules.codes import NotADivisionCode, code_from, is_listed

LONGEST_NAME = 80
_CONTROL = re.compile("[\x00-\x1f]")
_GZIP = b"\x1f\x8b"
_XZ = b"\xfd7zXZ\x00"
DATA = Path(__file__).parent.parent / "data"
WITH_COMMUNITIES = (4201, 4206, 4416, 6201)


class Row(NamedTuple):
    """One division of an edition: its 12-digit code and its name as listed."""

    code: int
    name: str


class Fault(StrEnum):
    """Why a file cannot be read as an edition."""

    NOT_READABLE = "not-readable"
    NO_COLUMNS = "no-columns"
    CODE = "code"
    NAME = "name"
    CONFLICT = "conflict"
    EMPTY = "empty"


class UnreadableEdition(ValueError):
    """A file that is not an edition; `line` counts from 1, 0 stands for the whole file."""

    def __init__(self, fault: Fault, *, file: str, line: int = 0) -> None:
        super().__init__(f"{file}:{line}: {fault}")
        self.fault = fault
        self.file = file
        self.line = line


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition shipped with the product: the day it was closed and its file."""

    day: date
    file: Path


BUNDLED = (
    Edition(date(2019, 10, 31), DATA / "divisions-2019-10.csv.gz"),
    Edition(date(2021, 10, 31), DATA / "divisions-2021-10.csv.gz"),
)


def read_edition(files: Iterable[Path]) -> Iterator[Row]:
    """
    Read the rows of one edition from its files, in their order, each code once.

    A county or township that repeats the code and name of the division above it is left out.

    :raises UnreadableEdition: at the first line that cannot be right, or when there is no row
    """
    names: dict[int, str] = {}
    for file in files:
        with _opened(file) as lines:
            yield from _rows(lines, file.name, names)
        if not names:
            raise UnreadableEdition(Fault.EMPTY, file=file.name)


def _rows(lines: IO[str], file: str, names: dict[int, str]) -> Iterator[Row]:
    reader = csv.reader(lines)
    code_at, name_at = _columns(next(reader, []), file)
    needed = max(code_at, name_at) + 1
    for fields in reader:
        if not fields:
            continue
        if len(fields) < needed:
            raise UnreadableEdition(Fault.NO_COLUMNS, file=file, line=reader.line_num)
        row = Row(
            _code(fields[code_at], file, reader.line_num),
            _name(fields[name_at], file, reader.line_num),
        )
        listed = names.get(row.code)
        if listed is None:
            names[row.code] = row.name
            yield row
        elif listed != row.name:
            raise UnreadableEdition(Fault.CONFLICT, file=file, line=reader.line_num)


def _columns(header: list[str], file: str) -> tuple[int, int]:
    titles = [title.strip().lower() for title in header]
    if "code" not in titles or "name" not in titles:
        raise UnreadableEdition(Fault.NO_COLUMNS, file=file, line=1)
    return titles.index("code"), titles.index("name")


def _code(text: str, file: str, line: int) -> int:
    try:
        code = code_from(text.strip())
    except NotADivisionCode as fault:
        raise UnreadableEdition(Fault.CODE, file=file, line=line) from fault
    if not is_listed(code):
        raise UnreadableEdition(Fault.CODE, file=file, line=line)
    return code


def _name(text: str, file: str, line: int) -> str:
    name = text.strip()
    # Private-use characters stand for rare ones in the lists and are kept.
    if not name or len(name) > LONGEST_NAME or _CONTROL.search(name):
        raise UnreadableEdition(Fault.NAME, file=file, line=line)
    return name


@contextmanager
def _opened(file: Path) -> Iterator[IO[str]]:
    try:
        with _text(file) as lines:
            yield lines
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, ImportError, csv.Error) as fault:
        raise UnreadableEdition(Fault.NOT_READABLE, file=file.name) from fault


def _text(file: Path) -> IO[str]:
    with file.open("rb") as probe:
        start = probe.read(6)
    if start == _XZ:
        return _xz_text(file)
    if start.startswith(_GZIP):
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _xz_text(file: Path) -> IO[str]:
    # Some builds of Python come without lzma; only who loads such a file needs it.
    import lzma

    try:
        with lzma.open(file) as probe:
            probe.read(1)
    except lzma.LZMAError as fault:
        raise OSError(str(fault)) from fault
    return lzma.open(file, "rt", encoding="utf-8-sig", newline="")
