"""The work that was done: a day's list, a record with its photo, recording and correcting it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiachen.attendance.operations.work import WorkEntry, correct_work, record_work
from xiachen.attendance.queries.boards import communities_shown
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.needs.forms import WorkCorrectionForm, WorkForm
from xiachen.needs.operations import reading
from xiachen.needs.queries import tasks as queries
from xiachen.needs.screens.asking import myself, number
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can


@require_safe
def work(request: ScopedRequest) -> HttpResponse:
    """The work of a day, proven by tasks or stated by people."""
    scope = request.scope
    page = reading.view_work(
        scope,
        day=request.day,
        community=number(request.GET.get("community", "")) or None,
        number=number(request.GET.get("page", "")) or 1,
    )
    context = {
        "page": page,
        "day": request.day,
        "records": scope.allows(Can.CLAIM_TASKS) and scope.member is not None,
    }
    return render(request, "needs/work.html", context)


@require_safe
def piece(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """One record of work: what, by whom, how it is proven, and the photo that came with it."""
    found = reading.view_piece(request.scope, community=community, work_id=id)
    corrects = request.scope.allows(Can.CORRECT, community=community)
    context = {"piece": found, "line": found.line, "corrects": corrects}
    return render(request, "needs/piece.html", context)


@require_safe
def photo(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """The photo of a record of work, for those who know the person by name."""
    content = reading.view_photo(request.scope, community=community, work_id=id)
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Content-Disposition"] = "inline; filename=work.jpg"
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: ScopedRequest) -> HttpResponse:
    """Record work of the acting person that no task asked for, done just now."""
    request.scope.require(Can.CLAIM_TASKS)
    places = communities_shown(request.scope, day=clock.local_day(clock.now()))
    data = request.POST if request.method == "POST" else None
    form = WorkForm(places, queries.kinds(request.scope), data)
    member = myself(request)

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
    line = reading.view_piece(request.scope, community=community, work_id=id).line
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
