"""A building and its doors."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.papers.ways_out import exported
from xiachen.places import forms
from xiachen.places.operations import buildings
from xiachen.places.queries import communities as places
from xiachen.places.queries import premises
from xiachen.places.queries.tables import doors_table
from xiachen.places.screens.editing import address, ask, correct, done, manages
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def register_building(request: ScopedRequest, community: int) -> HttpResponse:
    """Register a building."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    chosen = {name: request.GET.get(name, "") for name in ("compound", "grid")}
    form = forms.BuildingForm(request.scope, community, request.POST or None, initial=chosen)

    def act() -> None:
        given = form.cleaned_data
        entry = buildings.BuildingEntry(
            compound=UUID(given["compound"]),
            number=given["number"],
            grid=UUID(given["grid"]) if given["grid"] else None,
            floors=given["floors"],
            units=given["units"],
        )
        (outcome,) = buildings.register_buildings(
            request.scope, community=community, entries=[entry], at=clock.now()
        )
        if outcome.refusal:
            raise outcome.refusal

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The building is registered."))
        return redirect(address(community, "compound", UUID(form.cleaned_data["compound"])))
    return ask(request, form, _("Register a building"), _("Register"), address(community))


@require_http_methods(["GET", "HEAD", "POST"])
def building(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """A building: its doors, and more of them to register."""
    taken = exported(request, lambda: doors_table(request.scope, community=community, building=id))
    if taken is not None:
        return taken
    held = premises.building_of(request.scope, community=community, building=id)
    form = forms.DoorsForm(request.POST or None)
    outcomes: list[tuple[str, Refused]] = []
    if request.method == "POST" and form.is_valid():
        outcomes = _register_doors(request, community, id, form)
        if not outcomes:
            messages.success(request, _("The doors are registered."))
            return redirect(address(community, "building", id))
    rows = premises.households_of(request.scope, community=community, building=id)
    return render(
        request,
        "places/building.html",
        {
            "building": held,
            "community": places.community_within(request.scope, community),
            "page": premises.RowPage.of(rows, request.GET.get("page")),
            "form": form,
            "refused": outcomes,
            "manages": manages(request, community),
            "sees_people": request.scope.allows(Can.SEE_PEOPLE),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit_building(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Correct a building."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    held = premises.building_of(request.scope, community=community, building=id)
    initial = vars(held) | {"grid": held.grid_id}
    form = forms.BuildingForm(request.scope, community, request.POST or None, initial=initial)
    del form.fields["compound"]

    def act() -> object:
        given = form.cleaned_data
        return buildings.edit_building(
            request.scope,
            community=community,
            building=id,
            at=clock.now(),
            **given | {"grid": UUID(given["grid"]) if given["grid"] else None},
        )

    return correct(
        request, form, act, _("Correct the building"), address(community, "building", id)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit_household(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Correct a door."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    held = premises.household_of(request.scope, community=community, household=id)
    form = forms.HouseholdForm(request.POST or None, initial=vars(held))

    def act() -> object:
        return buildings.edit_household(
            request.scope, community=community, household=id, at=clock.now(), **form.cleaned_data
        )

    back = address(community, "building", held.building_id)
    return correct(request, form, act, _("Correct the door"), back)


def _register_doors(
    request: ScopedRequest, community: int, building: UUID, form: forms.DoorsForm
) -> list[tuple[str, Refused]]:
    """Register the doors of the form; return those refused, with the reasons."""
    given = form.cleaned_data
    entries = [
        buildings.HouseholdEntry(
            building=building, unit=given["unit"], door=door, kind=given["kind"]
        )
        for door in given["doors"]
    ]
    outcomes = buildings.register_households(
        request.scope, community=community, entries=entries, at=clock.now()
    )
    return [
        (entry.door, outcome.refusal)
        for entry, outcome in zip(entries, outcomes, strict=True)
        if outcome.refusal
    ]
