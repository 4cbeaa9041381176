"""How I am today, and what to do when I am hurt."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiachen.attendance.forms import InjuryForm
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.attendance.operations.injuries import InjuryEntry, record_injury
from xiachen.attendance.queries.health import own_health
from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.privacy.doors import ScopedRequest, done


@require_http_methods(["GET", "HEAD"])
def mine(request: ScopedRequest) -> HttpResponse:
    """Say once a day whether I am well; report an injury in three taps."""
    if request.scope.member is None:
        return render(request, "attendance/nobody.html")
    return _show(request, InjuryForm(initial={"id": uuid7()}))


@require_POST
def state(request: ScopedRequest, community: int) -> HttpResponse:
    """Record that I am well, or not."""
    well = request.POST.get("well") == "yes"
    entry = HealthEntry(
        id=uuid7(),
        community=community,
        member=_own(request),
        occurred_at=clock.now(),
        well=well,
    )
    (outcome,) = state_health(request.scope, entries=[entry], at=clock.now())
    if outcome.refusal:
        raise outcome.refusal
    messages.success(
        request,
        _("Recorded: you are well today.")
        if well
        else _(
            "You are off duty from now on. Go home or see a doctor; your leader sees it, and "
            "a stand-in is sought."
        ),
    )
    return redirect("attendance:my-health")


@require_POST
def injury(request: ScopedRequest, community: int) -> HttpResponse:
    """Record that I was hurt."""
    form = InjuryForm(request.POST)
    member = _own(request)

    def act() -> None:
        given = form.cleaned_data
        entry = InjuryEntry(
            id=given["id"],
            community=community,
            member=member,
            occurred_at=clock.now(),
            happened=given["happened"],
            stand_in=given["stand_in"],
        )
        (outcome,) = record_injury(request.scope, entries=[entry], at=clock.now())
        if outcome.refusal:
            raise outcome.refusal

    if done(form, act):
        messages.success(request, _("Recorded. You are off duty from now on: get help first."))
        return redirect("attendance:injury", community=community, injury=form.cleaned_data["id"])
    return _show(request, form, status=422)


def _show(request: ScopedRequest, form: InjuryForm, status: int = 200) -> HttpResponse:
    found = own_health(request.scope, day=request.day)
    today = request.day == clock.local_day(clock.now())
    context = {"health": found, "form": form, "today": today}
    return render(request, "attendance/health.html", context, status=status)


def _own(request: ScopedRequest) -> UUID:
    if request.scope.member is None:
        raise NotFound(field="member")
    return request.scope.member
