"""
Sheets into the house: the rows of a file as text, parsed in the cage.

XLSX, XLSM, XLSB, XLS, ODS, CSV and TSV, told apart by what they hold and not by their names; text
in UTF-8, UTF-16 or GB 18030 with commas, tabs, semicolons or bars. Titles above the table,
headings over several lines, merged cells, full-width digits, sums and notes below: what people
send is read as they mean it, and what is left out is told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.papers import cage
from xiachen.papers.cage import CannotRead, TooLarge


class KindNotRead(Refused):
    """A file of a kind that is no sheet."""

    code = "papers.kind-not-read"
    message = _("“%(file)s” is not a sheet. Sheets end in .xlsx, .xls, .ods or .csv.")
    status = 422


class Protected(Refused):
    """The file opens with a password only."""

    code = "papers.protected"
    message = _("“%(file)s” is protected by a password. Save it without one and send it again.")
    status = 422


class WebPage(Refused):
    """A web page that calls itself a sheet, as many systems export them."""

    code = "papers.web-page"
    message = _(
        "“%(file)s” calls itself a sheet and is a web page. Open it in a spreadsheet program and "
        "save it as .xlsx."
    )
    status = 422


class WrongEncoding(Refused):
    """A text file whose characters are damaged, or of an encoding that nobody here uses."""

    code = "papers.encoding"
    message = _("The characters of “%(file)s” cannot be read. Save it as .xlsx or as CSV in UTF-8.")
    status = 422


class NoTable(Refused):
    """No sheet has at least two headings."""

    code = "papers.no-table"
    message = _("“%(file)s” has no table with headings. The first line names the columns.")
    status = 422


class NoRows(Refused):
    """Headings, and nothing below."""

    code = "papers.no-rows"
    message = _("“%(file)s” has headings and no row below them.")
    status = 422


class TooWide(Refused):
    """More columns than anybody looks through."""

    code = "papers.too-wide"
    message = _("“%(file)s” has %(columns)s columns. Leave out those that are not needed.")
    status = 422


class CellTooLong(Refused):
    """A cell with more text than a spreadsheet can keep."""

    code = "papers.cell-too-long"
    message = _("Line %(line)s of “%(file)s” has a cell with far too much text. Shorten it.")
    status = 422


_REFUSALS: Mapping[str, type[Refused]] = {
    one.code: one
    for one in (
        CannotRead,
        TooLarge,
        KindNotRead,
        Protected,
        WebPage,
        WrongEncoding,
        NoTable,
        NoRows,
        TooWide,
        CellTooLong,
    )
}


class LeftOut(StrEnum):
    """Why a line of the file is no row of the table."""

    SUM = "sum"
    HEADING = "heading"
    NOTE = "note"
    BAND = "band"
    ABOVE = "above"


LEFT_OUT = {
    LeftOut.SUM: _("a sum"),
    LeftOut.HEADING: _("the headings once more"),
    LeftOut.NOTE: _("a note below the table"),
    LeftOut.BAND: _("the heading of a section"),
    LeftOut.ABOVE: _("stands above the headings"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """
    A line of a sheet.

    :param number: of the line in the file, as a spreadsheet program shows it
    :param cells: as many as the sheet has headings; an empty cell is an empty text
    :param lost: which cells are numbers that have lost their last digits
    """

    number: int
    cells: Sequence[str]
    lost: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    What stands in a file.

    :param name: of the sheet that was read; empty in a text file
    :param sheets: all visible sheets with a table
    :param headings: those of the file; a column without one is called by its letter
    :param left_out: lines that are no rows, and why
    :param above: the lines that the headings are, where none of them is known: they may be rows
    :param letters: how a spreadsheet program calls the columns
    """

    name: str
    sheets: Sequence[str]
    headings: Sequence[str]
    rows: Sequence[Row]
    left_out: Sequence[tuple[int, LeftOut]]
    above: Sequence[Row] = ()
    letters: Sequence[str] = ()


def read(
    file: IO[bytes], *, name: str, sheet: str | None = None, known: Collection[str] = ()
) -> Sheet:
    """
    Return the rows of a file's sheet.

    :param file: a real file
    :param name: of the file, for the words of a refusal
    :param sheet: which sheet; without it, the visible one with most known headings, else the first
    :param known: headings that are expected, as `caged.headings.plain` writes them
    :raises Refused: one of those above
    """
    with cage.ask("sheets", file, name=name, sheet=sheet, known=sorted(known)) as answer:
        said = cage.lines(answer, _REFUSALS, name=name)
        head: dict[str, Any] = next(said)
        rows: list[Row] = []
        left: list[tuple[int, LeftOut]] = []
        for line in said:
            if isinstance(line, dict):
                left = [(number, LeftOut(why)) for number, why in line["left"]]
            else:
                rows.append(Row(*line))
    return Sheet(
        name=head["sheet"],
        sheets=head["sheets"],
        headings=_named(head["headings"], head["columns"]),
        rows=rows,
        left_out=left,
        above=[Row(*line) for line in head["above"]],
        letters=[_letter(column) for column in head["columns"]],
    )


def _named(headings: Sequence[str], columns: Sequence[int]) -> list[str]:
    """Give every column a name of its own: its letter, or a number behind a repeated heading."""
    names: list[str] = []
    for heading, column in zip(headings, columns, strict=True):
        name = heading or _letter(column)
        again = 2
        while name in names:
            name = f"{heading}({again})"
            again += 1
        names.append(name)
    return names


def _letter(column: int) -> str:
    """Return how a spreadsheet program calls a column: A, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
