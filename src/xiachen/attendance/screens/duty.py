"""Who is on duty for how long, and who needs rest."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiachen.attendance.operations.resting import view_duty
from xiachen.attendance.queries.duty import DutyPage
from xiachen.base.errors import NotFound
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.masking import mask_name

LINES = 50
# More than any district's force; what leaves is one table, not a page.
EVERYBODY = 100_000


@require_safe
def duty(request: ScopedRequest) -> HttpResponse:
    """Those on duty with their days in a row and hours; those in need of rest, if so chosen."""
    if request.scope.incident is None:
        raise NotFound()
    warned = request.GET.get("show") != "everybody"
    if taken := exported(request, lambda: _table(request, warned)):
        return taken
    page = _page(request, warned, size=LINES)
    context = {"page": page, "warned": warned, "day": request.day}
    return render(request, "attendance/duty.html", context)


def _page(request: ScopedRequest, warned: bool, *, size: int) -> DutyPage:
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return view_duty(request.scope, day=request.day, warned=warned, number=number, size=size)


def _table(request: ScopedRequest, warned: bool) -> Table:
    page = _page(request, warned, size=EVERYBODY)
    return Table(
        title=_("In need of rest") if warned else _("On duty"),
        about=(f"{request.day:%Y-%m-%d}",),
        headings=[
            _("Name"),
            _("Organisation"),
            _("Community"),
            _("Days in a row"),
            _("Hours a day"),
            _("Hours"),
            _("In need of rest"),
        ],
        tags=[
            "#contact+name",
            "#org+name",
            "#adm5+name",
            "#value+days",
            "#value+hours+average",
            "#value+hours",
            "",
        ],
        lines=[
            (
                mask_name(one.name),
                one.unit,
                one.community,
                one.duty.days,
                one.duty.hours_a_day,
                one.duty.hours,
                one.warned,
            )
            for one in page.lines
        ],
        records=[one.member for one in page.lines],
    )
