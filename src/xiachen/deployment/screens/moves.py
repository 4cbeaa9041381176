"""Moving teams from one community to another: asking, and answering."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.deployment.forms import AnswerMoveForm, AskMoveForm
from xiachen.deployment.models import MoveState, TeamMove
from xiachen.deployment.operations import moves as operations
from xiachen.deployment.queries import moves as queries
from xiachen.deployment.queries.tables import moves_table
from xiachen.deployment.queries.teams import assignments
from xiachen.incidents import queries as incidents
from xiachen.papers.ways_out import exported
from xiachen.places.queries.communities import communities_by_id
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can

LINES = 50


@require_safe
def moves(request: ScopedRequest) -> HttpResponse:
    """Which teams are to move where, what was answered, and what waits too long."""
    state = request.GET.get("state", "")
    rows = queries.moves(request.scope)
    if state in MoveState.values:
        rows = rows.filter(state=state)
    if taken := exported(request, lambda: moves_table(request.scope, rows=list(rows))):
        return taken
    shown = Paginator(rows, LINES).get_page(request.GET.get("page"))
    late = set(queries.overdue(request.scope, at=clock.now()).values_list("pk", flat=True))
    page = {
        "lines": [(one, one.pk in late) for one in shown],
        "page": {"number": shown.number, "pages": shown.paginator.num_pages},
        "state": state,
        "states": MoveState.choices,
        "asks": request.scope.allows(Can.MOVE_TEAMS),
    }
    return render(request, "deployment/moves.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: ScopedRequest) -> HttpResponse:
    """Ask for a team, or some of its people; what is proposed may stand in the address."""
    request.scope.require(Can.MOVE_TEAMS)
    posted = request.method == "POST"
    data = request.POST if posted else None
    form = AskMoveForm(_teams(request), _places(request), request.day, data, request.GET)

    def act() -> TeamMove:
        return operations.ask_move(request.scope, at=clock.now(), **form.asked())

    if posted and done(form, act):
        messages.success(request, _("Asked. The community that gives them up answers."))
        return redirect("deployment:moves")
    page = {"form": form, "any": bool(form.fields["team"].choices)}  # type: ignore[attr-defined]
    return render(request, "deployment/ask_move.html", page, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One move: what was asked for and why, and the community's answer."""
    shown = operations.view_move(request.scope, move=id, day=request.day, at=clock.now())
    posted = request.method == "POST"
    form = AnswerMoveForm(shown.people, shown.move, request.day, request.POST if posted else None)

    def act() -> TeamMove:
        given = form.cleaned_data
        return operations.answer_move(
            request.scope,
            move=id,
            agrees="agree" in request.POST,
            words=given["words"],
            members=[UUID(one) for one in given["members"]],
            first_day=given["first_day"],
            at=clock.now(),
        )

    if posted and done(form, act):
        messages.success(request, _("Answered. Whoever asked sees it now."))
        return redirect("deployment:moves")
    page = {"page": shown, "move": shown.move, "form": form}
    return render(request, "deployment/answer_move.html", page, status=422 if posted else 200)


@require_POST
def take_back(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Take a request back."""
    try:
        operations.take_back_move(request.scope, move=id, at=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back."))
    return redirect("deployment:moves")


def _teams(request: ScopedRequest) -> list[tuple[str, str]]:
    """Return which team could be asked for where, within the scope."""
    rows = assignments(request.scope, day=request.day).filter(request.scope.within())
    return [
        (f"{one.team_id}|{one.community_id}", f"{one.community} · {one.team}")
        for one in rows.order_by("community_id", "team__name", "pk")
    ]


def _places(request: ScopedRequest) -> list[tuple[str, str]]:
    listed = incidents.communities_of(request.scope, day=request.day)
    names = communities_by_id(request.scope, listed)
    return [(str(code), str(names[code])) for code in listed if code in names]
