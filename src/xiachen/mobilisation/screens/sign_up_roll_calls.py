"""A roll-call pasted from a chat becomes sign-ups."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.mobilisation.forms.sign_ups import RollCallForm
from xiachen.mobilisation.operations.roll_calls import Match, recognise_sign_ups
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.mobilisation.queries.call_ups import call_up
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def roll_call(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Paste a roll-call, look at whom it names, then sign those ticked up, all at once."""
    request.scope.require(Can.SIGN_UP_PEOPLE)
    call = call_up(request.scope, id)
    if "take" in request.POST:
        _say(request, _take(request, id))
        return redirect("mobilisation:selection", id=id)
    form = RollCallForm(request.POST if request.method == "POST" else None)
    page: dict[str, object] = {"call": call, "form": form}
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"].replace("\0", "")
        found = recognise_sign_ups(request.scope, call_up=id, text=text)
        page |= {
            "sure": [one for one in found if one.match is Match.SURE],
            "asked": [one for one in found if one.match is Match.ASKED],
            "unknown": [one for one in found if one.match is Match.UNKNOWN],
            "read": True,
        }
    return render(request, "mobilisation/sign_up_roll_call.html", page)


def _take(request: ScopedRequest, id: UUID) -> list[Outcome]:
    """Sign up those ticked and those chosen where a line was in doubt, each once."""
    chosen: dict[UUID, None] = {}
    for text in (*request.POST.getlist("members"), *request.POST.getlist("chosen")):
        try:
            chosen[UUID(text)] = None
        except ValueError:
            continue
    entries = [SignUpEntry(id=uuid7(), member=member) for member in chosen]
    return sign_up(request.scope, call_up=id, entries=entries, at=clock.now())


def _say(request: ScopedRequest, outcomes: list[Outcome]) -> None:
    new = sum(outcome.new for outcome in outcomes)
    words = ngettext("%(count)s person signed up.", "%(count)s people signed up.", new)
    messages.success(request, words % {"count": new})
    for refused in {str(outcome.refusal) for outcome in outcomes if outcome.refusal}:
        messages.error(request, refused)
