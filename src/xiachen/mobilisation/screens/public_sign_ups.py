"""
The sign-up page for whoever has its link; nobody needs an account.

It keeps nothing in the browser but the mark against forged forms: what was typed travels with the
form, and a proven number is remembered in the page for ten minutes. Chat programs fetch links by
themselves, so nothing is changed by looking.
"""

import time
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.mobilisation.forms.sign_ups import PhoneForm, PublicForm
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.sign_ups import SignUp
from xiachen.mobilisation.operations.phone_codes import send_code
from xiachen.mobilisation.operations.public_sign_ups import (
    PublicEntry,
    find_own,
    send_sign_up_code,
    sign_up_in_public,
)
from xiachen.mobilisation.operations.selections import confirm, withdraw
from xiachen.mobilisation.queries import answers
from xiachen.mobilisation.queries.call_ups import invited_units, public_call_up
from xiachen.mobilisation.queries.own_sign_ups import line_of
from xiachen.privacy.doors import address_of, explain
from xiachen.privacy.scope import Scope, system_scope

LANGUAGES = {"en": "en", "zh": "zh-hans"}
View = Callable[..., HttpResponse]

# Pages as they were shown last, in the pieces between which the mark against forged forms stands.
_kept: dict[tuple[str, str | None], tuple[float, list[str]]] = {}
_calls: dict[str, tuple[float, CallUp, list[tuple[str, str]]]] = {}
_KEPT_SECONDS = 3
_KEPT_AT_MOST = 100


def _public(view: View) -> View:
    """Let everybody in, in the language that the address asks for, and keep no copy anywhere."""

    @login_not_required
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def shown(request: HttpRequest, *given: object, **named: object) -> HttpResponse:
        asked = LANGUAGES.get(request.GET.get("lang", ""))
        if asked is None:
            return view(request, *given, **named)
        with translation.override(asked):
            return view(request, *given, **named)

    return shown


@_public
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What the call asks, and the form: first a code is sent, then it signs up."""
    if request.method != "POST":
        return _looked_at(request, token)
    call, units = _called(token)
    scope = system_scope(call.incident_id)
    form = PublicForm(units, request.POST)
    sent = "sent" in request.POST
    if form.is_valid():
        try:
            if "sign_up" in request.POST and form.cleaned_data["code"]:
                held = _sign_up(request, scope, call, form)
                return _own(request, call, held, _("You have signed up. Your unit is asked now."))
            _send(send_sign_up_code, request, scope, call, form)
            sent = True
        except Refused as refusal:
            explain(form, refusal)
    return _render(request, call, {"form": form, "sent": sent})


@_public
def own(request: HttpRequest, token: str) -> HttpResponse:
    """One's own state, after the number is proven; from it a place is confirmed or given up."""
    call = public_call_up(system_scope(), token=token)
    scope = system_scope(call.incident_id)
    if key := request.POST.get("pass"):
        return _answered(request, answers.sign_up_of_pass(scope, key=key), call)
    form = PhoneForm(request.POST if request.method == "POST" else None)
    sent = request.method == "POST" and "sent" in request.POST
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["code"]:
                return _own(request, call, _found(request, scope, call, form))
            _send(send_code, request, scope, call, form)
            sent = True
        except Refused as refusal:
            explain(form, refusal)
    return _render(request, call, {"form": form, "sent": sent, "asks_state": True})


@_public
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """The link of a message: shows what is offered, and takes the answer by a button."""
    held = answers.sign_up_of_link(system_scope(), key=key)
    if request.method == "POST":
        return _answered(request, held, held.call_up)
    return _own(request, held.call_up, held)


