"""Units and party organisations as trees, and temporary branches."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xiachen.base.errors import NotFound, Refused
from xiachen.people.forms.persons import BranchForm, UnitForm
from xiachen.people.operations import branches as operations
from xiachen.people.operations.units import register_organisation
from xiachen.people.queries import branches as branch_queries
from xiachen.people.queries import units as queries
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


@require_safe
def units(request: ScopedRequest) -> HttpResponse:
    """The units of the scope as a tree, their party organisations beside them."""
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
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            register_organisation(
                request.scope,
                **given | {"parent": UUID(given["parent"]) if given["parent"] else None},
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            return redirect("people:units")
    return render(request, "people/register_unit.html", {"form": form})


@require_safe
def branch(request: ScopedRequest, id: UUID) -> HttpResponse:
    """A temporary branch: who approved it, who leads it, who belongs to it."""
    page = operations.view_branch(request.scope, branch=id, day=request.day)
    return render(request, "people/branch.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def form_branch(request: ScopedRequest, unit: UUID) -> HttpResponse:
    """Form a temporary branch of a unit's members."""
    request.scope.require(Can.FORM_BRANCHES)
    if request.scope.incident is None:
        raise NotFound()
    data = request.POST if request.method == "POST" else None
    form = BranchForm(request.scope, unit, request.day, data)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = operations.form_branch(
                request.scope,
                incident=request.scope.incident,
                name=given["name"],
                approved_by=UUID(given["approved_by"]),
                approved_on=given["approved_on"],
                members=[UUID(one) for one in given["members"]],
                secretary=UUID(given["secretary"]),
                deputies=[UUID(one) for one in given["deputies"]],
                organisation=unit,
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            return redirect("people:branch", id=made.pk)
    return render(request, "people/form_branch.html", {"form": form})
