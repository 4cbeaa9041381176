"""Temporary branches: formed of a unit's members, led by appointment, ended with the task."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base.errors import NotFound, Refused
from xiachen.people.forms.branches import BranchForm, BranchPostForm, JoinBranchForm
from xiachen.people.forms.days import LastDayForm
from xiachen.people.operations import branches as operations
from xiachen.privacy.doors import ScopedRequest, done, explain
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def form_branch(request: ScopedRequest, unit: UUID) -> HttpResponse:
    """Form a temporary branch of a unit's members."""
    request.scope.require(Can.FORM_BRANCHES)
    if request.scope.incident is None:
        raise NotFound()
    offered = operations.offer_members(request.scope, organisation=unit)
    data = request.POST if request.method == "POST" else None
    form = BranchForm(request.scope, offered, request.day, data)
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


@require_safe
def branch(request: ScopedRequest, id: UUID) -> HttpResponse:
    """A temporary branch: who approved it, who leads it, who belongs to it."""
    return _page(request, id)


@require_POST
def join(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Add people to a branch that stands."""
    offered = operations.offer_to_branch(request.scope, branch=id)
    form = JoinBranchForm(offered, request.day, request.POST)

    def act() -> object:
        given = form.cleaned_data
        members = [UUID(one) for one in given["members"]]
        return operations.add_to_branch(
            request.scope, branch=id, members=members, from_day=given["from_day"]
        )

    if done(form, act):
        messages.success(request, _("They belong to the branch now."))
        return redirect("people:branch", id=id)
    return _page(request, id, join=form)


@require_POST
def appoint(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Appoint a secretary or deputy of a branch."""
    page = operations.view_branch(request.scope, branch=id, day=request.day)
    form = BranchPostForm(page.rows, request.day, request.POST)

    def act() -> object:
        given = form.cleaned_data
        return operations.appoint_in_branch(
            request.scope,
            branch=id,
            member=UUID(given["member"]),
            post=given["post"],
            from_day=given["from_day"],
        )

    if done(form, act):
        messages.success(request, _("The appointment is made."))
        return redirect("people:branch", id=id)
    return _page(request, id, post=form)


@require_POST
def release(request: ScopedRequest, id: UUID, member: UUID) -> HttpResponse:
    """End somebody's post in a branch."""
    form = LastDayForm(request.day, request.POST)

    def act() -> object:
        last_day = form.cleaned_data["last_day"]
        return operations.release_from_post(
            request.scope, branch=id, member=member, last_day=last_day
        )

    if done(form, act):
        messages.success(request, _("The post ends on that day; the person stays in the branch."))
        return redirect("people:branch", id=id)
    return _page(request, id, refused=form)


@require_POST
def dissolve(request: ScopedRequest, id: UUID) -> HttpResponse:
    """End a branch with its task."""
    form = LastDayForm(request.day, request.POST)

    def act() -> object:
        last_day = form.cleaned_data["last_day"]
        return operations.dissolve_branch(request.scope, branch=id, last_day=last_day)

    if done(form, act):
        messages.success(request, _("The branch ends on that day."))
        return redirect("people:branch", id=id)
    return _page(request, id, end=form)


def _page(
    request: ScopedRequest,
    id: UUID,
    *,
    join: JoinBranchForm | None = None,
    post: BranchPostForm | None = None,
    end: LastDayForm | None = None,
    refused: LastDayForm | None = None,
) -> HttpResponse:
    page = operations.view_branch(request.scope, branch=id, day=request.day)
    shown: dict[str, object] = {"page": page, "last_day": request.day, "refused": refused}
    if page.changes:
        if join is None:
            offered = operations.offer_to_branch(request.scope, branch=id)
            join = JoinBranchForm(offered, request.day)
        shown |= {
            "join_form": join,
            "post_form": post or BranchPostForm(page.rows, request.day),
            "end_form": end or LastDayForm(request.day),
        }
    return render(request, "people/branch.html", shown)
