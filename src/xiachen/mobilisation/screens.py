"""The report-in board, joining on the spot, taking a report-in back, and excuses."""

from datetime import datetime, time
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.incidents import queries as incidents
from xiachen.mobilisation.forms import ExcuseForm, ReportInForm, TakeBackForm
from xiachen.mobilisation.models import Channel
from xiachen.mobilisation.operations import boards
from xiachen.mobilisation.operations.excuses import excuse, reverse_excuse
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.operations.report_ins import (
    ReportInEntry,
    report_in,
    reverse_report_in,
)
from xiachen.mobilisation.queries.boards import Board
from xiachen.mobilisation.rules import ACCEPTS_FOR_COMMUNITY
from xiachen.people.queries.members import knows_names
from xiachen.places.queries.communities import communities_by_id, community_within
from xiachen.privacy.doors import ScopedRequest, explain, keep_search, searched
from xiachen.privacy.scope import Can

LINES = 100
STATES = ("", "waiting", "reported", "excused")


@require_safe
def board(request: ScopedRequest) -> HttpResponse:
    """The community asked for, else the only one of the scope, else all people reached."""
    listed = incidents.communities_of(request.scope, day=request.day)
    if len(listed) == 1:
        return redirect("mobilisation:community", community=listed[0])
    shown = boards.view_board(request.scope, day=request.day, community=None)
    return _render(request, shown, None, {"communities": _named(request, listed)})


@require_safe
def community(request: ScopedRequest, community: int) -> HttpResponse:
    """The report-in board of one community."""
    community_within(request.scope, community)
    shown = boards.view_board(request.scope, day=request.day, community=community)
    return _render(request, shown, community, {})


@require_POST
def take(request: ScopedRequest, community: int) -> HttpResponse:
    """Report in the people chosen, or everybody shown, through the channel chosen."""
    shown = boards.view_board(request.scope, day=request.day, community=community)
    waiting = [(str(line.stay.member_id), line.name) for line in shown.of("waiting")]
    data = request.POST.copy()
    if one := data.get("member"):
        data.setlist("members", [one])
    form = ReportInForm(waiting, data)
    if not form.is_valid():
        return _render(request, shown, community, {"form": form}, status=422)
    now = clock.now()
    outcomes = report_in(
        request.scope,
        entries=[
            ReportInEntry(
                id=uuid7(),
                community=community,
                channel=form.cleaned_data["channel"],
                occurred_at=_moment(request, form.cleaned_data["at_time"]),
                member=UUID(member),
            )
            for member in form.cleaned_data["members"]
        ],
        at=now,
    )
    _say(request, outcomes)
    return redirect("mobilisation:community", community=community)


