"""Opening a number to its rows, and taking them out: reads that leave a line in the audit."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from xiachen.base import clock
from xiachen.command.queries import house, rows
from xiachen.command.queries.rows import Behind, Opened
from xiachen.figures.figure import Figure
from xiachen.papers.tables import Kind, Paper, Table, export
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

_AT_ONCE = 500


@transaction.atomic
def open_rows(scope: Scope, *, behind: Behind, number: int = 1) -> Opened:
    """
    Return a page of the rows behind a number; where they name people, the audit says which.

    :raises NotFound: there is no such number within the scope
    """
    opened = rows.opened(scope, behind, number=number)
    if opened.figure.personal:
        audit.record(
            scope,
            "command.open-rows",
            targets=[id for id in opened.page.ids if isinstance(id, UUID)],
            reason=behind.code,
        )
    return opened


@transaction.atomic
def export_rows(scope: Scope, *, behind: Behind, kind: Kind, by: str, at: datetime) -> Paper:
    """
    Return a file of all rows behind a number; names and numbers of people are masked in it.

    :param by: the name that the watermark tells
    :raises Forbidden: the role may not take data out, or has not proven itself twice
    """
    scope.require(Can.EXPORT)
    found = house.figure(behind.code)
    first = rows.opened(scope, behind)
    open_rows = rows.rows_behind(scope, behind)
    heading = _("%(figure)s: what is missing") if behind.missing else "%(figure)s"
    table = Table(
        title=heading % {"figure": found.title},
        about=(first.place, _as_of(first, at)),
        headings=[str(column.heading) for column in found.columns],
        tags=[column.tag for column in found.columns],
        lines=list(_lines(scope, found, open_rows)),
        records=[id for id in open_rows.values_list("pk", flat=True) if isinstance(id, UUID)],
    )
    return export(scope, table=table, kind=kind, by=by, at=at)


def _lines(scope: Scope, found: Figure, open_rows: QuerySet[Any]) -> Iterator[tuple[object, ...]]:
    total = open_rows.count()
    for start in range(0, total, _AT_ONCE):
        yield from found.lines(scope, list(open_rows[start : start + _AT_ONCE]), masked=True)


def _as_of(opened: Opened, at: datetime) -> str:
    bulletin = opened.bulletin
    local = (bulletin.occurred_until if bulletin else at).astimezone(clock.local_zone())
    words = _("%(day)s, as of %(until)s")
    if bulletin is not None:
        words = _("%(day)s, as of %(until)s, revision %(revision)s of the bulletin")
    return words % {
        "day": f"{opened.day:%Y-%m-%d}",
        "until": f"{local:%Y-%m-%d %H:%M}",
        "revision": bulletin.revision if bulletin else "",
    }
