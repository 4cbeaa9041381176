"""The attendance board, signing people in on it, correcting a sign-in and answering a list."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.attendance.forms import AnswerForm, CorrectionForm, SignInForm, SignOutForm
from xiachen.attendance.models.records import GapKind
from xiachen.attendance.operations.answers import answer as record_answer
from xiachen.attendance.operations.boards import view_board, view_line
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in, correct_check_in
from xiachen.attendance.queries import boards
from xiachen.attendance.queries.righted import led_to
from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


@require_safe
def board(request: ScopedRequest) -> HttpResponse:
    """The board of the community asked for, or of the first within the scope."""
    request.scope.require(Can.SEE_PEOPLE)
    communities = boards.communities_shown(request.scope, day=request.day)
    asked = request.GET.get("community", "")
    community = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if community is None:
        if not communities:
            return render(request, "attendance/no_community.html")
        community = communities[0].pk
    return show_board(request, community)


@require_POST
def sign_in(request: ScopedRequest, community: int) -> HttpResponse:
    """Sign the people chosen in, now or at the time given."""
    shown = boards.board(request.scope, day=request.day, community=community)
    choices = [(str(one.member), one.name) for one in (*shown.waiting, *shown.gone)]
    form = SignInForm(choices, request.day, request.POST)
    if not form.is_valid():
        return show_board(request, community, form, status=422)
    now = clock.now()
    outcomes = check_in(
        request.scope,
        entries=[
            CheckInEntry(
                id=uuid7(),
                community=community,
                member=UUID(member),
                occurred_at=form.occurred_at(now),
            )
            for member in form.cleaned_data["members"]
        ],
        at=now,
    )
    signed = sum(one.new for one in outcomes)
    words = ngettext("%(n)s person is signed in.", "%(n)s people are signed in.", signed)
    tell(request, words % {"n": signed} if signed else "", outcomes)
    return redirect(address(request, community))


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: ScopedRequest, community: int, check_in: UUID) -> HttpResponse:
    """Put the right time in the place of a sign-in, or take it back."""
    request.scope.require(Can.CORRECT, community=community)
    line = view_line(request.scope, day=request.day, community=community, check_in=check_in)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        time = form.cleaned_data["time"]
        try:
            correct_check_in(
                request.scope,
                community=community,
                check_in=check_in,
                occurred_at=clock.on_day(request.day, time) if time else None,
                at=clock.now(),
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The correction is recorded; the former time is kept."))
            return redirect(address(request, community))
    row = line.line.check_in
    context = {
        "form": form,
        "line": line,
        "community": community,
        "righted": led_to(request.scope, row) if row else [],
    }
    return render(request, "attendance/correct.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: ScopedRequest, community: int, gap: str, member: UUID) -> HttpResponse:
    """What the person or the liaison says to a line of a list to verify."""
    if gap not in GapKind.values:
        raise NotFound()
    line = view_line(request.scope, day=request.day, community=community, member=member, gap=gap)
    may_excuse = request.scope.allows(Can.VERIFY) or request.scope.allows(Can.EXCUSE)
    form = AnswerForm(request.POST if request.method == "POST" else None, may_excuse=may_excuse)
    if request.method == "POST" and form.is_valid():
        try:
            record_answer(
                request.scope,
                community=community,
                member=member,
                day=request.day,
                gap=gap,
                words=form.cleaned_data["words"],
                excuses=form.cleaned_data.get("excuses", False),
                at=clock.now(),
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The answer is recorded."))
            return redirect(address(request, community))
    context = {"form": form, "line": line, "community": community, "gap": GapKind(gap)}
    return render(request, "attendance/answer.html", context)


def show_board(
    request: ScopedRequest,
    community: int,
    form: SignInForm | None = None,
    leaving: SignOutForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with a community's board, and with what is wrong in a form on it."""
    shown = request.GET.get("show", "")
    group = request.GET.get("group", "")
    page = view_board(request.scope, day=request.day, community=community, shown=shown, group=group)
    scope = request.scope
    context = {
        "board": page,
        "shown": shown,
        "group": group,
        "form": form or SignInForm([], request.day),
        "leaving": leaving or SignOutForm([], request.day),
        "communities": boards.communities_shown(scope, day=request.day),
        "today": request.day == clock.local_day(clock.now()),
        "signs_in": scope.allows(Can.CHECK_IN, community=community),
        "corrects": scope.allows(Can.CORRECT, community=community),
        "weighs": scope.allows(Can.CHECK_IN, community=community)
        or scope.allows(Can.CORRECT, community=community),
        "answers": scope.allows(Can.ANSWER) or scope.allows(Can.VERIFY),
    }
    return render(request, "attendance/board.html", context, status=status)


def tell(request: ScopedRequest, done: str, outcomes: Sequence[Outcome]) -> None:
    """Say what was done, if anything, and each reason once why something was not."""
    if done:
        messages.success(request, done)
    refusals = [str(one.refusal) for one in outcomes if one.refusal]
    for words in dict.fromkeys(refusals):
        messages.error(request, words)


def address(request: ScopedRequest, community: int) -> str:
    """Return the board as the reader saw it."""
    if not request.scope.allows(Can.SEE_PEOPLE):
        return reverse("home")
    kept = [(key, request.GET[key]) for key in ("show", "group") if request.GET.get(key)]
    return f"{reverse('attendance:board')}?{urlencode([('community', community), *kept])}"
