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
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.base.errors import NotFound, Refused
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
from xiachen.privacy.masking import mask_name, mask_phone
from xiachen.privacy.scope import system_scope

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
        with translation.override(asked or translation.get_language()):
            try:
                return view(request, *given, **named)
            except NotFound as refusal:
                return render(request, "mobilisation/public_nowhere.html", status=refusal.status)

    return shown


@_public
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What the call asks, and the form: first a code is sent, then it signs up."""
    if request.method != "POST":
        return _looked_at(request, token)
    call, units = _called(token)
    form = PublicForm(units, (call.from_day, call.to_day), request.POST)
    return _proving(request, call, form, send_sign_up_code, _signed_up)


@_public
def own(request: HttpRequest, token: str) -> HttpResponse:
    """One's own state, after the number is proven; from it a place is confirmed or given up."""
    call = public_call_up(system_scope(), token=token)
    if key := request.POST.get("pass"):
        try:
            held = answers.sign_up_of_pass(system_scope(call.incident_id), key=key)
        except NotFound:
            again = {"form": PhoneForm(), "asks_state": True, "over": True}
            return _render(request, call, again, status=NotFound.status)
        return _answered(request, held, call)
    if request.method != "POST":
        return _render(request, call, {"form": PhoneForm(), "asks_state": True})
    form = PhoneForm(request.POST)
    return _proving(request, call, form, send_code, _found, asks_state=True)


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
        form = PublicForm(units, (call.from_day, call.to_day))
        mark = get_token(request)
        shown = _render(request, call, {"form": form, "csrf_token": mark})
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


def _proving(
    request: HttpRequest,
    call: CallUp,
    form: PhoneForm,
    send: Callable[..., None],
    proven: Callable[..., HttpResponse],
    **page: object,
) -> HttpResponse:
    """
    Send a code for a form that is right, then take the code; in between, entries may be changed.

    While the code is asked for, the entries are out of sight: what is wrong with one brings them
    back, beside the code, which stays good.
    """
    if "change" in request.POST:
        return _render(request, call, {"form": form, **page})
    sent = "sent" in request.POST
    sends = "send" in request.POST or not sent
    form.fields["code"].required = not sends
    page["sent"], page["just_sent"] = sent, False
    if form.is_valid():
        try:
            if not sends:
                return proven(request, call, form)
            send(
                system_scope(call.incident_id),
                call_up=call.pk,
                phone=form.cleaned_data["phone"],
                address=address_of(request),
                at=clock.now(),
            )
            page["sent"] = page["just_sent"] = True
        except Refused as refusal:
            explain(form, refusal)
    page["number"] = mask_phone(request.POST.get("phone", ""))
    page["back"] = not page["sent"] or bool(form.errors.keys() - {"code", NON_FIELD_ERRORS})
    return _render(request, call, {"form": form, **page})


def _signed_up(request: HttpRequest, call: CallUp, form: PublicForm) -> HttpResponse:
    given = form.cleaned_data
    unit = given.get("organisation")
    scope = system_scope(call.incident_id)
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
    held = answers.sign_up_signed(scope, call_up=call.pk, id=outcome.id)
    said = _("You have signed up. Your unit is asked now.")
    # The name as typed: the answer is the same for whoever is registered, and for whoever is not.
    return _own(request, call, held, said, name=given["name"])


def _found(request: HttpRequest, call: CallUp, form: PhoneForm) -> HttpResponse:
    scope = system_scope(call.incident_id)
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
    return _own(request, call, answers.sign_up_signed(scope, call_up=call.pk, id=outcome.id))


def _answered(request: HttpRequest, held: SignUp, call: CallUp) -> HttpResponse:
    """Take the answer of somebody who has proven who they are."""
    if not {"confirm", "withdraw"} & request.POST.keys():
        return _own(request, call, held)
    step, said = (
        (confirm, _("Confirmed. Thank you."))
        if "confirm" in request.POST
        else (withdraw, _("Your sign-up is withdrawn."))
    )
    scope = system_scope(call.incident_id)
    (outcome,) = step(scope, call_up=call.pk, sign_ups=[held.pk], at=clock.now())
    held.refresh_from_db()
    return _own(request, call, held, str(outcome.refusal) if outcome.refusal else said)


def _own(
    request: HttpRequest, call: CallUp, held: SignUp, said: str = "", *, name: str = ""
) -> HttpResponse:
    scope = system_scope(call.incident_id)
    page = {
        "line": line_of(scope, call=call, sign_up=held, at=clock.now()),
        "name": mask_name(name or held.member.name),
        "link": request.build_absolute_uri(reverse("sign-up:own", args=[call.token])),
        "pass": answers.pass_of(scope, sign_up=held.pk),
        "said": said,
    }
    return _render(request, call, page)


def _render(
    request: HttpRequest, call: CallUp, page: dict[str, object], *, status: int = 200
) -> HttpResponse:
    if getattr(page.get("form"), "errors", None):
        status = 422
    given = {"call": call, "open": _open(call), "back": True, **page}
    return render(request, "mobilisation/public.html", given, status=status)


def _open(call: CallUp) -> bool:
    return call.closed_at is None and call.opens_at <= clock.now() < call.closes_at
