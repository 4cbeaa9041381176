"""
Expected lines: Chinese sentences whose numbers are written as {figure} and filled from records.

`{mobilisation.dispatched}` is a figure's number, `{attendance.on-time%}` its share of the figure
that it is a part of and `{attendance.on-time:of}` that other figure's number,
`{deployment.squads:beside}` what stands beside the number, such as 3/3/3/2, and
`{mobilisation.dispatched:多}` the number as an article prints it, such as 4.4万多, and
`{attendance.average-hours:floor}` the whole number that is not above it, and
`{mobilisation.batches:word}` a small number in words, such as 两.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xiachen.figures.numbers import Floor, FloorWord, Style, display
from xiachen.figures.units import PERSON, Quantity

SHARE = "%"
BESIDE = ":beside"
OF = ":of"
FLOOR = ":floor"
WORD = ":word"
_FORM = r"(?:%|:beside|:of|:floor|:word|:[余多])?"
_HOLE = re.compile(r"\{([a-z0-9.-]+" + _FORM + r")\}")
_ROUNDED: Mapping[str, FloorWord] = {"余": "余", "多": "多"}
_AT_END = re.compile(_FORM + "$")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence as the scenario expects it, and as the records say it."""

    expected: str
    actual: str

    @property
    def equal(self) -> bool:
        """Whether the records say what is expected."""
        return self.expected == self.actual


def figure_of(hole: str) -> str:
    """Return the code of the figure that a hole asks about."""
    return _AT_END.sub("", hole, count=1)


def rounded_down(value: int, hole: str) -> str | None:
    """
    Return a number with the word that says there is more, as the hole asks for it, or None.

    Two digits are shown, and no number below the tens: 4.4万多, 3400余, 110多, 80多.
    """
    word = _ROUNDED.get(hole[-1:])
    if word is None:
        return None
    step = max(10, 10 ** (len(str(value)) - 2))
    style = Style(floor=Floor(step, word), unit=False)
    return display(Quantity(value, PERSON), "zh-hans", style)


def holes(pattern: str) -> tuple[str, ...]:
    """Return what a line's pattern asks for, each once, in order."""
    return tuple(dict.fromkeys(_HOLE.findall(pattern)))


def filled(pattern: str, values: Mapping[str, object]) -> str:
    """Return the sentence; what has no value is shown as “?”."""
    return _HOLE.sub(lambda hole: str(values.get(hole.group(1), "?")), pattern)


def width(text: str) -> int:
    """Return the columns of a terminal that a text takes; Chinese characters take two."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    joined = sum(unicodedata.combining(character) > 0 for character in text)
    return len(text) + wide - joined


def padded(text: str, columns: int) -> str:
    """Return the text filled with blanks up to a width."""
    return text + " " * max(0, columns - width(text))


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows under headings in aligned columns, for a terminal."""
    lines = [tuple(headings), *map(tuple, rows)]
    widths = [max(width(line[n]) for line in lines) for n in range(len(headings))]
    printed = [
        "  ".join(padded(cell, columns) for cell, columns in zip(line, widths, strict=True))
        for line in lines
    ]
    return "\n".join(line.rstrip() for line in printed)
