"""The team tree, and a team: its people and posts, where it works, how it ends."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.deployment.forms import (
    AssignmentForm,
    BranchForm,
    LastDayForm,
    MembersForm,
    TeamForm,
    TypeForm,
)
from xiachen.deployment.models import Team, TeamPost
from xiachen.deployment.operations import sheets
from xiachen.deployment.operations import teams as operations
from xiachen.deployment.operations.types import add_team_type
from xiachen.deployment.queries.tables import teams_table
from xiachen.deployment.queries.teams import team_of, team_types
from xiachen.deployment.screens.telling import new, tell, tell_faults
from xiachen.incidents import queries as incidents
from xiachen.papers.ways_out import exported
from xiachen.places.queries.communities import communities_by_id
from xiachen.privacy.doors import ScopedRequest, done, explain
from xiachen.privacy.scope import Can


@require_safe
def teams(request: ScopedRequest) -> HttpResponse:
    """The teams of the day as a tree, with posts, communities and squads."""
    if taken := exported(request, lambda: teams_table(request.scope, day=request.day)):
        return taken
    tree, names = sheets.view_teams(request.scope, day=request.day)
    page = {"tree": tree, "names": names, "forms": _forms_teams(request)}
    return render(request, "deployment/teams.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def new_team(request: ScopedRequest) -> HttpResponse:
    """Form a team, or one within another."""
    request.scope.require(Can.FORM_TEAMS)
    data = request.POST if request.method == "POST" else None
    form = TeamForm(request.scope, request.day, data, parent=request.GET.get("parent", ""))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = operations.form_team(
                request.scope,
                type=given["type"],
                name=given["name"],
                formed_on=given["formed_on"],
                organisation=form.chosen("organisation"),
                parent=form.chosen("parent"),
                branch=form.chosen("branch"),
                at=clock.now(),
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            return redirect("deployment:team", id=made.pk)
    return render(request, "deployment/new_team.html", {"form": form})


@require_safe
def team(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One team: its people and posts, where it works, its squads, the teams within it."""
    return _team(request, id)


@require_POST
def add_members(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Put the people chosen into the team."""
    shown = sheets.view_team(request.scope, team=id, day=request.day)
    form = MembersForm(shown.candidates, request.day, request.POST)
    if not form.is_valid():
        return _team(request, id, members=form)
    try:
        outcomes = operations.add_members(
            request.scope,
            team=id,
            members=[UUID(member) for member in form.cleaned_data["members"]],
            from_day=form.cleaned_data["from_day"],
            post=form.cleaned_data["post"],
        )
    except Refused as refusal:
        explain(form, refusal)
        return _team(request, id, members=form)
    tell(
        request,
        outcomes,
        ngettext("%(count)s person added.", "%(count)s people added.", new(outcomes)),
    )
    return redirect("deployment:team", id=id)


@require_POST
def set_post(request: ScopedRequest, id: UUID, member: UUID) -> HttpResponse:
    """Give a member of the team another post, or let him or her leave it."""
    post = request.POST.get("post", "")
    try:
        if post == "leave":
            operations.remove_member(request.scope, team=id, member=member, last_day=request.day)
        else:
            operations.set_post(request.scope, team=id, member=member, post=post, day=request.day)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("deployment:team", id=id)


@require_POST
def assign(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Send the team to a community."""
    form = AssignmentForm(_places(request), request.day, request.POST)
    if form.is_valid():
        try:
            operations.assign_team(
                request.scope,
                team=id,
                community=int(form.cleaned_data["community"]),
                from_day=form.cleaned_data["from_day"],
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            return redirect("deployment:team", id=id)
    return _team(request, id, assignment=form)


@require_POST
def end_assignment(request: ScopedRequest, id: UUID, community: int) -> HttpResponse:
    """End the team's work in a community."""
    form = LastDayForm(request.day, request.POST)

    def act() -> object:
        last_day = form.cleaned_data["last_day"]
        return operations.end_assignment(
            request.scope, team=id, community=community, last_day=last_day
        )

    if done(form, act):
        messages.success(request, _("The team's work there ends on that day."))
    tell_faults(request, form)
    return redirect("deployment:team", id=id)


@require_POST
def link_branch(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Say which temporary branch stands in the team."""
    found = team_of(request.scope, id=id)
    form = BranchForm(request.scope, found, request.day, request.POST)

    def act() -> object:
        branch = form.cleaned_data["branch"]
        return operations.link_branch(
            request.scope, team=id, branch=UUID(branch) if branch else None, day=request.day
        )

    if done(form, act):
        messages.success(request, _("The team's branch is noted."))
        return redirect("deployment:team", id=id)
    return _team(request, id, branch=form)


@require_POST
def disband(request: ScopedRequest, id: UUID) -> HttpResponse:
    """End the team on a day."""
    form = LastDayForm(request.day, request.POST)

    def act() -> object:
        last_day = form.cleaned_data["last_day"]
        return operations.disband_team(request.scope, team=id, last_day=last_day, at=clock.now())

    if done(form, act):
        messages.success(request, _("The team is disbanded; its people stay where they were sent."))
        return redirect("deployment:teams")
    return _team(request, id, end=form)


@require_http_methods(["GET", "HEAD", "POST"])
def types(request: ScopedRequest) -> HttpResponse:
    """The open list of types of team, and adding one."""
    request.scope.require(Can.FORM_TEAMS)
    form = TypeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and done(
        form, lambda: add_team_type(request.scope, **form.cleaned_data)
    ):
        messages.success(request, _("The type is on the list."))
        return redirect("deployment:types")
    page = {"form": form, "types": team_types(request.scope)}
    return render(request, "deployment/types.html", page)


def _team(
    request: ScopedRequest,
    id: UUID,
    members: MembersForm | None = None,
    assignment: AssignmentForm | None = None,
    branch: BranchForm | None = None,
    end: LastDayForm | None = None,
) -> HttpResponse:
    shown = sheets.view_team(request.scope, team=id, day=request.day)
    forms = _forms_teams(request) and shown.team.disbanded_on is None
    page: dict[str, object] = {
        "page": shown,
        "forms": forms,
        "ends": forms and _may_disband(request, shown.team),
        "forms_branches": forms and request.scope.allows(Can.FORM_BRANCHES),
        "notifies": request.scope.allows(Can.NOTIFY),
        "posts": TeamPost.choices,
        "squads": [(place, shown.squads[place.community_id]) for place in shown.communities],
    }
    if forms:
        page |= {
            "members_form": members or MembersForm(shown.candidates, request.day),
            "assignment_form": assignment or AssignmentForm(_places(request), request.day),
            "branch_form": branch or BranchForm(request.scope, shown.team, request.day),
            "end_form": end or LastDayForm(request.day),
        }
    wrong = (members, assignment, branch, end)
    return render(request, "deployment/team.html", page, status=422 if any(wrong) else 200)


def _may_disband(request: ScopedRequest, team: Team) -> bool:
    """Tell whether it makes sense to offer it; the operation decides."""
    above = team.parent_id
    return above in request.scope.teams if above else request.scope.allows(Can.DISPATCH)


def _places(request: ScopedRequest) -> list[tuple[int, str]]:
    listed = incidents.communities_of(request.scope, day=request.day)
    names = communities_by_id(request.scope, listed)
    return [(code, str(names[code])) for code in listed if code in names]


def _forms_teams(request: ScopedRequest) -> bool:
    return request.scope.allows(Can.FORM_TEAMS)
