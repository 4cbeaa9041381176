"""Who is off duty until when, and who stands in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.attendance.forms import FitForm, StandInForm
from xiachen.attendance.operations import stand_ins as operations
from xiachen.attendance.queries.stand_ins import StandInPage
from xiachen.attendance.screens.hours import number_of
from xiachen.base import clock
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.people.operations.fitness import say_fit
from xiachen.privacy.doors import ScopedRequest, done, keep_search, searched
from xiachen.privacy.masking import mask_name

LINES = 50
EVERYBODY = 100_000


@require_safe
def stand_ins(request: ScopedRequest) -> HttpResponse:
    """The places to fill, and who is off duty."""
    if taken := exported(request, lambda: _table(request)):
        return taken
    page = operations.view_stand_ins(
        request.scope,
        day=request.day,
        state=request.GET.get("state", ""),
        number=number_of(request),
        size=LINES,
    )
    return _show(request, page)


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: ScopedRequest, place: UUID) -> HttpResponse:
    """Choose who stands in, from those near or by name."""
    if text := request.POST.get("q", "").replace("\0", ""):
        key = keep_search(request, text)
        return redirect(f"{reverse('attendance:find-stand-in', args=[place])}?found={key}")
    offered = operations.view_candidates(request.scope, place=place, text=searched(request))
    people = [
        (str(one.pk), f"{one.name} {one.organisation or ''}".strip()) for one in offered.people
    ]
    form = StandInForm(people, request.POST if request.method == "POST" else None)

    def act() -> None:
        operations.find_stand_in(
            request.scope,
            place=place,
            member=UUID(form.cleaned_data["member"]),
            at=clock.now(),
        )

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Written down who stands in. Tell the person."))
        return redirect("attendance:stand-ins")
    context = {"offered": offered, "form": form, "text": searched(request)}
    return render(request, "attendance/find_stand_in.html", context)


@require_POST
def not_needed(request: ScopedRequest, place: UUID) -> HttpResponse:
    """Say that nobody is needed in a person's place."""
    operations.need_no_stand_in(request.scope, place=place, at=clock.now())
    messages.success(request, _("Nobody is sought for this place any more."))
    return redirect("attendance:stand-ins")


@require_POST
def again(request: ScopedRequest, place: UUID) -> HttpResponse:
    """Seek again."""
    operations.seek_again(request.scope, place=place, at=clock.now())
    messages.success(request, _("Somebody is sought for this place again."))
    return redirect("attendance:stand-ins")


@require_POST
def fit(request: ScopedRequest, member: UUID) -> HttpResponse:
    """Say from which day on somebody is fit for duty again."""
    form = FitForm(request.POST)

    def act() -> None:
        say_fit(
            request.scope, member=member, from_day=form.cleaned_data["from_day"], at=clock.now()
        )

    if done(form, act):
        messages.success(request, _("Written down from when the person is fit for duty again."))
    else:
        for fault in form.errors.values():
            messages.error(request, " ".join(map(str, fault)))
    return redirect("attendance:stand-ins")


def _show(request: ScopedRequest, page: StandInPage) -> HttpResponse:
    context = {
        "page": page,
        "state": request.GET.get("state", ""),
        "off_duty": operations.view_off_duty(request.scope, day=request.day),
        "day": request.day,
    }
    return render(request, "attendance/stand_ins.html", context)


def _table(request: ScopedRequest) -> Table:
    page = operations.view_stand_ins(
        request.scope,
        day=request.day,
        state=request.GET.get("state", ""),
        number=1,
        size=EVERYBODY,
    )
    return Table(
        title=_("Stand-ins"),
        about=(f"{request.day:%Y-%m-%d}",),
        headings=[
            _("Name"),
            _("Organisation"),
            _("Community"),
            _("From"),
            _("State"),
            _("Who stands in"),
        ],
        tags=[
            "#contact+name",
            "#org+name",
            "#adm5+name",
            "#date+start",
            "#status",
            "#contact+name",
        ],
        lines=[
            (
                mask_name(one.name),
                one.unit,
                one.place.community.name,
                one.place.day,
                one.place.get_state_display(),
                mask_name(one.found) if one.found else "",
            )
            for one in page.lines
        ],
        records=[one.place.pk for one in page.lines],
    )
