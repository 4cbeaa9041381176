"""Squads: formed by rule, with a preview; people and grids moved one by one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.deployment.forms import GridForm, MoveForm, SquadsForm
from xiachen.deployment.operations.sheets import SquadsPage, view_squads
from xiachen.deployment.operations.squads import form_squads, join_grid, move_to_squad
from xiachen.deployment.screens.telling import tell_faults
from xiachen.places.models import Grid
from xiachen.places.queries.communities import community_within
from xiachen.places.queries.premises import grids_of
from xiachen.privacy.doors import ScopedRequest, done, explain


@require_http_methods(["GET", "HEAD", "POST"])
def squads(request: ScopedRequest, id: UUID, community: int) -> HttpResponse:
    """Divide the team into squads, with a preview of the split; forming anew replaces them."""
    shown, grids = _shown(request, id, community)
    data = request.POST if request.method == "POST" else (request.GET or None)
    asked = data if data and "count" in data else None
    form = SquadsForm(len(shown.here), grids, shown.standing, asked)
    sizes: tuple[int, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            sizes = form.sizes()
            if request.method == "POST":
                given = {name: form.cleaned_data[name] for name in ("count", "smallest", "largest")}
                chosen = [UUID(grid) for grid in form.cleaned_data["grids"]]
                form_squads(
                    request.scope,
                    community=community,
                    team=id,
                    grids=chosen,
                    at=clock.now(),
                    **given,
                )
                return redirect("deployment:team", id=id)
        except Refused as refusal:
            explain(form, refusal)
    return render(
        request,
        "deployment/squads.html",
        {
            "form": form,
            "page": shown,
            "people": len(shown.here),
            "sizes": sizes,
            "grids": grids,
            "place": community_within(request.scope, community),
        },
    )


@require_POST
def move(request: ScopedRequest, id: UUID, community: int) -> HttpResponse:
    """Put somebody of the team into a squad, out of the one he or she is in."""
    shown, _grids = _shown(request, id, community)
    everybody = [*shown.here, *(one for line in shown.standing for one in line.members)]
    form = MoveForm(everybody, [line.squad.pk for line in shown.standing], request.POST)

    def act() -> object:
        return move_to_squad(
            request.scope,
            community=community,
            squad=UUID(form.cleaned_data["squad"]),
            member=UUID(form.cleaned_data["member"]),
            at=clock.now(),
        )

    if done(form, act):
        messages.success(request, _("The person is in the other squad now."))
    tell_faults(request, form)
    return redirect("deployment:squads", id=id, community=community)


@require_POST
def set_grid(request: ScopedRequest, id: UUID, community: int) -> HttpResponse:
    """Let one squad work in another grid, or in none."""
    shown, grids = _shown(request, id, community)
    squads = [line.squad.pk for line in shown.standing]
    form = GridForm(squads, [grid.pk for grid in grids], request.POST)

    def act() -> object:
        grid = form.cleaned_data["grid"]
        return join_grid(
            request.scope,
            community=community,
            squad=UUID(form.cleaned_data["squad"]),
            grid=UUID(grid) if grid else None,
        )

    if done(form, act):
        messages.success(request, _("The squad's grid is changed."))
    tell_faults(request, form)
    return redirect("deployment:squads", id=id, community=community)


def _shown(request: ScopedRequest, id: UUID, community: int) -> tuple[SquadsPage, list[Grid]]:
    shown = view_squads(request.scope, community=community, team=id, at=clock.now())
    return shown, grids_of(request.scope, community)
