"""Injuries at work: the list, one with its papers, and recording one for somebody on site."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.attendance.forms import InjuryOfForm
from xiachen.attendance.operations import injuries as operations
from xiachen.attendance.operations.boards import view_board
from xiachen.attendance.queries import boards
from xiachen.attendance.queries.injuries import InjuryPage
from xiachen.attendance.screens.hours import number_of
from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Can

LINES = 50
EVERYBODY = 100_000


@require_safe
def injuries(request: ScopedRequest) -> HttpResponse:
    """The injuries within reach, with where each claim stands."""
    if taken := exported(request, lambda: _table(request)):
        return taken
    page = operations.view_injuries(
        request.scope, day=request.day, number=number_of(request), size=LINES
    )
    communities = (
        boards.communities_shown(request.scope, day=request.day)
        if request.scope.allows(Can.CHECK_IN) and request.scope.allows(Can.SEE_PEOPLE)
        else []
    )
    context = {"page": page, "communities": communities, "day": request.day}
    return render(request, "attendance/injuries.html", context)


@require_safe
def injury(request: ScopedRequest, community: int, injury: UUID) -> HttpResponse:
    """One injury with its papers: who does what by when."""
    found = operations.view_injury(
        request.scope, community=community, injury=injury, day=request.day
    )
    scope = request.scope
    context = {
        "line": found,
        "own": found.injury.member == scope.member,
        "takes_back": scope.allows(Can.CORRECT, community=community),
        "day": request.day,
    }
    return render(request, "attendance/injury.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: ScopedRequest, community: int) -> HttpResponse:
    """Record an injury of somebody who belongs to a community."""
    request.scope.require(Can.SEE_PEOPLE)
    request.scope.require(Can.CHECK_IN, community=community)
    board = view_board(request.scope, day=request.day, community=community, shown="", group="")
    people = [(str(one.member), one.name) for one in board.people if one.name]
    posted = request.POST if request.method == "POST" else None
    form = InjuryOfForm(people, posted, initial={"id": uuid7()})

    def act() -> None:
        given = form.cleaned_data
        entry = operations.InjuryEntry(
            id=given["id"],
            community=community,
            member=UUID(given["member"]),
            occurred_at=clock.now(),
            happened=given["happened"],
            stand_in=given["stand_in"],
        )
        (outcome,) = operations.record_injury(request.scope, entries=[entry], at=clock.now())
        if outcome.refusal:
            raise outcome.refusal

    if posted is not None and done(form, act):
        messages.success(request, _("Recorded. The person is off duty from now on."))
        return redirect("attendance:injury", community=community, injury=form.cleaned_data["id"])
    context = {"form": form, "place": board.community}
    return render(request, "attendance/record_injury.html", context)


@require_POST
def tick(request: ScopedRequest, community: int, injury: UUID) -> HttpResponse:
    """Tick a step off, or take the tick back."""
    operations.tick_step(
        request.scope,
        community=community,
        injury=injury,
        step=request.POST.get("step", "")[:20],
        done=request.POST.get("done") == "yes",
        at=clock.now(),
    )
    return redirect("attendance:injury", community=community, injury=injury)


@require_POST
def take_back(request: ScopedRequest, community: int, injury: UUID) -> HttpResponse:
    """Take back the record of an injury that was none."""
    operations.take_back_injury(
        request.scope,
        community=community,
        injury=injury,
        at=clock.now(),
        reason=request.POST.get("reason", "").replace("\0", "")[:200],
    )
    messages.success(request, _("The record is taken back; it stays in the records as void."))
    return redirect("attendance:injuries")


def _table(request: ScopedRequest) -> Table:
    if request.scope.incident is None:
        raise NotFound()
    page: InjuryPage = operations.view_injuries(
        request.scope, day=request.day, number=1, size=EVERYBODY
    )
    return Table(
        title=_("Injuries at work"),
        about=(f"{request.day:%Y-%m-%d}",),
        headings=[
            _("Name"),
            _("Organisation"),
            _("Community"),
            _("Day"),
            _("What happened"),
            _("Steps done"),
            _("Steps"),
            _("The unit applies by"),
        ],
        tags=[
            "#contact+name",
            "#org+name",
            "#adm5+name",
            "#date+occurred",
            "#event+type",
            "#value+done",
            "#value+steps",
            "#date+due",
        ],
        lines=[
            (
                mask_name(one.name),
                one.unit,
                one.community,
                one.injury.day,
                one.injury.get_happened_display(),
                one.done,
                len(one.steps),
                one.apply_by,
            )
            for one in page.lines
        ],
        records=[one.injury.pk for one in page.lines],
    )
