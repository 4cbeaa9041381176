"""
The child that parses a sheet; its answer is one line of JSON for each thing that it says.

    {"sheet": "名册", "sheets": ["名册", "附表"], "headings": ["姓名", "电话"], "above": []}
    [3, ["张三", "13800000000"]]               a row with its line in the file
    [4, ["李四", "42011119900101123"], [1]]    the second cell has lost its last digits
    {"left": [[5, "sum"]]}                     what was left out, at the end

`above` has the lines from which the headings are taken, as rows, where no word of them is known:
they may be people. Or, at any point, `{"refusal": …}`.
"""

import codecs
import json
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice

from xiachen.papers.caged import headings
from xiachen.papers.caged.grids import ENCODINGS, Book, Cell, Grid, Span
from xiachen.papers.caged.headings import Head, head_of, is_personal
from xiachen.papers.caged.limits import Stop, give_up, say
from xiachen.papers.caged.texts import has_lost_digits, is_too_long, text

MEMORY = 900 * 1024 * 1024
PROCESSOR_SECONDS = 30
FILE_BYTES = 20 * 1024 * 1024
ANSWER_BYTES = 200 * 1024 * 1024
WIDEST = 200

_SUM = re.compile(
    r"(?:合计|总计|小计|共计|总数|累计|汇总|total|subtotal|sum)[:：]?\d*[人户名个条]?"
)
_NOTE = re.compile(
    r"(?:填表人|填报人|制表人|制表|审核人|审核|负责人|经办人|联系人|单位盖章|盖章|备注|注|说明|填表说明"
    r"|填报日期|填表日期|制表日期|日期)[:：].*",
    re.S,
)
_FEW = 3

Left = tuple[int, str]
# Number, texts and columns with lost digits.
_Line = tuple[int, list[str], list[int]]


def main(asked: str) -> int:
    """Say the rows of a sheet, or why it is refused."""
    wanted = json.loads(asked)
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
    give_up(memory=MEMORY, seconds=PROCESSOR_SECONDS, answer=ANSWER_BYTES)
    try:
        for line in read(sys.stdin.buffer.read(FILE_BYTES + 1), **wanted):
            say(line)
    except Stop as stop:
        say(stop.answer)
    except MemoryError:
        say(Stop("papers.too-large").answer)
    return 0


def read(content: bytes, *, sheet: str | None, known: Sequence[str]) -> Iterator[object]:
    """Yield what is said of a file's sheet of that name, else of the one that fits best."""
    if len(content) > FILE_BYTES:
        raise Stop("papers.too-large")
    book = Book(content)
    del content
    tables = [(grid, head) for grid, head in _heads(book, known) if head is not None]
    if not tables:
        raise Stop("papers.no-table")
    grid, head = _chosen(tables, sheet)
    names = [one.name for one, _head in tables]
    yield from _Table(grid, head, names).lines()


def _heads(book: Book, known: Collection[str]) -> Iterator[tuple[Grid, Head | None]]:
    for name in book.names:
        grid = book.grid(name)
        first = list(islice(grid.lines, headings.SEARCHED))
        yield grid, head_of(first, grid.merged, known)


def _chosen(tables: Sequence[tuple[Grid, Head]], sheet: str | None) -> tuple[Grid, Head]:
    for grid, head in tables:
        if grid.name == sheet:
            return grid, head
    if sheet is not None:
        raise Stop("papers.no-table")
    return max(tables, key=lambda one: one[1].known)


