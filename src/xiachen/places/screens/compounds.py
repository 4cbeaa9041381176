"""A compound and its gates."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.papers.ways_out import exported
from xiachen.places import forms
from xiachen.places.operations import compounds
from xiachen.places.queries import communities as places
from xiachen.places.queries import premises
from xiachen.places.queries.tables import buildings_table
from xiachen.places.screens.editing import address, ask, correct, done, manages
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can


@require_safe
def compound(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """A compound: its gates and its buildings."""
    taken = exported(request, lambda: buildings_table(request.scope, community, compound=id))
    if taken is not None:
        return taken
    return _page(request, community, id, forms.GateForm())


@require_http_methods(["GET", "HEAD", "POST"])
def register_compound(request: ScopedRequest, community: int) -> HttpResponse:
    """Register a compound with its gates."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    form = forms.NewCompoundForm(request.POST or None)

    def act() -> object:
        given = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        return compounds.register_compound(
            request.scope, community=community, at=clock.now(), **given
        )

    back = address(community)
    if request.method == "POST" and done(form, act):
        messages.success(request, _("The compound is registered."))
        return redirect(back)
    return ask(request, form, _("Register a compound"), _("Register"), back)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_compound(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Correct a compound."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    held = premises.compound_of(request.scope, community=community, compound=id)
    form = forms.CompoundForm(request.POST or None, initial=vars(held))

    def act() -> object:
        return compounds.edit_compound(
            request.scope, community=community, compound=id, at=clock.now(), **form.cleaned_data
        )

    return correct(
        request, form, act, _("Correct the compound"), address(community, "compound", id)
    )


@require_POST
def add_gate(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Add a gate to a compound."""
    form = forms.GateForm(request.POST)

    def act() -> object:
        names = [form.cleaned_data["name"]]
        return compounds.register_gates(
            request.scope, community=community, compound=id, names=names, at=clock.now()
        )

    if done(form, act):
        messages.success(request, _("The gate is registered."))
        return redirect(address(community, "compound", id))
    return _page(request, community, id, form)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_gate(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Rename, open or close a gate."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    held = premises.gate_of(request.scope, community=community, gate=id)
    form = forms.GateForm(request.POST or None, initial=vars(held) | {"is_open": held.open})

    def act() -> object:
        return compounds.edit_gate(
            request.scope, community=community, gate=id, at=clock.now(), **form.cleaned_data
        )

    back = address(community, "compound", held.compound_id)
    return correct(request, form, act, _("Correct the gate"), back)


def _page(request: ScopedRequest, community: int, id: UUID, form: forms.GateForm) -> HttpResponse:
    rows = premises.buildings_of(request.scope, community, compound=id)
    return render(
        request,
        "places/compound.html",
        {
            "compound": premises.compound_of(request.scope, community=community, compound=id),
            "community": places.community_within(request.scope, community),
            "page": premises.RowPage.of(rows, request.GET.get("page")),
            "form": form,
            "manages": manages(request, community),
        },
    )
