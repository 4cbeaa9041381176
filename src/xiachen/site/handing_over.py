"""What a phone that is given up has not sent, brought to a desk as a file."""

import json
from collections import Counter
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from xiachen.base.errors import Forbidden, Refused
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can
from xiachen.sync.api.handing_over import take_file
from xiachen.sync.operations.viewing import note_hand_over
from xiachen.sync.rules.protocol import TooLarge, Unreadable

LARGEST = 8_000_000


class NoHandOverFile(Refused):
    """What was chosen was not written by a phone."""

    code = "site.no-hand-over-file"
    message = _("No phone wrote this file. Choose the one that the phone made.")
    status = 422


class FileForm(forms.Form):
    """The file that the phone wrote."""

    file = forms.FileField(
        label=_("file of the phone"),
        help_text=_("Its name ends in .json. Nobody can read or change what is in it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: ScopedRequest) -> HttpResponse:
    """Take in a file as if its phone had sent it, and tell what became of its records."""
    scope = request.scope
    if not (scope.allows(Can.SETTLE_RECORDS) or scope.allows(Can.REVOKE_PHONES)):
        raise Forbidden()
    posted = request.method == "POST"
    form = FileForm(request.POST if posted else None, request.FILES if posted else None)
    answers: list[dict[str, Any]] = []

    def act() -> None:
        try:
            content = _content(form.cleaned_data["file"])
            answers.extend(take_file(content))
        except Unreadable:
            raise NoHandOverFile(field="file") from None
        note_hand_over(scope, device=str(content["device"]))

    came = posted and done(form, act)
    context = {"form": form, "came": came, "said": _said(answers), "refused": _refused(answers)}
    return render(request, "site/hand_over.html", context)


def _content(file: Any) -> dict[str, Any]:
    if file.size > LARGEST:
        raise TooLarge(field="file")
    try:
        found = json.loads(file.read())
    except (ValueError, RecursionError):
        raise Unreadable(field="file") from None
    if type(found) is not dict:
        raise Unreadable(field="file")
    return found


def _said(answers: list[dict[str, Any]]) -> Counter[str]:
    """Return how many records came to which end."""
    return Counter(one["outcome"] for answer in answers for one in answer.get("outcomes", ()))


def _refused(answers: list[dict[str, Any]]) -> list[str]:
    """Return the words for parts of the file that were not taken in at all."""
    return list(dict.fromkeys(answer["words"] for answer in answers if "outcomes" not in answer))