@require_POST
def take_unit(request: ScopedRequest, community: int, unit: UUID) -> HttpResponse:
    """Report a unit in at its contact point."""
    now = clock.now()
    entry = ReportInEntry(
        id=uuid7(),
        community=community,
        channel=Channel.UNIT,
        occurred_at=_moment(request, None),
        organisation=unit,
    )
    _say(request, report_in(request.scope, entries=[entry], at=now))
    return redirect("mobilisation:community", community=community)


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Take a report-in back, with the reason."""
    row, name = boards.view_report_in(request.scope, community=community, report_in=id)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            reverse_report_in(
                request.scope,
                community=community,
                report_in=id,
                at=clock.now(),
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The report-in was taken back."))
            return redirect("mobilisation:community", community=community)
    page = {"form": form, "row": row, "name": name, "community": community}
    return render(request, "mobilisation/take_back.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: ScopedRequest, community: int) -> HttpResponse:
    """Find somebody who was not sent and accept that he or she joins."""
    place = community_within(request.scope, community)
    refused = None
    if "q" in request.POST:
        request.scope.require(Can.REPORT_IN, community=community)
        text = request.POST["q"].replace("\0", "").strip()
        here = reverse("mobilisation:join", args=[community])
        return redirect(f"{here}?found={keep_search(request, text)}" if text else here)
    if request.method == "POST":
        now = clock.now()
        try:
            join_on_the_spot(
                request.scope,
                community=community,
                member=_uuid(request.POST.get("member", "")),
                occurred_at=_moment(request, None),
                at=now,
            )
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(request, _("Accepted, and reported in."))
            return redirect("mobilisation:community", community=community)
    text = searched(request)
    found = boards.view_candidates(request.scope, community=community, day=request.day, text=text)
    page = {"place": place, "found": found, "text": text, "refused": refused}
    page["more"] = len(found) == boards.CANDIDATES
    page["by_parts"] = knows_names(request.scope)
    return render(request, "mobilisation/join.html", page, status=409 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def excuses(request: ScopedRequest) -> HttpResponse:
    """The excuses with their reasons, and the form for another; for those who excuse."""
    request.scope.require(Can.EXCUSE)
    shown = boards.view_board(request.scope, day=request.day, community=None)
    people = {str(line.stay.member_id): line.name for line in shown.lines}
    form = ExcuseForm(
        list(people.items()), request.day, request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            excuse(request.scope, **given | {"member": UUID(given["member"]), "at": clock.now()})
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Excused."))
            return redirect("mobilisation:excuses")
    rows = boards.view_excuses(request.scope)
    return render(request, "mobilisation/excuses.html", {"form": form, "rows": rows})


@require_POST
def end_excuse(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Take an excuse back, with the reason."""
    reverse_excuse(
        request.scope,
        excuse=id,
        at=clock.now(),
        reason=request.POST.get("reason", "").replace("\0", "")[:200],
    )
    messages.success(request, _("The excuse was taken back."))
    return redirect("mobilisation:excuses")


def _render(
    request: ScopedRequest,
    shown: Board,
    community: int | None,
    more: dict[str, object],
    status: int = 200,
) -> HttpResponse:
    state = request.GET.get("show", "")
    state = state if state in STATES else ""
    lines = Paginator(shown.of(state), LINES).get_page(request.GET.get("page"))
    acts = community is not None and request.scope.allows(Can.REPORT_IN, community=community)
    page: dict[str, object] = {
        "board": shown,
        "counts": shown.counts,
        "expected": shown.counts["waiting"] + shown.counts["reported"],
        "state": state,
        "lines": lines,
        "page": {"number": lines.number, "pages": lines.paginator.num_pages},
        "channels": Channel.choices,
        "place": community_within(request.scope, community) if community else None,
        "acts": acts,
        "accepts": acts and request.scope.role in ACCEPTS_FOR_COMMUNITY,
        "corrects": community is not None
        and request.scope.allows(Can.CORRECT, community=community),
        "excuses": request.scope.allows(Can.EXCUSE),
        "past": request.day != clock.local_day(clock.now()),
    }
    return render(request, "mobilisation/board.html", page | more, status=status)


def _named(request: ScopedRequest, communities: list[int]) -> list[tuple[int, str]]:
    names = communities_by_id(request.scope, communities)
    return [(code, str(names[code])) for code in communities if code in names]


def _say(request: ScopedRequest, outcomes: list[Outcome]) -> None:
    """Tell what became of each: how many are new, and why the others are refused."""
    new = sum(outcome.new for outcome in outcomes)
    if new:
        words = ngettext("%(count)s report-in taken.", "%(count)s report-ins taken.", new)
        messages.success(request, words % {"count": new})
    for words in {str(outcome.refusal) for outcome in outcomes if outcome.refusal}:
        messages.error(request, words)


def _moment(request: ScopedRequest, at_time: time | None) -> datetime:
    """Return when it happened: now, or on the day looked at when it is written down afterwards."""
    now = clock.now()
    if request.day == clock.local_day(now):
        return now
    return clock.on_day(request.day, at_time or now.astimezone(clock.local_zone()).time())


def _uuid(text: str) -> UUID:
    """Return the id that a form sent; of anything else the id of nobody."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
