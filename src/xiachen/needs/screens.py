"""My day, the list of tasks, issuing a task, a task with its steps, and the work that was done."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.attendance.operations.calendars import (
    make_calendar_link,
    take_back_calendar_link,
)
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.operations.work import WorkEntry, correct_work, record_work
from xiachen.attendance.queries import calendars
from xiachen.attendance.queries.boards import communities_shown
from xiachen.base import clock
from xiachen.base.errors import NotFound, Refused
from xiachen.base.ids import uuid7
from xiachen.needs.forms import (
    FinishForm,
    IssueForm,
    SendBackForm,
    WorkCorrectionForm,
    WorkForm,
)
from xiachen.needs.models import TaskState
from xiachen.needs.operations import claims, reading
from xiachen.needs.operations import tasks as operations
from xiachen.needs.queries import tasks as queries
from xiachen.needs.queries.calendars import feed
from xiachen.needs.queries.tables import tasks_table
from xiachen.papers.ways_out import exported
from xiachen.places.queries.premises import grids_of
from xiachen.privacy.doors import ScopedRequest, done, explain
from xiachen.privacy.scope import Can, system_scope


@require_safe
def mine(request: ScopedRequest) -> HttpResponse:
    """Where I have to be, whether I have signed in, what is mine to do."""
    day = reading.view_my_day(request.scope, day=request.day)
    today = request.day == clock.local_day(clock.now())
    context = {"mine": day, "today": today, "finish": FinishForm()}
    return render(request, "needs/mine.html", context)


@require_POST
def sign_in(request: ScopedRequest, community: int) -> HttpResponse:
    """Sign the acting person in, now."""
    if request.scope.member is None:
        raise NotFound(field="member")
    now = clock.now()
    (outcome,) = check_in(
        request.scope,
        entries=[
            CheckInEntry(
                id=uuid7(), community=community, member=request.scope.member, occurred_at=now
            )
        ],
        at=now,
    )
    if outcome.refusal:
        raise outcome.refusal
    messages.success(request, _("You are signed in."))
    return redirect("needs:mine")


@require_POST
def sign_out(request: ScopedRequest, community: int) -> HttpResponse:
    """Sign the acting person out, now."""
    if request.scope.member is None:
        raise NotFound(field="member")
    now = clock.now()
    leaving = CheckOutEntry(
        id=uuid7(), community=community, member=request.scope.member, occurred_at=now
    )
    (outcome,) = check_out(request.scope, entries=[leaving], at=now)
    if outcome.refusal:
        raise outcome.refusal
    messages.success(request, _("You are signed out. Get some rest."))
    return redirect("needs:mine")


@require_safe
def calendar(request: ScopedRequest) -> HttpResponse:
    """The secret link by which one's own calendar reads one's duties."""
    link = calendars.own_link(request.scope)
    path = calendars.feed_path(request.scope)
    address = f"{settings.PUBLIC_ADDRESS}{path}" if path else ""
    context = {
        "link": link,
        "address": address,
        "subscribe": address.replace("https:", "webcal:", 1),
        "member": request.scope.member,
    }
    return render(request, "needs/calendar.html", context)


@require_POST
def make_calendar(request: ScopedRequest) -> HttpResponse:
    """Make a link, or another one in the place of the former."""
    make_calendar_link(request.scope, language=get_language() or "", at=clock.now())
    messages.success(request, _("The link is made. Give it to nobody but your own calendar."))
    return redirect("needs:calendar")


@require_POST
def end_calendar(request: ScopedRequest) -> HttpResponse:
    """End the link; calendars that read it are told that it is over."""
    take_back_calendar_link(request.scope, at=clock.now())
    messages.success(request, _("The link does not hold any more."))
    return redirect("needs:calendar")


@login_not_required
@never_cache
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """One's own duties as iCalendar, for whoever holds the link."""
    try:
        content = feed(system_scope(), token=token, at=clock.now())
    except calendars.CalendarLinkOver as over:
        return HttpResponse(str(over), status=over.status, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="duties.ics"'
    return answer


@require_safe
def tasks(request: ScopedRequest) -> HttpResponse:
    """The list of tasks, by state."""
    state = request.GET.get("state", "")
    kind = request.GET.get("kind", "")
    asked: dict[str, Any] = {
        "community": _number(request.GET.get("community", "")) or None,
        "states": (state,) if state in TaskState.values else (),
        "need": {"need": True, "work": False}.get(kind),
    }
    if taken := exported(request, lambda: tasks_table(request.scope, **asked)):
        return taken
    number = _number(request.GET.get("page", "")) or 1
    page = reading.view_tasks(request.scope, page=number, **asked)
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
        request.scope, community=community, task=id, member=_myself(request), at=clock.now()
    )
    messages.success(request, _("The task is yours. Finish it on “My day” when it is done."))
    return redirect(_onward(request))


@require_POST
def release(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Give the acting person's task back."""
    claims.release_claim(
        request.scope, community=community, task=id, member=_myself(request), at=clock.now()
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
        member = UUID(asked) if asked else _myself(request)
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


@require_safe
def work(request: ScopedRequest) -> HttpResponse:
    """The work of a day, proven by tasks or stated by people."""
    scope = request.scope
    page = reading.view_work(
        scope,
        day=request.day,
        community=_number(request.GET.get("community", "")) or None,
        number=_number(request.GET.get("page", "")) or 1,
    )
    context = {
        "page": page,
        "day": request.day,
        "corrects": scope.allows(Can.CORRECT),
        "records": scope.allows(Can.CLAIM_TASKS) and scope.member is not None,
    }
    return render(request, "needs/work.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: ScopedRequest) -> HttpResponse:
    """Record work of the acting person that no task asked for, done just now."""
    places = communities_shown(request.scope, day=clock.local_day(clock.now()))
    data = request.POST if request.method == "POST" else None
    form = WorkForm(places, queries.kinds(request.scope), data)
    member = _myself(request)

    def act() -> None:
        now = clock.now()
        entry = WorkEntry(
            id=uuid7(),
            community=form.cleaned_data["community"],
            member=member,
            kind=form.cleaned_data["kind"],
            occurred_at=now,
            persons_served=form.cleaned_data["persons_served"] or 0,
        )
        (outcome,) = record_work(request.scope, entries=[entry], at=now)
        if outcome.refusal:
            raise outcome.refusal

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Your work is recorded."))
        return redirect("needs:work")
    return render(request, "needs/record.html", {"form": form, "here": places})


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Put other amounts in the place of recorded work, or take it back."""
    request.scope.require(Can.CORRECT, community=community)
    line = reading.view_piece(request.scope, day=request.day, community=community, work_id=id)
    amounts = {"times": line.work.times, "persons_served": line.work.persons_served}
    form = WorkCorrectionForm(request.POST if request.method == "POST" else None, initial=amounts)

    def act() -> None:
        correct_work(
            request.scope,
            community=community,
            work=id,
            amounts=form.amounts,
            at=clock.now(),
            reason=form.cleaned_data["reason"],
        )

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The correction is recorded; the former amounts are kept."))
        return redirect("needs:work")
    return render(request, "needs/correct.html", {"form": form, "line": line})


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


def _myself(request: ScopedRequest) -> UUID:
    if request.scope.member is None:
        raise NotFound(field="member")
    return request.scope.member


def _onward(request: ScopedRequest) -> str:
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
    return onward if safe else reverse("needs:tasks")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
