"""
What of a draft's rows is shown.

Whoever has sent a sheet is to check how it is understood, and sees its names; numbers are masked
but in cells that are to be mended. Before the columns are confirmed, names are masked as well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.papers.caged.headings import is_personal
from xiachen.papers.intake import CellFault, Field
from xiachen.papers.rules.lines import DraftRow, Found
from xiachen.privacy.masking import (
    HIDDEN,
    IDENTITY,
    MOBILE,
    mask_identity,
    mask_name,
    mask_phone,
)

_LONGEST_NAME = 5
_SHOWN = 60
_NUMBER = re.compile(
    r"(?<!\d)(?:\d[ -]?){17}[\dXxＸ](?!\d)"  # an identity number
    r"|(?<!\d)(?:\+?86[ -]?)?1(?:[ -]?\d){10}(?!\d)"  # a mobile number
    r"|\d(?:[ -]?\d){6,}"
)
_BETWEEN = re.compile(r"([\s、，,;；/\\|()（）]+)")
_FOUND = {
    "new": pgettext_lazy("line", "new"),
    "changed": _("add to what is there"),
    "already": _("there already"),
}
_NOTHING = Found()


@dataclass(frozen=True, slots=True)
class ShownCell:
    """
    A cell as it is shown.

    :param text: as it may be seen
    :param open: the text itself where the cell is to be mended; else empty
    :param fault: why it is to be mended
    :param carried: the cell is empty, and was taken to say this
    """

    field: Field
    text: str
    open: str = ""
    fault: str = ""
    carried: bool = False


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it is shown, with what is wrong with it as a whole or what would become of it."""

    number: int
    cells: Sequence[ShownCell]
    faults: Sequence[str]
    found: str | Promise = ""


def shown_row(
    one: DraftRow, mapping: Sequence[str], fields: Mapping[str, Field], found: Found = _NOTHING
) -> ShownRow:
    """Return a row with the cells that are used, and what the check has found of it."""
    cells = []
    used = {name for name in mapping if name}
    at_cells = {fault.field: fault for fault in one.faults if fault.field in used}
    for at, name in enumerate(mapping):
        if name:
            text = one.row.cells[at]
            if not text and (carried := found.understood.get(name, "")):
                cells.append(ShownCell(fields[name], carried, carried=True))
            else:
                cells.append(_cell(fields[name], text, at_cells.get(name)))
    others = [fault.words for fault in one.faults if fault.field not in used]
    return ShownRow(one.row.number, cells, others, _FOUND.get(found.what, ""))


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
        return ShownCell(field, _seen(field, text), text, fault.words)
    return ShownCell(field, _seen(field, text))


def _seen(field: Field, text: str) -> str:
    """Return a cell's text as whoever has sent it sees it."""
    return _cut(_without_numbers(text) if field.personal else text)


def masked(field: Field, text: str) -> str:
    """Return a cell's text with each name and number of a person masked."""
    if not field.personal:
        return _cut(text)
    parts = _BETWEEN.split(_without_numbers(text))
    return _cut("".join(part if at % 2 else _name(part) for at, part in enumerate(parts)))


def _without_numbers(text: str) -> str:
    return _NUMBER.sub(_masked_number, text)


def _masked_number(found: re.Match[str]) -> str:
    identity = mask_identity(found[0])
    return identity if identity != HIDDEN else mask_phone(found[0])


def _name(part: str) -> str:
    if not part or HIDDEN in part:
        return part
    return mask_name(part) if len(part) <= _LONGEST_NAME else HIDDEN


def _cut(text: str) -> str:
    return text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