class _Table:
    """The rows below the headings, freed of what stands between and below them."""

    def __init__(self, grid: Grid, head: Head, sheets: Sequence[str]) -> None:
        self._grid = grid
        self._head = head
        self._sheets = sheets
        self._left: list[Left] = []
        self._repeated = {
            _pressed(map(text, line)) for line in islice(grid.lines, head.top, head.bottom + 1)
        }
        self._bands = _bands(grid.merged, len(head.names))
        self._titles = {
            "".join(map(text, line)).strip() for line in islice(grid.lines, 0, head.top)
        } - {""}

    def lines(self) -> Iterator[object]:
        """Yield the headings, the rows and what was left out."""
        rows = self._rows()
        # A column without a heading is only offered where something stands in it.
        first = list(islice(rows, headings.SEARCHED))
        above = list(self._above())
        if not first:
            raise Stop("papers.no-rows")
        used = [
            column
            for column, name in sorted(self._head.names.items())
            if name
            or any(column < len(texts) and texts[column] for _n, texts, _ in (*above, *first))
        ]
        if len(used) > WIDEST:
            raise Stop("papers.too-wide", columns=len(used))
        yield {
            "sheet": self._grid.name,
            "sheets": self._sheets,
            "columns": used,
            "headings": [self._head.names[column] for column in used],
            "above": [said for one in above if (said := _said(one, used))],
        }
        for one in chain(first, rows):
            if said := _said(one, used):
                yield said
        yield {"left": self._left}

    def _above(self) -> Iterator[_Line]:
        """
        Yield the lines down to the headings where none is known, but for titles.

        Above headings that are known, a line with somebody's number is told as left out.
        """
        filled = _Filled(self._grid.merged, -1)
        for row, line in enumerate(islice(self._grid.lines, self._head.bottom + 1)):
            cells = filled.line(row, line)
            texts = [text(cell) for cell in cells]
            if not self._head.known and sum(map(bool, texts)) > 1:
                lost = [column for column, cell in enumerate(cells) if has_lost_digits(cell)]
                yield row + 1, texts, lost
            elif self._head.known and row < self._head.top and any(map(is_personal, texts)):
                self._left.append((row + 1, "above"))

    def _rows(self) -> Iterator[_Line]:
        """Yield number, texts and columns with lost digits of each row."""
        filled = _Filled(self._grid.merged, self._head.bottom if self._head.known else -1)
        for row, line in enumerate(self._grid.lines):
            cells = filled.line(row, line)
            if row <= self._head.bottom:
                continue
            if any(map(is_too_long, line)):
                raise Stop("papers.cell-too-long", line=row + 1)
            texts = [text(cell) for cell in cells]
            lost = [column for column, cell in enumerate(cells) if has_lost_digits(cell)]
            if any(texts) and not self._leaves_out(row, texts):
                yield row + 1, texts, lost

    def _leaves_out(self, row: int, texts: Sequence[str]) -> bool:
        said = [one for one in texts if one]
        why = ""
        if any(_SUM.fullmatch("".join(one.split()).casefold()) for one in said[:_FEW]):
            why = "sum"
        elif _pressed(texts) in self._repeated or "".join(said) in self._titles:
            why = "heading"
        elif len(said) <= _FEW and _NOTE.fullmatch(said[0]):
            why = "note"
        elif len(set(said)) == 1 and row in self._bands:
            why = "band"
        if why:
            self._left.append((row + 1, why))
        return bool(why)


def _said(line: _Line, used: Sequence[int]) -> list[object]:
    """Return the used cells of a line as they are said; nothing where all are empty."""
    number, texts, lost = line
    cells = [texts[column] if column < len(texts) else "" for column in used]
    if not any(cells):
        return []
    spoilt = [used.index(column) for column in lost if column in used]
    return [number, cells, spoilt] if spoilt else [number, cells]


def _pressed(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple("".join(one.split()) for one in texts)


def _bands(merged: Sequence[Span], columns: int) -> set[int]:
    """Return the rows with a cell that is merged over half the table, as sections are headed."""
    return {
        row
        for first, last in merged
        if last[1] - first[1] >= columns // 2
        for row in range(first[0], last[0] + 1)
    }


class _Filled:
    """Lines in which a cell that is merged downwards stands in every line that it reaches."""

    def __init__(self, merged: Sequence[Span], bottom: int) -> None:
        self._coming = sorted(
            (
                (first[0], first[1], last[0])
                for first, last in merged
                if first[0] > bottom and last[0] > first[0]
            ),
            reverse=True,
        )
        self._open: dict[int, tuple[int, Cell]] = {}

    def line(self, row: int, line: Sequence[Cell]) -> Sequence[Cell]:
        """Return the line with what reaches down into it."""
        while self._coming and self._coming[-1][0] <= row:
            first, column, last = self._coming.pop()
            if first == row and column < len(line):
                self._open[column] = (last, line[column])
        if not self._open:
            return line
        filled = list(line)
        for column, (last, value) in list(self._open.items()):
            if row > last:
                del self._open[column]
            elif column < len(filled):
                filled[column] = value
        return filled


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
