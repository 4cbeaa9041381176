"""Chasing those who are missing: the text to copy or send, and one person with what was said."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.command import forms
from xiachen.command.operations import reminding as operations
from xiachen.mobilisation.operations.excuses import excuse
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can


@require_POST
def remind(request: ScopedRequest) -> HttpResponse:
    """Make one text for those ticked; on request it also goes to their phones."""
    site = ""
    if "send" in request.POST:
        site = request.build_absolute_uri(reverse("notices:read", args=["-"]))[:-1]
    try:
        told = operations.remind_missing(
            request.scope, members=list(_ids(request)), day=request.day, at=clock.now(), site=site
        )
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, str(refusal))
        return redirect("home")
    if site:
        words = ngettext("%(n)d text was sent.", "%(n)d texts were sent.", told.sent)
        messages.success(request, words % {"n": told.sent})
    if told.without_number:
        words = ngettext(
            "%(n)d person has no number.", "%(n)d people have no number.", told.without_number
        )
        messages.warning(request, words % {"n": told.without_number})
    return render(request, "command/reminder.html", {"told": told})


@require_safe
def person(request: ScopedRequest, member: UUID) -> HttpResponse:
    """One person: where they stand, what was said, and what the liaison can write down."""
    return _person(request, member, {})


@require_POST
def record_answer(request: ScopedRequest, member: UUID) -> HttpResponse:
    """Write down what the person says."""
    form = forms.SaidForm(request.POST)

    def act() -> None:
        operations.record_answer(
            request.scope, member=member, day=request.day, at=clock.now(), **form.cleaned_data
        )

    if done(form, act):
        messages.success(request, _("The answer is recorded."))
        return redirect("home")
    return _person(request, member, {"said": form}, status=422)


@require_POST
def excuse_person(request: ScopedRequest, member: UUID) -> HttpResponse:
    """Excuse the person for some days, with the reason."""
    form = forms.ExcuseForm(request.day, request.POST)

    def act() -> None:
        excuse(request.scope, member=member, at=clock.now(), **form.cleaned_data)

    if done(form, act):
        messages.success(request, _("Excused."))
        return redirect("home")
    return _person(request, member, {"excuse": form}, status=422)


def _person(
    request: ScopedRequest, member: UUID, more: dict[str, object], status: int = 200
) -> HttpResponse:
    page: dict[str, object] = {
        "one": operations.view_person(request.scope, member=member, day=request.day),
        "said": forms.SaidForm(),
        "excuse": forms.ExcuseForm(request.day),
        "excuses": request.scope.allows(Can.EXCUSE),
        "answers": request.scope.allows(Can.ANSWER),
    }
    return render(request, "command/person.html", page | more, status=status)


def _ids(request: ScopedRequest) -> Iterator[UUID]:
    for text in request.POST.getlist("members"):
        try:
            yield UUID(text)
        except ValueError:
            continue
