"""Units and party organisations as trees, and entering them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiachen.papers.ways_out import exported
from xiachen.people.forms.units import PartyOrganisationForm, UnitForm
from xiachen.people.operations import units as operations
from xiachen.people.queries import branches as branch_queries
from xiachen.people.queries import units as queries
from xiachen.people.queries.tables import units_table
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can


@require_safe
def units(request: ScopedRequest) -> HttpResponse:
    """The units of the scope as a tree, their party organisations beside them."""
    taken = exported(request, lambda: units_table(request.scope))
    if taken is not None:
        return taken
    return render(
        request,
        "people/units.html",
        {
            "tree": queries.unit_tree(request.scope),
            "branches": branch_queries.branches(
                request.scope, incident=request.scope.incident, day=request.day
            )
            if request.scope.incident
            else (),
            "enters": request.scope.allows(Can.MANAGE_PEOPLE),
            "forms": request.scope.allows(Can.FORM_BRANCHES),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: ScopedRequest) -> HttpResponse:
    """Enter a unit."""
    request.scope.require(Can.MANAGE_PEOPLE)
    form = UnitForm(request.scope, request.POST if request.method == "POST" else None)

    def act() -> object:
        return operations.register_organisation(request.scope, **form.given())

    if request.method == "POST" and done(form, act):
        return redirect("people:units")
    return render(request, "people/register_unit.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def register_party(request: ScopedRequest) -> HttpResponse:
    """Enter a committee or a regular branch."""
    request.scope.require(Can.MANAGE_PEOPLE)
    form = PartyOrganisationForm(request.scope, request.POST if request.method == "POST" else None)

    def act() -> object:
        return operations.register_party_organisation(request.scope, **form.given())

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The party organisation is registered."))
        return redirect("people:units")
    return render(request, "people/register_party.html", {"form": form})
