"""Grid heads and heads of buildings: whom to call, and whom to appoint."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base.errors import Refused
from xiachen.people.forms.appointments import HeadForm
from xiachen.people.forms.days import LastDayForm
from xiachen.people.models.residents import Appointment
from xiachen.people.operations import appointments as operations
from xiachen.people.queries.appointments import HeadChoices
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can

_APPOINT: dict[str, Callable[..., Appointment]] = {
    "grid": operations.appoint_grid_head,
    "building": operations.appoint_building_head,
}


@require_safe
def heads(request: ScopedRequest, community: int) -> HttpResponse:
    """Who looks after a community's grids and buildings; the list alone as part of a page."""
    if "HX-Request" in request.headers and "HX-Boosted" not in request.headers:
        page = operations.view_heads(request.scope, community=community, day=request.day)
        return render(request, "people/head_lists.html", {"page": page, "part": True})
    return _page(request, community)


@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: ScopedRequest, community: int, place: str) -> HttpResponse:
    """Appoint the head of a grid or of a building."""
    if request.method != "POST":
        return redirect("people:appointments", community=community)
    offered = operations.offer_heads(request.scope, community=community)
    form = HeadForm(place, offered, request.day, request.POST)
    if form.is_valid():
        try:
            _APPOINT[place](request.scope, community=community, **form.appointment())
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The appointment is made."))
            return redirect("people:appointments", community=community)
    return _page(request, community, offered=offered, form=form)


@require_POST
def end(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """End an appointment on a day."""
    form = LastDayForm(request.day, request.POST)
    if form.is_valid():
        operations.end_appointment(
            request.scope,
            community=community,
            appointment=id,
            last_day=form.cleaned_data["last_day"],
        )
        messages.success(request, _("The appointment ends on that day."))
    else:
        messages.error(request, _("Choose the last day of the appointment."))
    return redirect("people:appointments", community=community)


def _page(
    request: ScopedRequest,
    community: int,
    *,
    offered: HeadChoices | None = None,
    form: HeadForm | None = None,
) -> HttpResponse:
    shown: dict[str, object] = {
        "page": operations.view_heads(request.scope, community=community, day=request.day)
    }
    if request.scope.allows(Can.APPOINT, community=community):
        offered = offered or operations.offer_heads(request.scope, community=community)
        forms = {place: HeadForm(place, offered, request.day) for place in _APPOINT}
        if form is not None:
            forms[form.place] = form
        shown |= {"offered": offered, "forms": forms, "last_day": request.day}
    return render(request, "people/heads.html", shown)
