"""Stamped slips of those who reported in elsewhere."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.mobilisation.figures import completion as figures
from xiachen.mobilisation.forms.reporting import SlipForm
from xiachen.mobilisation.operations import slips as operations
from xiachen.mobilisation.operations.completing import view_missing
from xiachen.mobilisation.queries import slips as queries
from xiachen.mobilisation.queries import stays
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can

LINES = 50
CHOICES = 500


@require_safe
def slips(request: ScopedRequest) -> HttpResponse:
    """The slips accepted, the latest first."""
    scope = request.scope
    scope.require(Can.SEE_PEOPLE)
    if scope.incident is None:
        raise NotFound()
    if taken := exported(request, lambda: _table(request)):
        return taken
    rows = queries.slips(scope, incident=scope.incident).select_related("member__organisation")
    shown = Paginator(rows, LINES).get_page(request.GET.get("page"))
    page = {
        "opens": queries.photos_open(scope, slips=[one.pk for one in shown]),
        "lines": operations.view_slips(scope, rows=list(shown)),
        "page": {"number": shown.number, "pages": shown.paginator.num_pages},
        "enters": scope.allows(Can.EXCUSE),
    }
    return render(request, "mobilisation/slips.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def new_slip(request: ScopedRequest) -> HttpResponse:
    """Enter a slip of somebody who is missing, with its photo."""
    scope = request.scope
    scope.require(Can.EXCUSE)
    cutoff = stays.whole_day(scope, request.day)
    missing, more = view_missing(scope, cutoff=cutoff, size=CHOICES)
    posted = request.method == "POST"
    form = SlipForm(
        [(str(one.pk), f"{one.name} {one.organisation or ''}".strip()) for one in missing],
        request.day,
        request.POST if posted else None,
        request.FILES if posted else None,
        member=request.GET.get("member", ""),
    )

    def act() -> object:
        given = form.cleaned_data
        entry = operations.SlipEntry(
            id=uuid7(), member=UUID(given["member"]), place=given["place"], day=given["day"]
        )
        picture = given["photo"].read() if given["photo"] else None
        return operations.enter_slip(scope, entry=entry, picture=picture, at=clock.now())

    if posted and done(form, act):
        messages.success(request, _("The slip is accepted; the person has reported in."))
        return redirect("mobilisation:slips")
    page = {"form": form, "anybody": bool(missing), "more": more}
    return render(request, "mobilisation/new_slip.html", page)


@require_safe
def photo(request: ScopedRequest, id: UUID) -> HttpResponse:
    """The photo of a slip, for those who answer for the person."""
    answer = HttpResponse(operations.view_photo(request.scope, slip=id), content_type="image/jpeg")
    answer["Content-Disposition"] = "inline; filename=slip.jpg"
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def take_back(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Take a slip back, with the reason."""
    reason = request.POST.get("reason", "").replace("\0", "")[:200]
    operations.take_back_slip(request.scope, slip=id, at=clock.now(), reason=reason)
    messages.success(request, _("The slip was taken back."))
    return redirect("mobilisation:slips")


def _table(request: ScopedRequest) -> Table:
    cutoff = stays.whole_day(request.scope, request.day)
    rows = list(queries.slips_by(request.scope, cutoff))
    return Table(
        title=str(figures.SLIPS.title),
        about=(f"{request.day:%Y-%m-%d}",),
        headings=[str(column.heading) for column in figures.SLIP_COLUMNS],
        tags=[column.tag for column in figures.SLIP_COLUMNS],
        lines=figures.SLIPS.lines(request.scope, rows, masked=True),
        records=[row.pk for row in rows],
    )
