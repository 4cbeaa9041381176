"""The faulty lines of a draft as a file: with the reasons, and to be sent again as it is."""

import io
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from xiachen.papers.intake import Intake
from xiachen.papers.queries import drafts as queries
from xiachen.papers.tables import Kind, Paper, media_type, printable
from xiachen.privacy.scope import Scope

_FAULTY = PatternFill("solid", fgColor="F8D7DA")
_WIDTH, _REASONS_WIDTH = 16, 60


def error_file(scope: Scope, draft: UUID, *, intake: Intake) -> Paper:
    """
    Return the faulty lines as XLSX under their own headings, faulty cells coloured.

    Before them stands a column of the reasons, which is not entered when the file comes back.
    """
    found = queries.draft(scope, draft)
    about = found.about()
    titles = {field.name: str(field.title) for field in intake.fields}
    headings = about["headings"]
    if not about.get("recognised", True):
        # Headings by which the file is recognised when it comes back.
        headings = [
            titles.get(name, heading) for name, heading in zip(found.mapping, headings, strict=True)
        ]
    columns = {name: at for at, name in enumerate(found.mapping) if name}
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    for at in range(len(headings) + 1):
        letter = get_column_letter(at + 1)
        sheet.column_dimensions[letter].width = _WIDTH if at else _REASONS_WIDTH
    sheet.freeze_panes = "B2"

    def cell(text: str, *, bold: bool = False, faulty: bool = False) -> Any:
        # A cell that is typed text computes nothing, and comes back as it was sent.
        made = WriteOnlyCell(sheet, value=printable(text))
        made.data_type = "s"
        made.number_format = "@"
        if bold:
            made.font = Font(bold=True)
        if faulty:
            made.fill = _FAULTY
        return made

    sheet.append([cell(one, bold=True) for one in (_("Reason"), *headings)])
    for one in queries.all_faulty(scope, draft):
        wrong = {columns.get(fault.field) for fault in one.faults}
        reasons = (
            f"{titles[fault.field]}: {fault.words}" if fault.field in titles else fault.words
            for fault in one.faults
        )
        cells = [cell(text, faulty=at in wrong) for at, text in enumerate(one.row.cells)]
        sheet.append([cell(" ".join(reasons)), *cells])
    content = io.BytesIO()
    book.save(content)
    return Paper(
        name=f"{intake.kind}-{_('to mend')}.xlsx",
        media_type=media_type(Kind.XLSX),
        content=content.getvalue(),
    )
