"""Asking to see somebody's values whole, and seeing them once another person has approved it."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.people.forms.unmasking import UnmaskingForm
from xiachen.people.operations import unmasking as operations
from xiachen.people.operations.unmasking import Revealed
from xiachen.people.queries import unmasking as queries
from xiachen.people.queries.unmasking import UnmaskingPage
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.models import Unmasking


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_member(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Ask to see the numbers of somebody who works."""
    page = queries.member_unmasking(request.scope, member=id, at=clock.now())
    return _ask(
        request,
        page,
        partial(operations.ask_for_member, request.scope, member=id),
        back=reverse("people:member", args=[id]),
        show=reverse("people:unmasked", args=[id]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_resident(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """Ask to see the values of a resident."""
    page = queries.resident_unmasking(
        request.scope, community=community, resident=id, at=clock.now()
    )
    return _ask(
        request,
        page,
        partial(operations.ask_for_resident, request.scope, community=community, resident=id),
        back=reverse("people:residents", args=[community, page.household]),
        show=reverse("people:unmasked-resident", args=[community, id]),
    )


@require_safe
def member(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Somebody's numbers, while the approval is open."""
    shown = operations.reveal_member(request.scope, member=id, at=clock.now())
    return _show(request, shown, back=reverse("people:unmask", args=[id]))


@require_safe
def resident(request: ScopedRequest, community: int, id: UUID) -> HttpResponse:
    """A resident's values, while the approval is open."""
    shown = operations.reveal_resident(
        request.scope, community=community, resident=id, at=clock.now()
    )
    return _show(request, shown, back=reverse("people:unmask-resident", args=[community, id]))


def _ask(
    request: ScopedRequest,
    page: UnmaskingPage,
    ask: Callable[..., Unmasking],
    *,
    back: str,
    show: str,
) -> HttpResponse:
    form = UnmaskingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            ask(reason=form.cleaned_data["reason"], at=clock.now())
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Your request waits for the privacy officer."))
            return redirect(request.path)
    shown = {"page": page, "form": form, "back": back, "show": show}
    return render(request, "people/unmask.html", shown)


def _show(request: ScopedRequest, shown: Revealed, *, back: str) -> HttpResponse:
    response = render(request, "people/unmasked.html", {"shown": shown, "back": back})
    response["Cache-Control"] = "no-store"
    if until := shown.unmasking.shown_until:
        # The values leave the screen when the time is over, also where nobody sits before it.
        left = max(0, round((until - clock.now()).total_seconds()))
        response["Refresh"] = f"{left}; url={back}"
    return response
