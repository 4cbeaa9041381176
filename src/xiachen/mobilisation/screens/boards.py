"""The report-in board, taking report-ins and taking them back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.incidents import queries as incidents
from xiachen.mobilisation.forms.stays import ReportInForm, TakeBackForm
from xiachen.mobilisation.models.report_ins import Channel
from xiachen.mobilisation.operations import boards
from xiachen.mobilisation.operations.report_ins import (
    ReportInEntry,
    report_in,
    reverse_report_in,
)
from xiachen.mobilisation.queries.boards import STATES
from xiachen.mobilisation.rules.stays import ACCEPTS_FOR_COMMUNITY
from xiachen.mobilisation.screens.moments import moment
from xiachen.mobilisation.screens.stays import ends_stays
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.places.queries.communities import communities_by_id, community_within
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Can

LINES = 100


@require_safe
def board(request: ScopedRequest) -> HttpResponse:
    """The community asked for, else the only one of the scope, else all people reached."""
    listed = incidents.communities_of(request.scope, day=request.day)
    if len(listed) == 1:
        return redirect("mobilisation:community", community=listed[0])
    if taken := exported(request, lambda: _table(request, None)):
        return taken
    return _render(request, None, {"communities": _named(request, listed)})


@require_safe
def community(request: ScopedRequest, community: int) -> HttpResponse:
    """The report-in board of one community."""
    community_within(request.scope, community)
    if taken := exported(request, lambda: _table(request, community)):
        return taken
    return _render(request, community, {})


@require_POST
def take(request: ScopedRequest, community: int) -> HttpResponse:
    """Report in the people chosen, or everybody shown, through the channel chosen."""
    shown = boards.view_board(request.scope, day=request.day, community=community, state="waiting")
    waiting = [(str(line.stay.member_id), line.name) for line in shown.lines]
    data = request.POST.copy()
    if one := data.get("member"):
        data.setlist("members", [one])
    form = ReportInForm(waiting, data)
    if not form.is_valid():
        return _render(request, community, {"form": form}, status=422)
    now = clock.now()
    outcomes = report_in(
        request.scope,
        entries=[
            ReportInEntry(
                id=uuid7(),
                community=community,
                channel=form.cleaned_data["channel"],
                occurred_at=moment(request, form.cleaned_data["at_time"]),
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
        occurred_at=moment(request, None),
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


def _render(
    request: ScopedRequest, community: int | None, more: dict[str, object], status: int = 200
) -> HttpResponse:
    asked = request.GET.get("page", "")
    state = _state(request)
    shown = boards.view_board(
        request.scope,
        day=request.day,
        community=community,
        state=state,
        number=int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1,
        size=LINES,
    )
    acts = community is not None and request.scope.allows(Can.REPORT_IN, community=community)
    page: dict[str, object] = {
        "board": shown,
        "counts": shown.counts,
        "expected": shown.counts["waiting"] + shown.counts["reported"],
        "state": state,
        "anybody": any(shown.counts.values()),
        "page": {"number": shown.number, "pages": shown.pages},
        "channels": Channel.choices,
        "place": community_within(request.scope, community) if community else None,
        "acts": acts,
        "accepts": acts and request.scope.role in ACCEPTS_FOR_COMMUNITY,
        "corrects": community is not None
        and request.scope.allows(Can.CORRECT, community=community),
        "excuses": request.scope.allows(Can.EXCUSE),
        "figures": request.scope.allows(Can.SEE_FIGURES),
        "ends": community is not None and ends_stays(request, community),
        "past": request.day != clock.local_day(clock.now()),
    }
    return render(request, "mobilisation/board.html", page | more, status=status)


def _state(request: ScopedRequest) -> str:
    asked = request.GET.get("show", "")
    return asked if asked in STATES else ""


def _table(request: ScopedRequest, community: int | None) -> Table:
    """The board of the day, or those of one state, as a table that may leave the house."""
    words = {
        "reported": _("Reported in"),
        "waiting": _("not reported yet"),
        "excused": pgettext("report-in", "excused"),
    }
    lines = boards.view_board(
        request.scope, day=request.day, community=community, state=_state(request)
    ).lines
    return Table(
        title=_("Report-in"),
        about=(f"{request.day:%Y-%m-%d}",),
        headings=[
            pgettext("person", "name"),
            _("organisation"),
            _("community"),
            _("source"),
            _("state"),
            _("channel"),
        ],
        tags=["#contact+name", "#org+name", "#adm5+name", "", "#status", ""],
        lines=[
            (
                mask_name(line.name),
                str(line.stay.member.organisation or ""),
                str(line.stay.community),
                line.stay.get_source_display(),
                words[line.state],
                " · ".join(str(one.get_channel_display()) for one in line.report_ins),
            )
            for line in lines
        ],
        records=[line.stay.pk for line in lines],
    )


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
