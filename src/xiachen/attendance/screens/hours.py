"""The hours of service: of everybody within reach, one's own, and correcting them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.attendance.forms import HoursForm
from xiachen.attendance.operations.hours import (
    HoursEntry,
    correct_hours,
    take_back_correction,
    view_hours,
    view_ledger,
)
from xiachen.attendance.queries.certificates import certificates
from xiachen.attendance.queries.hours import HoursPage
from xiachen.attendance.queries.ledgers import correctable_places
from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Can

LINES = 50
# More than any district's force; what leaves is one table, not a page.
EVERYBODY = 100_000


@require_safe
def hours(request: ScopedRequest) -> HttpResponse:
    """The hours of those within reach, one true total each."""
    if request.scope.incident is None:
        raise NotFound()
    if taken := exported(request, lambda: _table(request)):
        return taken
    page = view_hours(request.scope, day=request.day, number=number_of(request), size=LINES)
    figures = request.scope.allows(Can.SEE_FIGURES) and bool(request.scope.places)
    context = {
        "page": page,
        "day": request.day,
        "figures": figures,
        "certifies": request.scope.allows(Can.CERTIFY),
    }
    return render(request, "attendance/hours.html", context)


@require_safe
def mine(request: ScopedRequest) -> HttpResponse:
    """One's own hours, day by day."""
    if request.scope.member is None:
        return render(request, "attendance/nobody.html")
    return _show(request, request.scope.member)


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: ScopedRequest, member: UUID) -> HttpResponse:
    """A person's hours, day by day, with the form that corrects them."""
    if request.method != "POST":
        return _show(request, member)
    places = correctable_places(request.scope, member=member)
    form = HoursForm(places, request.POST)

    def act() -> None:
        given = form.cleaned_data
        entry = HoursEntry(
            id=given["id"],
            community=given["community"],
            member=member,
            day=given["day"],
            minutes=form.signed_minutes(),
            reason=given["reason"],
        )
        (outcome,) = correct_hours(request.scope, entries=[entry], at=clock.now())
        if outcome.refusal:
            raise outcome.refusal

    if done(form, act):
        messages.success(request, _("The correction is recorded; the sign-ins stay as they are."))
        return redirect("attendance:hours-of", member=member)
    return _show(request, member, form, status=422)


@require_POST
def take_back(
    request: ScopedRequest, member: UUID, community: int, correction: UUID
) -> HttpResponse:
    """Take a correction of hours back, with the reason."""
    take_back_correction(
        request.scope,
        community=community,
        correction=correction,
        at=clock.now(),
        reason=request.POST.get("reason", "").replace("\0", "")[:200],
    )
    messages.success(request, _("The correction is taken back; both stay in the records."))
    return redirect("attendance:hours-of", member=member)


def number_of(request: ScopedRequest) -> int:
    """Return the number of the page that the address asks for."""
    asked = request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def _show(
    request: ScopedRequest, member: UUID, form: HoursForm | None = None, status: int = 200
) -> HttpResponse:
    found = view_ledger(request.scope, member=member, day=request.day, number=number_of(request))
    places = correctable_places(request.scope, member=member) if found.corrects else []
    if form is None and places:
        form = HoursForm(places, initial={"id": uuid7(), "day": request.day})
    issued = certificates(request.scope, member=member)
    certifies = bool(found.total.days) and (found.own or request.scope.allows(Can.CERTIFY))
    context = {
        "ledger": found,
        "page": found,
        "form": form if places else None,
        "day": request.day,
        "certificates": issued if issued or certifies else None,
        "certifies": certifies,
    }
    return render(request, "attendance/ledger.html", context, status=status)


def _table(request: ScopedRequest) -> Table:
    page: HoursPage = view_hours(request.scope, day=request.day, number=1, size=EVERYBODY)
    return Table(
        title=_("Hours of service"),
        about=(f"{request.day:%Y-%m-%d}",),
        headings=[
            _("Name"),
            _("Organisation"),
            _("From"),
            _("To"),
            _("Days"),
            _("Days without a sign-out"),
            _("Hours"),
            _("work recorded"),
            _("residents served"),
        ],
        tags=[
            "#contact+name",
            "#org+name",
            "#date+start",
            "#date+end",
            "#value+days",
            "#value+days+untimed",
            "#value+hours",
            "#value+times",
            "#reached+times",
        ],
        lines=[
            (
                mask_name(one.name),
                one.unit,
                one.total.first_day,
                one.total.last_day,
                one.total.days,
                one.total.days_without_sign_out,
                one.total.hours,
                one.service.times,
                one.service.persons_served,
            )
            for one in page.lines
        ],
        records=[one.member for one in page.lines],
    )
