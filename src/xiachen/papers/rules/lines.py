"""From the rows of a file to the lines that an intake enters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID, uuid5

from xiachen.papers.intake import CellFault, Field, Line
from xiachen.papers.reading import Row
from xiachen.papers.rules.values import Misread, understood

_LINES = UUID("0d4a4f0e-6c2b-4a57-9d8e-3f6b5b1a7c11")


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row that is to be entered, and what is wrong with it."""

    row: Row
    faults: Sequence[CellFault]


class Found(NamedTuple):
    """
    What the last check has found of a good row.

    :param what: "new", "changed" or "already"
    :param understood: by field, what an empty cell was taken to say
    """

    what: str = ""
    understood: Mapping[str, str] = MappingProxyType({})


class Read(NamedTuple):
    """
    The rows of a file and what is known of their columns.

    :param mapping: the field's name for each column; empty for one that is not used
    :param digest: of the file's content: with the line's number it makes the id
    :param same: what every line has in fields that no column is
    """

    mapping: Sequence[str]
    rows: Sequence[Row]
    digest: str
    same: Mapping[str, str] = MappingProxyType({})


def lines_of(fields: Sequence[Field], read: Read) -> tuple[list[Line], dict[int, list[CellFault]]]:
    """Return the rows understood, and by line number what in them cannot be."""
    mapping, rows, digest, same = read
    kinds = {field.name: field.content for field in fields}
    columns = [(at, name, kinds[name]) for at, name in enumerate(mapping) if name]
    empty = {name: same.get(name, "") for name in kinds}
    lines: list[Line] = []
    faults: dict[int, list[CellFault]] = {}
    for row in rows:
        values = dict(empty)
        for at, name, content in columns:
            try:
                values[name] = understood(content, row.cells[at], lost=at in row.lost)
            except Misread as misread:
                fault = CellFault(field=name, words=str(misread.words))
                faults.setdefault(row.number, []).append(fault)
        lines.append(Line(number=row.number, id=line_id(digest, row.number), values=values))
    return lines, faults


def line_id(digest: str, number: int) -> UUID:
    """Return the id of a line: of the file and the line, never of what a number tells."""
    return uuid5(_LINES, f"{digest} {number}")


def missing(fields: Sequence[Field], mapping: Sequence[str]) -> list[Field]:
    """Return the needed fields that no column has."""
    return [field for field in fields if field.needed and field.name not in mapping]


def repeated(mapping: Sequence[str]) -> set[str]:
    """Return the fields that several columns have."""
    return {name for name in mapping if name and mapping.count(name) > 1}
