"""Tables that may leave the house: the rows behind a number, and supervision items."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from xiachen.base import clock
from xiachen.command.queries import house, rows, supervision
from xiachen.command.queries.rows import Behind, Opened
from xiachen.figures.figure import Figure
from xiachen.papers.tables import Table
from xiachen.privacy.scope import Can, Scope

_AT_ONCE = 500


def rows_table(scope: Scope, *, behind: Behind, at: datetime) -> Table:
    """
    Return all rows behind a number; names and numbers of people are masked in it.

    :raises Forbidden: the role may not take data out, or has not proven itself twice
    :raises NotFound: there is no such number within the scope
    """
    scope.require(Can.EXPORT)
    found = house.figure(behind.code)
    first = rows.opened(scope, behind)
    open_rows = rows.rows_behind(scope, behind)
    heading = _("%(figure)s: what is missing") if behind.missing else "%(figure)s"
    return Table(
        title=heading % {"figure": found.title},
        about=(first.place, _as_of(first, at)),
        headings=[str(column.heading) for column in found.columns],
        tags=[column.tag for column in found.columns],
        lines=_lines(scope, found, open_rows),
        records=[id for id in open_rows.values_list("pk", flat=True) if isinstance(id, UUID)],
    )


def supervision_table(scope: Scope, *, show: str, at: datetime) -> Table:
    """
    Return all supervision items of a list, with who is asked, the term and how it stands.

    :raises Forbidden: the role may not take data out, or has not proven itself twice
    """
    scope.require(Can.EXPORT)
    rows = list(supervision.listed(scope, show=show, at=at))
    shown = supervision.lines(scope, rows, at=at)
    return Table(
        title=_("Supervision items"),
        about=(_said(at),),
        headings=[_("matter"), _("of whom"), _("term"), _("state"), _("reminders")],
        tags=["#activity", "#org+responsible", "#date+due", "#status", "#indicator+reminders+num"],
        lines=[
            (
                one.item.title,
                one.masked,
                _said(one.item.term),
                _("overdue") if one.overdue else one.item.get_state_display(),
                one.reminded,
            )
            for one in shown
        ],
        records=[one.pk for one in rows],
    )


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(clock.local_zone()):%Y-%m-%d %H:%M}"


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
