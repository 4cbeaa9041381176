"""The list of tasks, issuing a task, and a task with its steps."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.attendance.queries.boards import communities_shown
from xiachen.base import clock
from xiachen.base.errors import NotFound, Refused
from xiachen.needs.forms import (
    FinishForm,
    IssueForm,
    SendBackForm,
)
from xiachen.needs.models import TaskState
from xiachen.needs.operations import claims, reading
from xiachen.needs.operations import tasks as operations
from xiachen.needs.queries import tasks as queries
from xiachen.needs.queries.tables import tasks_table
from xiachen.needs.screens.asking import myself, number
from xiachen.papers.ways_out import exported
from xiachen.places.queries.premises import grids_of
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


@require_safe
def tasks(request: ScopedRequest) -> HttpResponse:
    """The list of tasks, by state."""
    state = request.GET.get("state", "")
    kind = request.GET.get("kind", "")
    asked: dict[str, Any] = {
        "community": number(request.GET.get("community", "")) or None,
        "states": (state,) if state in TaskState.values else (),
        "need": {"need": True, "work": False}.get(kind),
    }
    if taken := exported(request, lambda: tasks_table(request.scope, **asked)):
        return taken
    page = reading.view_tasks(request.scope, page=number(request.GET.get("page", "")) or 1, **asked)
    context = {
        "page": page,
        "state": state,
        "kind": kind,
        "states": TaskState.choices,
        "issues": request.scope.allows(Can.ISSUE_TASKS),
        "claims": request.scope.allows(Can.CLAIM_TASKS) and request.scope.member is not None,
        "confirms": request.scope.allows(Can.CONFIRM_TASKS),
    }
    return render(request, "needs/tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: ScopedRequest, community: int | None = None) -> HttpResponse:
    """Put a task or a need on a community's list."""
    request.scope.require(Can.ISSUE_TASKS, community=community)
    places = communities_shown(request.scope, day=request.day)
    place = next((one for one in places if community in (None, one.pk)), None)
    if place is None:
        raise NotFound(field="community")
    data = request.POST if request.method == "POST" else None
    grids = grids_of(request.scope, place.pk)
    form = IssueForm(queries.kinds(request.scope), grids, data)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operations.issue_task(
                request.scope,
                community=place.pk,
                kind=given["kind"],
                title=given["title"],
                grid=UUID(given["grid"]) if given["grid"] else None,
                people_wanted=given["people_wanted"],
                at=clock.now(),
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The task is on the list."))
            return redirect("needs:tasks")
    context = {"form": form, "place": place, "choices": places}
    return render(request, "needs/issue.html", context)


@require_safe
def task(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """A task, who does it, and how it went."""
    return _task(request, community, id, FinishForm(), SendBackForm())


@require_POST
def claim(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Claim a task for the acting person."""
    claims.claim_task(
        request.scope, community=community, task=id, member=myself(request), at=clock.now()
    )
    messages.success(request, _("The task is yours. Finish it on “My day” when it is done."))
    return redirect(_onward(request))


@require_POST
def release(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Give the acting person's task back."""
    claims.release_claim(
        request.scope, community=community, task=id, member=myself(request), at=clock.now()
    )
    messages.success(request, _("The task is open to others again."))
    return redirect(_onward(request))


@require_POST
def finish(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Say that the acting person, or somebody led, has finished."""
    form = FinishForm(request.POST)
    if not form.is_valid():
        return _task(request, community, id, form, SendBackForm(), status=422)
    asked = request.POST.get("member", "")
    try:
        member = UUID(asked) if asked else myself(request)
    except ValueError:
        raise NotFound(field="member") from None
    claims.finish_task(
        request.scope,
        community=community,
        task=id,
        member=member,
        at=clock.now(),
        note=form.cleaned_data["note"],
        persons_served=form.cleaned_data["persons_served"] or 0,
    )
    messages.success(request, _("Finished. It counts as work; nothing else has to be filled in."))
    return redirect(_onward(request))


@require_POST
def confirm(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """The community confirms that the work is done."""
    operations.confirm_task(request.scope, community=community, task=id, at=clock.now())
    messages.success(request, _("The work is confirmed."))
    return redirect(_onward(request))


@require_POST
def send_back(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """The community sends the work back with what is missing."""
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _task(request, community, id, FinishForm(), form, status=422)
    operations.send_back_task(
        request.scope,
        community=community,
        task=id,
        at=clock.now(),
        reason=form.cleaned_data["reason"],
    )
    messages.success(request, _("The task is sent back to those who claimed it."))
    return redirect(_onward(request))


@require_POST
def withdraw(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Take a task off the list."""
    operations.withdraw_task(request.scope, community=community, task=id, at=clock.now())
    messages.success(request, _("The task is off the list."))
    return redirect("needs:tasks")


def _task(
    request: ScopedRequest,
    community: int,
    id: UUID,
    finish: FinishForm,
    send_back: SendBackForm,
    status: int = 200,
) -> HttpResponse:
    scope = request.scope
    story = reading.view_task(scope, community=community, task=id)
    context = {
        "story": story,
        "line": story.line,
        "finish": finish,
        "send_back": send_back,
        "leads": scope.allows(Can.CLAIM_TASKS) and scope.allows(Can.SEE_PEOPLE),
        "claims": scope.allows(Can.CLAIM_TASKS) and scope.member is not None,
        "confirms": scope.allows(Can.CONFIRM_TASKS, community=community),
        "issues": scope.allows(Can.ISSUE_TASKS, community=community),
    }
    return render(request, "needs/task.html", context, status=status)


def _onward(request: ScopedRequest) -> str:
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
    return onward if safe else reverse("needs:tasks")
