"""Sheets on their way in, as their own account sees them."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db.models import QuerySet

from xiachen.base.errors import NotFound
from xiachen.papers.intake import CellFault
from xiachen.papers.models.drafts import Draft, DraftPart
from xiachen.papers.models.matchings import Matching, key_of
from xiachen.papers.reading import Row
from xiachen.papers.rules.lines import DraftRow, Found
from xiachen.privacy.scope import Scope


def drafts(scope: Scope) -> QuerySet[Draft]:
    """Return the drafts of the scope's account in its role and incident, the newest first."""
    return Draft.objects.filter(
        account=scope.account, role=scope.role, incident=scope.incident
    ).order_by("-begun_at")


def draft(scope: Scope, id: UUID) -> Draft:
    """:raises NotFound: there is none of this account in this role"""
    found = drafts(scope).filter(pk=id).first()
    if found is None:
        raise NotFound()
    return found


def faulty_page(scope: Scope, id: UUID, *, page: int, size: int) -> tuple[list[DraftRow], int]:
    """Return a page of a draft's rows with faults, and how many pages there are."""
    found = draft(scope, id)
    pages = max(1, -(-found.faulty // size))
    page = min(max(page, 1), pages)
    rows: list[DraftRow] = []
    skip = (page - 1) * size
    # Only the parts that the page needs are opened: what is wrong stands beside them in clear.
    for number, count in _counts(found):
        if skip >= count:
            skip -= count
            continue
        rows += list(_faulty(found.parts.get(number=number)))[skip : skip + size - len(rows)]
        skip = 0
        if len(rows) == size:
            break
    return rows, pages


def good_rows(scope: Scope, id: UUID, *, count: int) -> list[tuple[Row, Found]]:
    """Return the first rows that have no fault, each with what the check has found."""
    rows: list[tuple[Row, Found]] = []
    for part in draft(scope, id).parts.order_by("number").iterator(chunk_size=1):
        rows += [one for one in part.rows_and_found() if str(one[0].number) not in part.faults]
        if len(rows) >= count:
            break
    return rows[:count]


def all_faulty(scope: Scope, id: UUID) -> Iterator[DraftRow]:
    """Yield every row with faults."""
    for part in draft(scope, id).parts.order_by("number"):
        yield from _faulty(part)


def row(scope: Scope, id: UUID, number: int) -> DraftRow:
    """:raises NotFound: the draft has no such line"""
    for part in draft(scope, id).parts.order_by("number"):
        for one in part.rows():
            if one.number == number:
                return DraftRow(one, _faults(part.faults.get(str(number), ())))
    raise NotFound()


def confirmed(scope: Scope, *, kind: str, headings: Sequence[str]) -> Matching | None:
    """Return the columns that somebody has confirmed for the same headings."""
    return Matching.objects.filter(kind=kind, headings=key_of(headings)).first()


def _counts(found: Draft) -> list[tuple[int, int]]:
    parts = found.parts.order_by("number").values_list("number", "faults")
    return [(number, len(faults)) for number, faults in parts if faults]


def _faulty(part: DraftPart) -> Iterator[DraftRow]:
    for one in part.rows():
        if (said := part.faults.get(str(one.number))) is not None:
            yield DraftRow(one, _faults(said))


def _faults(said: Sequence[Sequence[str]]) -> list[CellFault]:
    return [CellFault(field=field, words=words) for field, words in said]
