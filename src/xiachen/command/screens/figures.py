"""Pages of the figures and the bulletins, and of the rows behind each number."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xiachen.base import clock
from xiachen.base.errors import NotFound, Refused
from xiachen.command import forms
from xiachen.command.operations import bulletins as issuing
from xiachen.command.operations import declared as declaring
from xiachen.command.operations import opening
from xiachen.command.queries import board as boards
from xiachen.command.queries import bulletins as reading
from xiachen.command.queries.rows import Behind, grouped, openable
from xiachen.command.queries.tables import rows_table
from xiachen.command.rules.views import local, period_said
from xiachen.figures.numbers import language_of
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can

PER_PAGE = 30


def figures(request: ScopedRequest) -> HttpResponse:
    """The day in figures for one place, both coverages on top."""
    board = boards.board(request.scope, division=_division(request), day=request.day)
    shown = {
        "board": board,
        "query": f"?day={board.day}&division={board.division}",
        "openable": openable(request.scope),
    }
    return render(request, "command/figures.html", shown)


def rows(request: ScopedRequest, code: str) -> HttpResponse:
    """The rows behind a number of the board, as they stand now."""
    return _rows(
        request,
        Behind(code=code, division=_division(request), day=request.day, missing=_missing(request)),
    )


def bulletins(request: ScopedRequest) -> HttpResponse:
    """The bulletins of the places in the scope, the newest first."""
    page = reading.listed(request.scope, number=_page(request), size=PER_PAGE)
    may_issue = request.scope.allows(Can.PUBLISH)
    return render(request, "command/bulletins.html", {"page": page, "may_issue": may_issue})


def issue(request: ScopedRequest) -> HttpResponse:
    """Issue the bulletin of a day, or a revision of it."""
    places = boards.divisions(request.scope, day=request.day)
    form = _issue_form(request, places)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        try:
            made = issuing.issue_bulletin(
                request.scope,
                division=form.cleaned_data["division"],
                day=form.cleaned_data["day"],
                occurred_until=form.occurred_until(now),
                reason=form.cleaned_data["reason"],
                at=now,
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Revision %(n)s is issued.") % {"n": made.revision})
            return redirect("command:bulletin", made.pk)
    return render(request, "command/issue.html", {"form": form})


def bulletin(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One revision: the text, every number as a link to its rows, the difference, the print."""
    view = reading.bulletin(request.scope, id)
    may_issue = request.scope.allows(Can.PUBLISH)
    shown = {"view": view, "may_issue": may_issue, "openable": openable(request.scope)}
    return render(request, "command/bulletin.html", shown)


def bulletin_text(request: ScopedRequest, id: UUID) -> HttpResponse:
    """The text alone, to copy where no script runs."""
    language = language_of(get_language() or "zh-hans")
    text = reading.bulletin_text(request.scope, id, language)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def frozen_rows(request: ScopedRequest, id: UUID, code: str) -> HttpResponse:
    """The rows behind a number of a bulletin, as it froze them."""
    return _rows(request, Behind(code=code, bulletin=id, missing=_missing(request)))


def declare(request: ScopedRequest) -> HttpResponse:
    """State a figure of another authority; those stated so far stand below."""
    places = boards.divisions(request.scope, day=request.day)
    form = forms.DeclareForm(places, request.POST or None, initial=_today(request))
    if request.method == "POST" and form.is_valid():
        stated: dict[str, Any] = form.stated()
        try:
            declaring.declare_figure(request.scope, at=clock.now(), **stated)
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The figure stands, marked as declared by others."))
            return redirect("command:declare")
    declared = reading.declared(request.scope)
    return render(request, "command/declare.html", {"form": form, "declared": declared})


def correct(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Put another number in the place of a declared figure, or take it back."""
    declared = reading.declared(request.scope).filter(pk=id).first()
    if declared is None:
        raise NotFound()
    form = forms.CorrectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            declaring.correct_declared_figure(
                request.scope, declared=declared, at=clock.now(), **form.cleaned_data
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Corrected; the next revision shows the difference."))
            return redirect("command:declare")
    return render(request, "command/correct.html", {"form": form, "declared": declared})


def _issue_form(request: ScopedRequest, places: list[tuple[int, str]]) -> forms.IssueForm:
    """Ask for a bulletin; where a revision stands, for the next one of the same time."""
    first: dict[str, object] = {"division": _division(request), "day": request.day}
    former = reading.latest(request.scope, division=_division(request), day=request.day)
    if former is None:
        return forms.IssueForm(places, request.POST or None, initial=first)
    until = local(former.occurred_until)
    if until.date() == former.day:  # the end of the day has no time of day; it is kept unsaid
        first["until"] = until.time()
    return forms.IssueForm(
        places,
        request.POST or None,
        initial=first,
        former=period_said(former.day, former.occurred_until),
    )


def _rows(request: ScopedRequest, behind: Behind) -> HttpResponse:
    taken = exported(request, lambda: rows_table(request.scope, behind=behind, at=clock.now()))
    if taken is not None:
        return taken
    opened = opening.open_rows(request.scope, behind=behind, number=_page(request))
    headings = [column.heading for column in opened.page.columns]
    shown = {
        "opened": opened,
        "page": opened.page,
        "grouped": grouped(request.scope, behind, by=request.GET.get("by", "")),
        "lines": [list(zip(headings, line, strict=True)) for line in opened.page.lines],
    }
    return render(request, "command/rows.html", shown)


def _division(request: ScopedRequest) -> int:
    """Return the place asked for, else the widest that the scope answers for."""
    asked = request.GET.get("division", "")
    if asked.isascii() and asked.isdigit():
        return int(asked)
    if not request.scope.places:
        raise NotFound()
    return max(request.scope.places, key=lambda place: place[1] - place[0])[0]


def _missing(request: ScopedRequest) -> bool:
    return request.GET.get("missing") == "1"


def _page(request: ScopedRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def _today(request: ScopedRequest) -> dict[str, object]:
    now = clock.now().astimezone(clock.local_zone())
    return {
        "division": _division(request),
        "as_of_day": request.day,
        "as_of_time": now.time().replace(second=0, microsecond=0),
    }
