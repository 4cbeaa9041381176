"""Where a table's headings stand in a sheet, and what they are called."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xiachen.papers.caged.grids import Cell, Span
from xiachen.papers.caged.texts import text

# How far down a table may begin, and how deep its headings may be.
SEARCHED = 30
_DEEPEST = 4
_LONGEST = 100
# 填报单位：某局 above a table says something of it, and heads no column.
_SAID = re.compile(r"[^:：]{1,12}[:：].+", re.S)
_NUMBER = re.compile(r"[\d.,/:%-]+")
# A mobile or an identity number, wherever it stands: nobody calls a column so.
_PERSONAL = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)|86-?1[3-9]\d{9}")
_DAY = re.compile(r"\d{4}[-./年]\d{1,2}([-./月]\d{1,2}日?)?")
_LONG_NUMBER = re.compile(r"\d[\d -]{3,}\d")


@dataclass(frozen=True)
class Head:
    """
    The headings of a table.

    :param top: its first line, counted from 0
    :param bottom: its last line
    :param names: by column; a column that has none has an empty text
    :param known: how many of them are words that were looked for; 0 where one is somebody's number
    """

    top: int
    bottom: int
    names: dict[int, str]
    known: int


def head_of(
    lines: Sequence[Sequence[Cell]], merged: Sequence[Span], known: Collection[str]
) -> Head | None:
    """
    Return where the headings stand; None where there is no table.

    :param lines: the first lines of the sheet
    :param known: headings that somebody expects, `plain`; the line with most of them wins
    """
    sheet = _Top(lines, merged)
    best: Head | None = None
    for top in sheet.candidates():
        head = sheet.head(top, known)
        if best is None or head.known > best.known:
            best = head
    return best


def plain(heading: str) -> str:
    """Return a heading without spaces, remarks in brackets and signs, to be compared."""
    bare = re.sub(r"[(（\[【][^)）\]】]*[)）\]】]", "", heading) or heading
    return re.sub(r"[\s*＊:：_\-/]+", "", bare).casefold()


def is_personal(text: str) -> bool:
    """Tell whether a mobile or an identity number stands in a text."""
    return _PERSONAL.search(text) is not None


class _Top:
    """The first lines of a sheet, with what merged areas spread over several cells."""

    def __init__(self, lines: Sequence[Sequence[Cell]], merged: Sequence[Span]) -> None:
        self._lines = lines
        self._merged = [span for span in merged if span[0][0] < len(lines)]

    def candidates(self) -> list[int]:
        """Return the lines that may be the first of the headings, the likeliest first."""
        widths = [self._width(row) for row in range(len(self._lines))]
        widest = max(widths, default=0)
        wide = [row for row, width in enumerate(widths) if 2 * width >= widest and width > 1]
        told = [row for row in range(len(self._lines)) if widths[row] > 1 and row not in wide]
        return wide + told

    def head(self, top: int, known: Collection[str]) -> Head:
        """Return the headings that begin in a line."""
        bottom = self._bottom(top, known)
        names = self._names(top, bottom)
        if any(map(is_personal, names.values())):
            return Head(top, bottom, names, 0)
        found = {plain(name.rpartition("/")[2]) for name in names.values()} | {
            plain(name) for name in names.values()
        }
        return Head(top, bottom, names, len(found & set(known)))

    def _width(self, row: int) -> int:
        """Return how many different headings a line could hold."""
        texts = [self._at(row, column) for column in range(self._columns(row, row))]
        said = [one for one in texts if one]
        if any(_SAID.fullmatch(one) for one in said) or all(map(_NUMBER.fullmatch, said)):
            return 0
        return len(said) if len(set(said)) > 1 else 0

    def _bottom(self, top: int, known: Collection[str]) -> int:
        """Return how far headings go down: as a merged cell of theirs, below a group by one."""
        last = top
        grouped = False
        for (first_row, first_column), (last_row, last_column) in self._merged:
            if first_row == top:
                last = max(last, last_row)
                grouped = grouped or last_column > first_column
                if last_column > first_column and self._heads(top, last_row + 1, known):
                    last = max(last, last_row + 1)
        if last == top and not grouped and self._is_group_line(top):
            last += 1
        return min(last, top + _DEEPEST - 1, len(self._lines) - 1)

    def _heads(self, top: int, row: int, known: Collection[str]) -> bool:
        """Tell whether the line below merged headings is theirs, and not the first of the rows."""
        columns = range(self._columns(top, row))
        below = {column: one for column in columns if (one := self._own(row, column))}
        if not below or any(map(_is_value, below.values())):
            return False
        if any(plain(one) in known for one in below.values()):
            return True
        spans = {(first[1], last[1]) for first, last in self._merged if first[0] == row}
        groups = {(first[1], last[1]) for first, last in self._merged if first[0] == top}
        wide = {
            column for first, last in groups if last > first for column in range(first, last + 1)
        }
        if any(last > first for first, last in spans & groups):
            return False
        if any(self._own(top, column) and column not in wide for column in below):
            return False
        return not self._is_repeated(row, below)

    def _is_repeated(self, row: int, said: Mapping[int, str]) -> bool:
        """Tell whether a text of a line stands in its column again, but for headings once more."""
        for later in range(row + 1, len(self._lines)):
            same = [column for column, one in said.items() if self._own(later, column) == one]
            if same and len(same) < len(said):
                return True
        return False

    def _is_group_line(self, top: int) -> bool:
        """
        Tell whether the next line has the headings below groups, where nothing is merged any more.

            姓名,联系方式,,单位
            ,电话,微信,
        """
        if top + 1 >= len(self._lines):
            return False
        width = self._columns(top, top + 1)
        above = [self._own(top, column) for column in range(width)]
        below = [self._own(top + 1, column) for column in range(width)]
        group = ""
        for column in range(width):
            follows = column + 1 < width and not above[column + 1] and bool(below[column + 1])
            group = above[column] or group
            if below[column] and above[column] and not follows:
                return False
            if bool(below[column]) == bool(above[column]) and not below[column]:
                return False
        names = [one for one in below if one]
        return bool(names) and len(names) < width and not any(re.search(r"\d{2}", n) for n in names)

    def _names(self, top: int, bottom: int) -> dict[int, str]:
        paths = {}
        for column in range(self._columns(top, bottom)):
            levels = [self._heading(row, column, top, bottom) for row in range(top, bottom + 1)]
            paths[column] = [one for one in dict.fromkeys(levels) if one]
        leaves = [path[-1] for path in paths.values() if path]
        return {
            column: "" if not path else path[-1] if leaves.count(path[-1]) == 1 else "/".join(path)
            for column, path in paths.items()
        }

    def _heading(self, row: int, column: int, top: int, bottom: int) -> str:
        found = self._at(row, column)
        if not found and row == top and bottom > top and self._own(row + 1, column):
            # A group that nothing merges reaches to the right as far as it has headings below.
            found = next((one for at in range(column, -1, -1) if (one := self._at(row, at))), "")
        return found

    def _at(self, row: int, column: int) -> str:
        for (first_row, first_column), (last_row, last_column) in self._merged:
            if first_row <= row <= last_row and first_column <= column <= last_column:
                return self._own(first_row, first_column)
        return self._own(row, column)

    def _own(self, row: int, column: int) -> str:
        line = self._lines[row] if row < len(self._lines) else ()
        return re.sub(r"\s+", "", text(line[column]))[:_LONGEST] if column < len(line) else ""

    def _columns(self, top: int, bottom: int) -> int:
        return max((len(line) for line in self._lines[top : bottom + 1]), default=0)


def _is_value(text: str) -> bool:
    return is_personal(text) or bool(_DAY.search(text) or _LONG_NUMBER.search(text))
