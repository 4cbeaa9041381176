"""What of a draft's rows is shown: masked, but for the cells that are to be mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xiachen.papers.caged.headings import is_personal
from xiachen.papers.intake import CellFault, Content, Field
from xiachen.papers.rules.lines import DraftRow
from xiachen.privacy.masking import (
    HIDDEN,
    IDENTITY,
    MOBILE,
    mask_identity,
    mask_name,
    mask_phone,
)

_LONGEST_NAME = 5
_SHOWN = 24


@dataclass(frozen=True, slots=True)
class ShownCell:
    """
    A cell as it is shown.

    :param text: masked where it identifies somebody
    :param open: the text itself where the cell is to be mended; else empty
    :param fault: why it is to be mended
    """

    field: Field
    text: str
    open: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it is shown, with what is wrong with it as a whole."""

    number: int
    cells: Sequence[ShownCell]
    faults: Sequence[str]


def shown_row(one: DraftRow, mapping: Sequence[str], fields: Mapping[str, Field]) -> ShownRow:
    """Return a row with the cells that are used."""
    cells = []
    used = {name for name in mapping if name}
    at_cells = {fault.field: fault for fault in one.faults if fault.field in used}
    for at, name in enumerate(mapping):
        if name:
            cells.append(_cell(fields[name], one.row.cells[at], at_cells.get(name)))
    others = [fault.words for fault in one.faults if fault.field not in used]
    return ShownRow(one.row.number, cells, others)


def sample(text: str) -> str:
    """Return a cell of a column that nobody has told yet what it is."""
    if IDENTITY.fullmatch(text):
        return mask_identity(text)
    if MOBILE.fullmatch(text):
        return mask_phone(text)
    if len(text) > _LONGEST_NAME:
        return HIDDEN if text.isdigit() else text[0] + HIDDEN
    return text if text.isascii() else mask_name(text)


def shown_headings(headings: Sequence[str]) -> list[str]:
    """Return headings as they are shown: masked where a number tells that they are somebody."""
    if any(map(is_personal, headings)):
        return [sample(heading) for heading in headings]
    return list(headings)


def _cell(field: Field, text: str, fault: CellFault | None) -> ShownCell:
    if fault is not None:
        return ShownCell(field, masked(field, text), text, fault.words)
    return ShownCell(field, masked(field, text))


def masked(field: Field, text: str) -> str:
    """Return a cell's text as it may be seen."""
    if not field.personal or not text:
        return text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    if field.content is Content.PHONE or MOBILE.fullmatch(text):
        return mask_phone(text)
    if field.content is Content.IDENTITY or IDENTITY.fullmatch(text):
        return mask_identity(text)
    return mask_name(text) if len(text) <= _LONGEST_NAME else HIDDEN