def _looked_at(request: HttpRequest, token: str) -> HttpResponse:
    """
    Answer with the page as it was shown to somebody else a moment ago, with a mark of one's own.

    Chats bring a thousand people to the same page in a minute; it says nothing of any of them.
    Whether the call still takes sign-ups is looked at again when the form is sent.
    """
    key, now = (token, translation.get_language()), time.monotonic()
    kept = _kept.get(key)
    if kept is None or kept[0] < now:
        call, units = _called(token)
        form = PublicForm(units)
        mark = get_token(request)
        shown = _render(request, call, {"form": form, "sent": False, "csrf_token": mark})
        if len(_kept) >= _KEPT_AT_MOST:
            _kept.clear()
        kept = _kept[key] = (now + _KEPT_SECONDS, shown.content.decode().split(mark))
    return HttpResponse(get_token(request).join(kept[1]))


def _called(token: str) -> tuple[CallUp, list[tuple[str, str]]]:
    """Return a call and the units that it asks as of a moment ago; operations look again."""
    now = time.monotonic()
    kept = _calls.get(token)
    if kept is None or kept[0] < now:
        call = public_call_up(system_scope(), token=token)
        units = invited_units(system_scope(call.incident_id), call_up=call.pk)
        if len(_calls) >= _KEPT_AT_MOST:
            _calls.clear()
        asked = [(str(one.pk), one.name) for one in units]
        kept = _calls[token] = (now + _KEPT_SECONDS, call, asked)
    return kept[1], kept[2]


def _send(
    step: Callable[..., None], request: HttpRequest, scope: Scope, call: CallUp, form: PhoneForm
) -> None:
    step(
        scope,
        call_up=call.pk,
        phone=form.cleaned_data["phone"],
        address=address_of(request),
        at=clock.now(),
    )


def _sign_up(request: HttpRequest, scope: Scope, call: CallUp, form: PublicForm) -> SignUp:
    given = form.cleaned_data
    unit = given.get("organisation")
    outcome = sign_up_in_public(
        scope,
        call_up=call.pk,
        entry=PublicEntry(
            name=given["name"],
            phone=given["phone"],
            organisation=UUID(unit) if unit else None,
            from_day=given["from_day"],
            days=given["days"],
            words=given["words"],
        ),
        code=given["code"],
        address=address_of(request),
        at=clock.now(),
    )
    if outcome.refusal is not None:
        raise outcome.refusal
    return answers.sign_up_signed(scope, call_up=call.pk, id=outcome.id)


def _found(request: HttpRequest, scope: Scope, call: CallUp, form: PhoneForm) -> SignUp:
    outcome = find_own(
        scope,
        call_up=call.pk,
        phone=form.cleaned_data["phone"],
        code=form.cleaned_data["code"],
        address=address_of(request),
        at=clock.now(),
    )
    if outcome.refusal is not None:
        raise outcome.refusal
    return answers.sign_up_signed(scope, call_up=call.pk, id=outcome.id)


def _answered(request: HttpRequest, held: SignUp, call: CallUp) -> HttpResponse:
    """Take the answer of somebody who has proven who they are."""
    if not {"confirm", "withdraw"} & request.POST.keys():
        return _own(request, call, held)
    step, said = (
        (confirm, _("Confirmed. Thank you."))
        if "confirm" in request.POST
        else (withdraw, _("You have withdrawn."))
    )
    scope = system_scope(call.incident_id)
    (outcome,) = step(scope, call_up=call.pk, sign_ups=[held.pk], at=clock.now())
    held.refresh_from_db()
    return _own(request, call, held, str(outcome.refusal) if outcome.refusal else said)


def _own(request: HttpRequest, call: CallUp, held: SignUp, said: str = "") -> HttpResponse:
    scope = system_scope(call.incident_id)
    page = {
        "line": line_of(scope, call=call, sign_up=held, at=clock.now()),
        "pass": answers.pass_of(scope, sign_up=held.pk),
        "said": said,
    }
    return _render(request, call, page)


def _render(request: HttpRequest, call: CallUp, page: dict[str, object]) -> HttpResponse:
    form = page.get("form")
    wrong = bool(getattr(form, "errors", None))
    given = {"call": call, "open": _open(call), **page}
    return render(request, "mobilisation/public.html", given, status=422 if wrong else 200)


def _open(call: CallUp) -> bool:
    return call.closed_at is None and call.opens_at <= clock.now() < call.closes_at
