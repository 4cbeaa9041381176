"""Signing up for oneself when signed in, and answering an offered place."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.mobilisation.forms.sign_ups import WishesForm
from xiachen.mobilisation.models.sign_ups import Source
from xiachen.mobilisation.operations.selections import confirm, withdraw
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.mobilisation.queries.own_sign_ups import own_lines, own_sign_up
from xiachen.privacy.doors import ScopedRequest, done


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: ScopedRequest) -> HttpResponse:
    """The calls that ask me, and what has become of my sign-ups; a form signs me up for one."""
    if request.scope.member is None:
        raise NotFound()
    form = WishesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and done(form, lambda: _sign_up(request, form)):
        messages.success(request, _("You have signed up. Your unit is asked to confirm it."))
        return redirect("mobilisation:my-sign-ups")
    page = {
        "lines": own_lines(request.scope, at=clock.now()),
        "form": form,
        "asked": request.POST.get("call_up", ""),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "mobilisation/my_sign_ups.html", page, status=status)


@require_POST
def answer(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Confirm an offered place, or withdraw."""
    held = own_sign_up(request.scope, id=id)
    step = confirm if "confirm" in request.POST else withdraw
    at = clock.now()
    _first(step(request.scope, call_up=held.call_up_id, sign_ups=[id], at=at))
    said = _("Confirmed. Thank you.") if step is confirm else _("You have withdrawn.")
    messages.success(request, said)
    return redirect("mobilisation:my-sign-ups")


def _sign_up(request: ScopedRequest, form: WishesForm) -> None:
    member = request.scope.member
    try:
        call = UUID(request.POST.get("call_up", ""))
    except ValueError:
        raise NotFound() from None
    if member is None:
        raise NotFound()
    given = form.cleaned_data
    entry = SignUpEntry(
        id=uuid7(),
        member=member,
        from_day=given["from_day"],
        days=given["days"],
        words=given["words"],
    )
    at = clock.now()
    _first(sign_up(request.scope, call_up=call, entries=[entry], at=at, source=Source.PERSON))


def _first(outcomes: list[Outcome]) -> None:
    """Raise what one entry was refused for."""
    refusal: Refused | None = outcomes[0].refusal
    if refusal is not None:
        raise refusal
