"""
The child that parses a sheet: limits first, then the parser; its answer is JSON on its output.

Sources of danger: an archive of a megabyte that expands to gigabytes, sheets that claim a million
rows, and faults of parsers. Run as a module; imports nothing of Django.
"""

import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from xiachen.papers.cleaning import fold

MEMORY = 1024 * 1024 * 1024
PROCESSOR_SECONDS = 30
FILE_BYTES = 20 * 1024 * 1024
EXPANDED_BYTES = 200 * 1024 * 1024
CELLS = 2_000_000
EXACT_DIGITS = 15
HEADING_LINES = 20

Cell = str | float | int | bool | date | time | timedelta | None
Span = tuple[tuple[int, int], tuple[int, int]]


class Stop(Exception):
    """The sheet is refused, with the code of the refusal."""

    def __init__(self, refusal: str, **values: object) -> None:
        super().__init__(refusal)
        self.answer: dict[str, object] = {"refusal": refusal, "values": values}


@dataclass(frozen=True)
class Grid:
    """Cells of a sheet with its merged areas (first and last cell, counted from 0)."""

    lines: Sequence[Sequence[Cell]]
    merged: Sequence[Span] = field(default_factory=tuple)


def main(path: Path) -> int:
    """Print the rows of a sheet, or why it is refused."""
    _limit()
    try:
        answer: dict[str, object] = {"rows": rows_of(path)}
    except Stop as stop:
        answer = stop.answer
    except MemoryError:
        answer = Stop("papers.too-large").answer
    json.dump(answer, sys.stdout, ensure_ascii=False)
    return 0


def rows_of(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return line number and cells by heading of the first sheet with a table."""
    if path.stat().st_size > FILE_BYTES:
        raise Stop("papers.too-large")
    for grid in _grids(path):
        found = _table(grid)
        if found:
            return found
    raise Stop("papers.no-table")


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _grids(path: Path) -> list[Grid]:
    if path.suffix.lower() == ".csv":
        return [_from_csv(path.read_bytes())]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > EXPANDED_BYTES:
                raise Stop("papers.too-large")
    return _from_workbook(path)


def _from_csv(content: bytes) -> Grid:
    text = _decoded(content)
    dialect = "excel-tab" if text[:4096].count("\t") > text[:4096].count(",") else "excel"
    lines = []
    cells = 0
    for line in csv.reader(io.StringIO(text), dialect):
        cells += len(line)
        if cells > CELLS:
            raise Stop("papers.too-large")
        lines.append(line)
    return Grid(lines)


def _decoded(content: bytes) -> str:
    """Read UTF-8, else what Chinese office programs write; neither is a damaged file."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Stop("papers.cannot-read")


def _from_workbook(path: Path) -> list[Grid]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

    try:
        book = CalamineWorkbook.from_path(str(path))
        grids = []
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > CELLS:
                raise Stop("papers.too-large")
            lines = sheet.to_python(skip_empty_area=False)
            grids.append(Grid(lines, sheet.merged_cell_ranges or ()))
        return grids
    except (CalamineError, PasswordError, ZipError, ValueError, OSError):
        raise Stop("papers.cannot-read") from None


def _table(grid: Grid) -> list[tuple[int, dict[str, str]]]:
    top = _first_heading_line(grid)
    if top is None:
        return []
    bottom = _last_heading_line(grid, top)
    headings = _headings(grid, top, bottom)
    found = []
    for number, line in enumerate(grid.lines[bottom + 1 :], bottom + 2):
        cells = {
            heading: _text(line[at] if at < len(line) else None, number, heading)
            for at, heading in headings.items()
        }
        if any(cells.values()):
            found.append((number, cells))
    return found


def _first_heading_line(grid: Grid) -> int | None:
    """Skip titles: lines with one value, however wide it is merged."""
    for number, line in enumerate(grid.lines[:HEADING_LINES]):
        if sum(bool(_text(cell)) for cell in line) > 1:
            return number
    return None


def _last_heading_line(grid: Grid, top: int) -> int:
    """Headings go down as far as a merged area of their first line, and below a group by one."""
    last = top
    for (first_row, first_column), (last_row, last_column) in grid.merged:
        if first_row == top:
            last = max(last, last_row)
            if last_column > first_column:
                last = max(last, last_row + 1)
    return last


def _headings(grid: Grid, top: int, bottom: int) -> dict[int, str]:
    width = max((len(line) for line in grid.lines[top : bottom + 1]), default=0)
    paths = {}
    for column in range(width):
        levels = [_covering(grid, row, column) for row in range(top, bottom + 1)]
        path = [text for text in dict.fromkeys(levels) if text]
        if path:
            paths[column] = path
    leaves = [path[-1] for path in paths.values()]
    named = {
        column: path[-1] if leaves.count(path[-1]) == 1 else "/".join(path)
        for column, path in paths.items()
    }
    for heading in named.values():
        if list(named.values()).count(heading) > 1:
            raise Stop("papers.heading-twice", heading=heading)
    return named


def _covering(grid: Grid, row: int, column: int) -> str:
    """Return the heading of a cell: that of the merged area that it lies in."""
    for (first_row, first_column), (last_row, last_column) in grid.merged:
        if first_row <= row <= last_row and first_column <= column <= last_column:
            row, column = first_row, first_column
            break
    line = grid.lines[row] if row < len(grid.lines) else []
    return re.sub(r"\s+", "", _text(line[column] if column < len(line) else None))


def _text(cell: Cell, line: int = 0, heading: str = "") -> str:
    """Return a cell as somebody reads it: whole numbers without a point, dates as ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime):
        return (
            cell.isoformat(" ", "minutes") if cell.time() != cell.min.time() else str(cell.date())
        )
    if isinstance(cell, float | int):
        if abs(cell) >= 10**EXACT_DIGITS:
            raise Stop("papers.digits-lost", line=line, heading=heading)
        return str(int(cell)) if cell == int(cell) else repr(cell)
    return fold(str(cell)).strip()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
