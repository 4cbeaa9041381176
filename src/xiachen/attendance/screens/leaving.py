"""Signing people out on the board, and correcting a sign-out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from xiachen.attendance.forms import LeavingCorrectionForm, SignOutForm
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.operations.boards import view_person
from xiachen.attendance.operations.check_outs import (
    CheckOutEntry,
    check_out,
    correct_check_out,
)
from xiachen.attendance.queries import boards
from xiachen.attendance.queries.righted import led_to
from xiachen.attendance.screens.boards import address, show_board, tell
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.figures import numbers
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can


@require_POST
def sign_out(request: ScopedRequest, community: int) -> HttpResponse:
    """Sign the people chosen out, now or at the time given."""
    shown = boards.board(request.scope, day=request.day, community=community)
    choices = [(str(one.member), one.name) for one in shown.staying]
    form = SignOutForm(choices, request.day, request.POST)
    if not form.is_valid():
        return show_board(request, community, leaving=form, status=422)
    now = clock.now()
    outcomes = check_out(
        request.scope,
        entries=[
            CheckOutEntry(
                id=uuid7(),
                community=community,
                member=UUID(member),
                occurred_at=form.occurred_at(now),
            )
            for member in form.cleaned_data["members"]
        ],
        at=now,
    )
    left = sum(one.new for one in outcomes)
    words = ngettext("%(n)s person is signed out.", "%(n)s people are signed out.", left)
    tell(request, words % {"n": left} if left else "", outcomes)
    return redirect(address(request, community))


@require_http_methods(["GET", "HEAD", "POST"])
def correct_sign_out(request: ScopedRequest, community: int, check_out: UUID) -> HttpResponse:
    """Put the right time in the place of a sign-out, or take it back."""
    request.scope.require(Can.CORRECT, community=community)
    person = view_person(request.scope, day=request.day, community=community, check_out=check_out)
    next_came = person.stays[1].check_in if len(person.stays) > 1 else None
    form = LeavingCorrectionForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        correct_check_out(
            request.scope,
            community=community,
            check_out=check_out,
            occurred_at=form.left_at(request.day),
            at=clock.now(),
            reason=form.cleaned_data["reason"],
        )

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The correction is recorded; the former time is kept."))
        if form.cleaned_data["void"] and next_came:
            messages.info(request, _joined(person.stays[0].check_in, next_came))
        return redirect(address(request, community))
    left = person.stays[0].check_out
    context = {
        "form": form,
        "person": person,
        "stay": person.stays[0],
        "next_came": next_came,
        "community": community,
        "righted": led_to(request.scope, left) if left else [],
    }
    return render(request, "attendance/correct_out.html", context)


def _joined(first: CheckIn, within: CheckIn) -> str:
    """Say that without the sign-out between them two stays have become one."""
    words = _("The sign-in at %(time)s now lies within the stay from %(first)s.")
    return words % {
        "time": numbers.clock_at(within.occurred_at),
        "first": numbers.clock_at(first.occurred_at),
    }
