"""A cell as somebody reads it."""

import re
from datetime import date, datetime, time

from xiachen.papers.caged.grids import LONGEST_CELL, Cell
from xiachen.papers.cleaning import fold

# More digits than a number in a spreadsheet holds: what stands behind the fifteenth is a guess.
EXACT = 10**15

# Nothing in it can change when it is folded; almost every cell is such a one.
_PLAIN = re.compile("[ -~\u4e00-\u9fa5、。，：；！？（）《》“”…—]*")


def text(cell: Cell) -> str:
    """Return whole numbers without a point, days as ISO 8601, all else folded to one width."""
    if isinstance(cell, str):
        if not cell:
            return ""
        return (cell if _PLAIN.fullmatch(cell) else fold(cell)).strip()
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float | int):
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        day = cell.date()
        return str(day) if cell.time() == time() else f"{day} {cell:%H:%M}"
    if isinstance(cell, date):
        return str(cell)
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    return "" if cell is None else str(cell)


def is_too_long(cell: Cell) -> bool:
    """Tell whether a cell holds more than a spreadsheet program can keep."""
    return isinstance(cell, str) and len(cell) > LONGEST_CELL


def has_lost_digits(cell: Cell) -> bool:
    """Tell whether a number is too long for a spreadsheet to have kept its last digits."""
    return isinstance(cell, float | int) and abs(cell) >= EXACT
