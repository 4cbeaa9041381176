"""Files as offices make them, for the tests of reading and entering."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xiachen.papers.reading import Sheet, read


def fill(sheet: Worksheet, lines: list[list[object]], *merged: str) -> None:
    """Write lines into a sheet and merge cells."""
    for line in lines:
        sheet.append(line)
    for area in merged:
        sheet.merge_cells(area)


def book(path: Path, lines: list[list[object]], *merged: str) -> Path:
    """Make a workbook of one sheet."""
    made = Workbook()
    sheet = made.active
    assert isinstance(sheet, Worksheet)
    fill(sheet, lines, *merged)
    made.save(path)
    return path


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def raw_book(path: Path, rows: Iterable[str], strings: Iterable[str]) -> Path:
    """Make a workbook of rows and shared strings as XML, as no honest program would write it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r0" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}">'
            f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>",
        )
        for name, (before, after), parts in (
            ("xl/worksheets/sheet1.xml", ("worksheet", "<sheetData>"), rows),
            ("xl/sharedStrings.xml", ("sst", ""), strings),
        ):
            with archive.open(name, "w") as file:
                file.write(f'<{before} xmlns="{_MAIN}">{after}'.encode())
                for part in parts:
                    file.write(part.encode())
                file.write(f"{after.replace('<', '</')}</{before}>".encode())
    return path


def shared(text: str) -> str:
    """Return a shared string."""
    return f"<si><t>{text}</t></si>"


def row(number: int, *strings: int) -> str:
    """Return a row whose cells are shared strings, by their places."""
    cells = "".join(
        f'<c r="{letter}{number}" t="s"><v>{place}</v></c>'
        for letter, place in zip("ABCDEFGH", strings, strict=False)
    )
    return f'<row r="{number}">{cells}</row>'


def read_in(path: Path, *known: str, sheet: str | None = None) -> Sheet:
    """Read a file in the cage."""
    with path.open("rb") as file:
        return read(file, name=path.name, sheet=sheet, known=known)


def cells(sheet: Sheet) -> list[list[str]]:
    """Return headings and rows as lines of text."""
    return [list(sheet.headings), *(list(row.cells) for row in sheet.rows)]
