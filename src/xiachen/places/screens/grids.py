"""A grid: what is in it, registering and correcting it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiachen.base import clock
from xiachen.papers.ways_out import exported
from xiachen.places import forms
from xiachen.places.operations import grids
from xiachen.places.queries import communities as places
from xiachen.places.queries import premises
from xiachen.places.queries.tables import buildings_table
from xiachen.places.screens.editing import address, ask, correct, done, manages
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can


@require_safe
def grid(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """A grid: its buildings and its parts."""
    taken = exported(request, lambda: buildings_table(request.scope, community, grid=id))
    if taken is not None:
        return taken
    line = premises.grid_line(request.scope, community=community, grid=id)
    rows = premises.buildings_of(request.scope, community, grid=id)
    return render(
        request,
        "places/grid.html",
        {
            "line": line,
            "community": places.community_within(request.scope, community),
            "page": premises.RowPage.of(rows, request.GET.get("page")),
            "sub_areas": premises.sub_areas_of(request.scope, community=community, grid=id),
            "manages": manages(request, community),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def register_grid(request: ScopedRequest, community: int) -> HttpResponse:
    """Register a grid; the next free number is proposed."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    taken = [one.number for one in premises.grids_of(request.scope, community)]
    form = forms.GridForm(request.POST or None, initial={"number": max(taken, default=0) + 1})

    def act() -> object:
        given = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        entry = grids.GridEntry(**given)
        return grids.register_grids(
            request.scope, community=community, entries=[entry], at=clock.now()
        )

    back = address(community)
    if request.method == "POST" and done(form, act):
        messages.success(request, _("The grid is registered."))
        return redirect(back)
    return ask(request, form, _("Register a grid"), _("Register"), back)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_grid(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Correct a grid."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    held = premises.grid_line(request.scope, community=community, grid=id).grid
    form = forms.GridForm(request.POST or None, initial=vars(held))
    del form.fields["number"]

    def act() -> object:
        return grids.edit_grid(
            request.scope, community=community, grid=id, at=clock.now(), **form.cleaned_data
        )

    return correct(request, form, act, _("Correct the grid"), address(community, "grid", id))
