"""The incident: its communities, its parameters, its beginning and its end."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.incidents import operations, queries
from xiachen.incidents.forms import CommunitiesForm, IncidentForm, LastDayForm, ParameterForm
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can


@require_safe
def incident(request: ScopedRequest) -> HttpResponse:
    """The incident acted in; where there is none, the list of them."""
    if request.scope.incident is None:
        return incidents(request)
    return _page(request, request.scope.incident)


@require_safe
def incidents(request: ScopedRequest) -> HttpResponse:
    """Every incident that the role reaches, closed ones too."""
    if taken := exported(request, lambda: queries.incidents_table(request.scope)):
        return taken
    return render(
        request,
        "incidents/incidents.html",
        {"incidents": queries.incidents(request.scope), "manages": _manages(request)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def open_incident(request: ScopedRequest) -> HttpResponse:
    """Open an incident."""
    request.scope.require(Can.MANAGE_INCIDENTS)
    form = IncidentForm(request.POST if request.method == "POST" else None)

    def act() -> object:
        return operations.open_incident(request.scope, **form.cleaned_data)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The incident is open. Include its communities next."))
        return redirect("incidents:incidents")
    return render(request, "incidents/open.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def include(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Add communities to the incident's list."""
    request.scope.require(Can.MANAGE_INCIDENTS)
    form = CommunitiesForm(request.day, request.POST if request.method == "POST" else None)

    def act() -> object:
        return operations.include_communities(request.scope, incident=id, **form.cleaned_data)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The communities are included."))
        return redirect("incidents:one", id=id)
    return _page(request, id, communities=form)


@require_http_methods(["GET", "HEAD", "POST"])
def set_parameter(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Set a parameter from a day on."""
    request.scope.require(Can.MANAGE_INCIDENTS)
    form = ParameterForm(request.day, request.POST if request.method == "POST" else None)

    def act() -> object:
        return operations.set_parameter(request.scope, incident=id, **form.cleaned_data)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The parameter is set."))
        return redirect("incidents:one", id=id)
    return _page(request, id, parameter=form)


@require_POST
def leave_out(request: ScopedRequest, id: UUID, community: int) -> HttpResponse:
    """End a community's part in the incident."""
    request.scope.require(Can.MANAGE_INCIDENTS)
    form = LastDayForm(request.POST)

    def act() -> object:
        return operations.leave_out_community(
            request.scope, incident=id, community=community, **form.cleaned_data
        )

    if done(form, act):
        messages.success(request, _("The community is left out after that day."))
        return redirect("incidents:one", id=id)
    return _page(request, id, refused=form)


@require_POST
def end_parameter(request: ScopedRequest, id: UUID, parameter: int) -> HttpResponse:
    """End a parameter's value on a day."""
    request.scope.require(Can.MANAGE_INCIDENTS)
    form = LastDayForm(request.POST)

    def act() -> object:
        return operations.end_parameter(
            request.scope, incident=id, parameter=parameter, **form.cleaned_data
        )

    if done(form, act):
        messages.success(request, _("The value holds until that day."))
        return redirect("incidents:one", id=id)
    return _page(request, id, refused=form)


@require_safe
def one(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One incident."""
    return _page(request, id)


@require_POST
def close(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Close an incident."""
    operations.close_incident(request.scope, incident=id, at=clock.now())
    return redirect("incidents:one", id=id)


def _page(
    request: ScopedRequest,
    id: UUID,
    *,
    communities: CommunitiesForm | None = None,
    parameter: ParameterForm | None = None,
    refused: LastDayForm | None = None,
) -> HttpResponse:
    return render(
        request,
        "incidents/incident.html",
        {
            "shown": queries.incident(request.scope, id),
            "included": queries.included(request.scope, incident=id),
            "parameters": queries.parameters(request.scope, incident=id),
            "manages": _manages(request),
            "communities_form": communities or CommunitiesForm(request.day),
            "parameter_form": parameter or ParameterForm(request.day),
            "refused": refused,
            "last_day": request.day,
        },
    )


def _manages(request: ScopedRequest) -> bool:
    return request.scope.allows(Can.MANAGE_INCIDENTS)
