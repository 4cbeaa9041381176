"""Who has gone home, on which day, and with which thanks of the community."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiachen.deployment import figures
from xiachen.deployment.operations.withdrawals import view_returned
from xiachen.mobilisation.queries.stays import whole_day
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest

LINES = 50


@require_safe
def returned(request: ScopedRequest) -> HttpResponse:
    """Those who came back, for their unit and for the community: day and thanks."""
    cutoff = whole_day(request.scope, request.day)
    if taken := exported(request, lambda: _table(request)):
        return taken
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    shown = view_returned(request.scope, cutoff=cutoff, number=number, size=LINES)
    page = {
        "rows": shown.rows,
        "total": shown.total,
        "page": {"number": shown.number, "pages": shown.pages},
    }
    return render(request, "deployment/returned.html", page)


def _table(request: ScopedRequest) -> Table:
    cutoff = whole_day(request.scope, request.day)
    rows = list(figures.WITHDRAWN.rows(request.scope, cutoff).order_by("-occurred_at", "pk"))
    return Table(
        title=str(figures.WITHDRAWN.title),
        about=(f"{request.day:%Y-%m-%d}",),
        headings=[str(column.heading) for column in figures.WITHDRAWN.columns],
        tags=[column.tag for column in figures.WITHDRAWN.columns],
        lines=figures.WITHDRAWN.lines(request.scope, rows, masked=True),
        records=[row.pk for row in rows],
    )
