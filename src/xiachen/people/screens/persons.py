"""People within the scope: the list, a person's page, entering one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.people.forms.persons import MemberForm, PhoneForm, units
from xiachen.people.models.members import IdentityKind
from xiachen.people.operations import members as operations
from xiachen.people.queries import members as queries
from xiachen.people.queries.members import Wanted
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


@require_safe
def members(request: ScopedRequest) -> HttpResponse:
    """The people of the scope, found by name or number; every filter lives in the address."""
    request.scope.require(Can.SEE_PEOPLE)
    page = operations.view_members(
        request.scope, wanted=_wanted(request), page=_number(request.GET.get("page")) or 1
    )
    return render(
        request,
        "people/members.html",
        {
            "page": page,
            "text": request.GET.get("q", ""),
            "unit": request.GET.get("unit", ""),
            "kind": request.GET.get("kind", ""),
            "skill": request.GET.get("skill", ""),
            "units": units(request.scope),
            "kinds": IdentityKind.choices,
            "skills": queries.skills(request.scope),
            "enters": request.scope.allows(Can.ENTER_PEOPLE),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One person with masked numbers; looking is noted, and a phone number can be corrected."""
    form = PhoneForm(request.POST if request.method == "POST" else None)
    corrects = request.scope.allows(Can.MANAGE_PEOPLE) or request.scope.member == id
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_phone(request.scope, member=id, phone=form.cleaned_data["phone"])
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("The phone number is corrected."))
            return redirect("people:member", id=id)
    return render(
        request,
        "people/member.html",
        {
            "card": operations.view_member(request.scope, member=id),
            "form": form,
            "corrects": corrects,
            "asks": request.scope.allows(Can.ASK_TO_UNMASK),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: ScopedRequest) -> HttpResponse:
    """Enter one person."""
    request.scope.require(Can.ENTER_PEOPLE)
    form = MemberForm(request.scope, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        entry = form.entry()
        (outcome,) = operations.enter_members(request.scope, entries=[entry], at=clock.now())
        if outcome.refusal is None:
            return redirect("people:member", id=entry.id)
        explain(form, outcome.refusal)
    return render(request, "people/enter.html", {"form": form})


def _wanted(request: ScopedRequest) -> Wanted:
    asked = request.GET
    return Wanted(
        text=asked.get("q", "").strip()[:80],
        organisation=_id(asked.get("unit")),
        community=_number(asked.get("community")),
        kind=asked.get("kind", ""),
        skill=asked.get("skill", ""),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else None


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
