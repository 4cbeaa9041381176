"""
Tables out of the house.

`export` makes XLSX, CSV or text for a chat of exactly what is shown: with the person who took it
and the time written on it, in files a row of HXL hashtags under the headings, and nothing that a
spreadsheet would compute.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from xiachen.base import clock
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

# Full-width forms too: a Chinese or Japanese spreadsheet computes ＝1+1 as well.
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NARROW, WIDE = 8, 60
_ABREAST = " / "


class Kind(StrEnum):
    """What a table can leave as: two files, and text to copy into a chat."""

    XLSX = "xlsx"
    CSV = "csv"
    TEXT = "text"


_ENDINGS = {Kind.XLSX: "xlsx", Kind.CSV: "csv", Kind.TEXT: "txt"}
_MEDIA = {
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.CSV: "text/csv; charset=utf-8",
    Kind.TEXT: "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """
    What is shown, ready to leave.

    :param about: lines above the table: place, incident, as-of
    :param tags: HXL hashtags, one for each heading; empty ones stay empty
    :param records: the ids of the records shown, for the audit
    """

    title: str
    about: Sequence[str]
    headings: Sequence[str]
    tags: Sequence[str]
    lines: Iterable[Sequence[object]]
    records: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file to hand over: an attachment, but for text, which is shown to be copied."""

    name: str
    media_type: str
    content: bytes


@transaction.atomic
def export(scope: Scope, *, table: Table, kind: Kind, by: str, at: datetime) -> Paper:
    """
    Make the file of a table and note in the audit who took which records.

    :param by: the name that the watermark tells
    :raises Forbidden: the role may not take data out, or has not proven itself twice
    """
    scope.require(Can.EXPORT)
    audit.record(scope, "papers.export", targets=table.records, reason=table.title[:200])
    above = [table.title, *table.about, watermark(by=by, at=at)]
    stamp = f"{at.astimezone(clock.local_zone()):%Y%m%d-%H%M}"
    name = re.sub(r'[\\/:*?"<>|\s]+', "-", table.title).strip("-")[:80]
    return Paper(
        name=f"{name}-{stamp}.{_ENDINGS[kind]}",
        media_type=_MEDIA[kind],
        content=_text(above, table) if kind is Kind.TEXT else _file(kind, above, table),
    )


def media_type(kind: Kind) -> str:
    """Return what browsers call this kind of file."""
    return _MEDIA[kind]


def watermark(*, by: str, at: datetime) -> str:
    """Return the line that says who took a paper and when."""
    local = at.astimezone(clock.local_zone())
    return gettext("Taken by %(by)s at %(at)s; for this operation only.") % {
        "by": by,
        "at": f"{local:%Y-%m-%d %H:%M}",
    }


def printable(text: str) -> str:
    """Return text without the characters that no file of a spreadsheet program can hold."""
    return _NOT_IN_XML.sub("", text)


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    text = printable(text)
    return f"'{text}" if text.lstrip(" \u3000").startswith(_COMPUTED) else text


def _text(above: Sequence[str], table: Table) -> bytes:
    """Write numbered lines without tabs, as they are read in a chat on a phone."""
    lines = [*above, "", _ABREAST.join(table.headings)]
    lines += [
        f"{number}. {_ABREAST.join(_on_one_line(value) for value in line)}"
        for number, line in enumerate(table.lines, 1)
    ]
    return "\n".join(lines).encode()


def _on_one_line(value: object) -> str:
    text = printable(value) if isinstance(value, str) else _as_text(_written(value))
    return " ".join(text.split()) or "—"


def _file(kind: Kind, above: Sequence[str], table: Table) -> bytes:
    rows: list[Sequence[object]] = [*([line] for line in above), [], table.headings]
    if any(table.tags):
        rows.append(table.tags)
    head = len(rows)
    rows += table.lines
    return _csv(rows) if kind is Kind.CSV else _xlsx(rows, head)


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    """Write with the mark by which Excel knows UTF-8; dates as ISO 8601 has them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_as_text(_written(value)) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rows: Sequence[Sequence[object]], head: int) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    for number, width in enumerate(_widths(rows[head - 2 :]), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = f"A{head + 1}"
    for number, row in enumerate(rows, 1):
        sheet.append([_cell(sheet, value, bold=number <= head) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(sheet: Any, value: object, *, bold: bool) -> Cell:
    written = _written(value)
    cell = WriteOnlyCell(sheet, value=written)  # type: ignore[arg-type]
    if isinstance(written, str):
        # Text stays text, whatever it looks like.
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _written(value: object) -> int | float | datetime | date | str | None:
    """Return a value as a cell holds it: numbers and dates as such, moments in local time."""
    if value is None or isinstance(value, bool):
        return None if value is None else (gettext("yes") if value else gettext("no"))
    if isinstance(value, datetime):
        return value.astimezone(clock.local_zone()).replace(tzinfo=None, microsecond=0)
    if isinstance(value, int | date):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return harmless(str(value))


def _as_text(value: int | float | datetime | date | str | None) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)


def _widths(rows: Sequence[Sequence[object]]) -> list[int]:
    """Return how wide each column must be to be read, Chinese characters counted double."""
    columns = max((len(row) for row in rows), default=0)
    return [
        max(NARROW, min(WIDE, 2 + max(_width(row[at]) for row in rows if at < len(row))))
        for at in range(columns)
    ]


def _width(value: object) -> int:
    return sum(2 if character > "\u2e7f" else 1 for character in _as_text(_written(value)))
