"""People within the scope: the list, a person's page, entering one."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiachen.base import clock
from xiachen.papers.ways_out import exported
from xiachen.people.forms.persons import FitnessForm, MemberForm, PhoneForm, SkillForm, SkillsForm
from xiachen.people.forms.units import units
from xiachen.people.models.members import IdentityKind
from xiachen.people.operations import fitness, skills
from xiachen.people.operations import members as operations
from xiachen.people.queries import members as queries
from xiachen.people.queries.members import Wanted
from xiachen.people.queries.tables import members_table
from xiachen.privacy.doors import ScopedRequest, done, explain, keep_search, searched
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def members(request: ScopedRequest) -> HttpResponse:
    """The people of the scope; filters live in the address, the name or number looked for not."""
    request.scope.require(Can.SEE_PEOPLE)
    if request.method == "POST":
        return redirect(_found(request))
    taken = exported(request, lambda: members_table(request.scope, _wanted(request)))
    if taken is not None:
        return taken
    page = operations.view_members(
        request.scope, wanted=_wanted(request), page=_number(request.GET.get("page")) or 1
    )
    return render(
        request,
        "people/members.html",
        {
            "page": page,
            "text": searched(request),
            "by_parts": queries.knows_names(request.scope),
            "unit": request.GET.get("unit", ""),
            "kind": request.GET.get("kind", ""),
            "skill": request.GET.get("skill", ""),
            "units": units(request.scope),
            "kinds": IdentityKind.choices,
            "skills": queries.skills(request.scope),
            "enters": request.scope.allows(Can.ENTER_PEOPLE),
            "manages": request.scope.allows(Can.MANAGE_PEOPLE),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One person with masked numbers; looking is noted, and a phone number can be corrected."""
    form = PhoneForm(request.POST if request.method == "POST" else None)

    def act() -> object:
        return operations.change_phone(request.scope, member=id, phone=form.cleaned_data["phone"])

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The phone number is corrected."))
        return redirect("people:member", id=id)
    return _page(request, id, phone_form=form)


@require_POST
def set_fitness(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Record until when somebody is fit for a kind of duty."""
    form = FitnessForm(request.day, request.POST)

    def act() -> object:
        return fitness.set_fitness(request.scope, member=id, **form.cleaned_data)

    if done(form, act):
        messages.success(request, _("The day is recorded."))
        return redirect("people:member", id=id)
    return _page(request, id, fitness_form=form)


@require_POST
def set_skills(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Say what somebody can do."""
    form = SkillsForm(request.scope, [], request.POST)

    def act() -> object:
        return skills.set_skills(request.scope, member=id, skills=form.cleaned_data["skills"])

    if done(form, act):
        messages.success(request, _("The skills are recorded."))
        return redirect("people:member", id=id)
    return _page(request, id, skills_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def skill_list(request: ScopedRequest) -> HttpResponse:
    """The skills by which people are found, and one more to add."""
    request.scope.require(Can.MANAGE_PEOPLE)
    form = SkillForm(request.POST if request.method == "POST" else None)

    def act() -> object:
        return skills.register_skill(request.scope, **form.cleaned_data)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The skill is on the list."))
        return redirect("people:skills")
    known = queries.skills(request.scope)
    return render(request, "people/skills.html", {"skills": known, "form": form})


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


def _page(request: ScopedRequest, id: UUID, **forms: Form) -> HttpResponse:
    scope = request.scope
    card = operations.view_member(scope, member=id)
    own = scope.member == id
    held = [one.code for one in card.member.skills.all()]
    shown: dict[str, object] = {
        "card": card,
        "asks": scope.allows(Can.ASK_TO_UNMASK),
        "corrects": scope.allows(Can.MANAGE_PEOPLE) or own,
        "records_health": scope.allows(Can.RECORD_HEALTH),
        "sets_skills": scope.allows(Can.ENTER_PEOPLE) or own,
        "skills": queries.skills(scope),
        "phone_form": PhoneForm(),
        "fitness_form": FitnessForm(request.day),
        "skills_form": SkillsForm(scope, held),
    }
    return render(request, "people/member.html", shown | forms)


def _found(request: ScopedRequest) -> str:
    """Return the address of what a search finds, with a key for its text."""
    text = request.POST.get("q", "").replace("\0", "").strip()
    asked = {name: request.POST.get(name, "")[:40] for name in ("unit", "kind", "skill")}
    asked["found"] = keep_search(request, text) if text else ""
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("people:members") + (f"?{query}" if query else "")


def _wanted(request: ScopedRequest) -> Wanted:
    asked = request.GET
    return Wanted(
        text=searched(request),
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
