"""The team tree, a team and its squads, the hand-over sheet, the briefing, and going home."""

from datetime import time
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import Outcome, Refused
from xiachen.deployment import rules
from xiachen.deployment.forms import (
    AssignmentForm,
    BriefingForm,
    MembersForm,
    SquadsForm,
    TeamForm,
    WithdrawalForm,
)
from xiachen.deployment.models import TeamPost
from xiachen.deployment.operations import sheets
from xiachen.deployment.operations import teams as operations
from xiachen.deployment.operations.briefings import write_briefing
from xiachen.deployment.operations.squads import form_squads
from xiachen.deployment.operations.withdrawals import WithdrawalEntry, withdraw
from xiachen.deployment.queries import sheets as handing_over
from xiachen.deployment.queries.squads import squads_of
from xiachen.deployment.queries.teams import team_of, team_people_here
from xiachen.incidents import queries as incidents
from xiachen.places.queries.communities import communities_by_id, community_within
from xiachen.places.queries.premises import grids_of
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


@require_safe
def teams(request: ScopedRequest) -> HttpResponse:
    """The teams of the day as a tree, with posts, communities and squads."""
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
    _say(
        request,
        outcomes,
        ngettext("%(count)s person added.", "%(count)s people added.", _new(outcomes)),
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


@require_http_methods(["GET", "HEAD", "POST"])
def squads(request: ScopedRequest, id: UUID, community: int) -> HttpResponse:
    """Divide the team into squads, with a preview of the split; forming anew replaces them."""
    request.scope.require(Can.FORM_TEAMS, community=community)
    found = team_of(request.scope, id=id)
    now = clock.now()
    here = team_people_here(request.scope, team=id, community=community, at=now)
    data = request.POST if request.method == "POST" else (request.GET or None)
    asked = data if data and "count" in data else None
    standing = squads_of(request.scope, community=community, team=id)
    form = SquadsForm(len(here), grids_of(request.scope, community), standing, asked)
    sizes: tuple[int, ...] = ()
    if form.is_bound and form.is_valid():
        try:
            sizes = form.sizes()
            if request.method == "POST":
                given = {name: form.cleaned_data[name] for name in ("count", "smallest", "largest")}
                grids = [UUID(grid) for grid in form.cleaned_data["grids"]]
                form_squads(
                    request.scope, community=community, team=id, grids=grids, at=now, **given
                )
                return redirect("deployment:team", id=id)
        except Refused as refusal:
            explain(form, refusal)
    page = {"form": form, "team": found, "people": len(here), "sizes": sizes}
    page |= {"place": community_within(request.scope, community), "standing": standing}
    return render(request, "deployment/squads.html", page)


@require_safe
def hand_over(request: ScopedRequest, community: int, team: UUID) -> HttpResponse:
    """The first day's sheet, to print on A4."""
    sheet = sheets.view_hand_over_sheet(
        request.scope, community=community, team=team, day=request.day
    )
    page = {"sheet": sheet, "printed_at": clock.now(), "place": sheet.facts.community}
    page["writes"] = request.scope.allows(Can.MANAGE_PLACES, community=community)
    return render(request, "deployment/hand_over.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def briefing(request: ScopedRequest, community: int) -> HttpResponse:
    """What the community tells those who arrive."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    place = community_within(request.scope, community)
    held = handing_over.briefing(request.scope, community=community)
    names = ("done_so_far", "key_points", "difficulties", "version")
    initial = {name: getattr(held, name) for name in names} if held else {}
    form = BriefingForm(request.POST if request.method == "POST" else None, initial=initial)
    theirs: dict[str, str] = {}
    if request.method == "POST" and form.is_valid():
        try:
            write_briefing(request.scope, community=community, **form.cleaned_data)
        except rules.BriefingChanged as refusal:
            explain(form, refusal)
            # Saving once more, with both texts read, is meant to win.
            form.data = {**request.POST.dict(), "version": str(refusal.version)}
            theirs = refusal.theirs
        else:
            messages.success(request, _("The briefing is saved."))
            return redirect("deployment:briefing", community=community)
    page = {"form": form, "place": place, "theirs": theirs}
    return render(request, "deployment/briefing.html", page, status=409 if theirs else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def going_home(request: ScopedRequest, community: int) -> HttpResponse:
    """Let people go home: last health check, and the community's thanks."""
    place = community_within(request.scope, community)
    stays = sheets.view_stays(request.scope, community=community, day=request.day)
    people = [(stay.member_id, name) for stay, name in stays]
    form = WithdrawalForm(people, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        today = request.day == clock.local_day(now)
        # Written down afterwards, it happened at the end of the day that is looked at.
        left = now if today else clock.on_day(request.day, time(23, 59))
        try:
            outcomes = withdraw(
                request.scope,
                community=community,
                members=[
                    WithdrawalEntry(
                        member=UUID(member), fit_on_leaving=member not in form.cleaned_data["unfit"]
                    )
                    for member in form.cleaned_data["members"]
                ],
                thanks=form.cleaned_data["thanks"],
                occurred_at=left,
                at=now,
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            new = _new(outcomes)
            _say(
                request,
                outcomes,
                ngettext("%(count)s person goes home.", "%(count)s people go home.", new),
            )
            return redirect("deployment:going-home", community=community)
    return render(
        request, "deployment/going_home.html", {"form": form, "place": place, "people": people}
    )


def _team(
    request: ScopedRequest,
    id: UUID,
    members: MembersForm | None = None,
    assignment: AssignmentForm | None = None,
) -> HttpResponse:
    shown = sheets.view_team(request.scope, team=id, day=request.day)
    places = _places(request)
    forms = _forms_teams(request)
    page: dict[str, object] = {
        "page": shown,
        "forms": forms,
        "posts": TeamPost.choices,
        "squads": [(place, shown.squads[place.community_id]) for place in shown.communities],
    }
    if forms:
        page["members_form"] = members or MembersForm(shown.candidates, request.day)
        page["assignment_form"] = assignment or AssignmentForm(places, request.day)
    wrong: tuple[Form | None, ...] = (members, assignment)
    return render(request, "deployment/team.html", page, status=422 if any(wrong) else 200)


def _places(request: ScopedRequest) -> list[tuple[int, str]]:
    listed = incidents.communities_of(request.scope, day=request.day)
    names = communities_by_id(request.scope, listed)
    return [(code, str(names[code])) for code in listed if code in names]


def _forms_teams(request: ScopedRequest) -> bool:
    return request.scope.allows(Can.FORM_TEAMS)


def _new(outcomes: list[Outcome]) -> int:
    return sum(outcome.new for outcome in outcomes)


def _say(request: ScopedRequest, outcomes: list[Outcome], words: str) -> None:
    """Tell how many are new, and why the others are refused."""
    if new := _new(outcomes):
        messages.success(request, words % {"count": new})
    for refusal in {str(outcome.refusal) for outcome in outcomes if outcome.refusal}:
        messages.error(request, refusal)
