"""Looking a sheet through before it is entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from xiachen.papers.queries import drafts as queries
from xiachen.papers.reading import Row
from xiachen.papers.rules.lines import DraftRow, Found
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """
    A page of a checked draft.

    :param faulty: the lines to mend on this page, of `pages`
    :param good: the first lines without a fault, each with what was found of it
    """

    faulty: Sequence[DraftRow]
    pages: int
    good: Sequence[tuple[Row, Found]]


@transaction.atomic
def view_checked(scope: Scope, *, draft: UUID, page: int, size: int, count: int) -> Checked:
    """
    Return a page of a draft's lines, and note that the people in them were looked at.

    :param count: how many good lines at most
    :raises NotFound: there is none of this account in this role
    """
    faulty, pages = queries.faulty_page(scope, draft, page=page, size=size)
    good = queries.good_rows(scope, draft, count=count)
    audit.record(scope, "papers.view-draft", targets=[draft])
    return Checked(faulty=faulty, pages=pages, good=good)
