"""The selection board, its bulk decisions, and the unit's word about its own people."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import Outcome, Refused
from xiachen.mobilisation.forms.call_ups import DecisionForm
from xiachen.mobilisation.models.sign_ups import Reason, SignUp, State
from xiachen.mobilisation.operations import selections as operations
from xiachen.mobilisation.operations.confirming import confirm_for_unit, view_namesakes
from xiachen.mobilisation.operations.views import view_selection
from xiachen.mobilisation.queries import call_ups as queries
from xiachen.mobilisation.queries import selection, wording
from xiachen.mobilisation.queries.selection import BoardPage, Wanted
from xiachen.mobilisation.rules.sign_ups import SamePersonAsked
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.people.models.members import IdentityKind
from xiachen.people.queries.members import skills
from xiachen.places.queries.listing import division_names
from xiachen.places.rules.codes import NotADivisionCode, ranges_of
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Can

STEPS: dict[str, Callable[..., list[Outcome]]] = {
    "accept": operations.accept,
    "wait": operations.put_on_waiting_list,
    "refuse": operations.refuse,
    "confirm": operations.confirm,
    "withdraw": operations.withdraw,
    "unit": confirm_for_unit,
}


@require_safe
def board(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Who signed up for a call, filtered by the address and ranked by its criteria."""
    wanted = _wanted(request)
    shown = view_selection(
        request.scope, call_up=id, wanted=wanted, page=_number(request.GET.get("page")) or 1
    )
    if (file := exported(request, lambda: _table(request, shown, wanted))) is not None:
        return file
    if request.GET.get("home") and wanted.home is None:
        messages.warning(request, _("No place has this code; people of every district are shown."))
    words = wording.criterion_words(request.scope, shown.criteria)
    page: dict[str, Any] = {
        "page": shown,
        "wanted": wanted,
        "lines": [(row, _parts(shown, row, words)) for row in shown.rows],
        "criteria": [(one, words[one.pk]) for one in shown.criteria],
        "selects": request.scope.allows(Can.SELECT),
        "may_export": request.scope.allows(Can.EXPORT),
        "reasons": Reason.choices,
        **_filters(request, shown),
    }
    return render(request, "mobilisation/selection.html", page)


@require_safe
def fairness(request: ScopedRequest, id: UUID) -> HttpResponse:
    """What each unit is asked for, and what came of it; fetched beside the board."""
    request.scope.require(Can.SELECT)
    call = queries.call_up(request.scope, id)
    page = {
        "call": call,
        "asked": queries.invited_units(request.scope, call_up=id),
        "units": queries.unit_lines(request.scope, call_up=call),
    }
    part = request.headers.get("HX-Request") == "true"
    template = "mobilisation/unit_lines.html" if part else "mobilisation/fairness.html"
    return render(request, template, page)


@require_POST
def decide(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Decide about those ticked, or about the first so many in the order shown."""
    step = STEPS.get(request.POST.get("step", ""))
    form = DecisionForm(request.POST)
    if step is None or not form.is_valid():
        messages.error(request, _("Say how many people, in digits, and what is decided."))
        return _back(request, id)
    chosen = _chosen(request, id, form.cleaned_data["first"])
    if not chosen:
        messages.warning(request, _("Nobody is ticked. Tick people, or say how many of the first."))
        return _back(request, id)
    given: dict[str, Any] = {"call_up": id, "sign_ups": chosen, "at": clock.now()}
    if step is operations.refuse:
        given |= {name: form.cleaned_data[name] for name in ("reason", "words")}
    if step is confirm_for_unit:
        given["same"] = _same(request, chosen)
    try:
        outcomes = step(request.scope, **given)
    except Refused as refusal:
        if refusal.field is None:
            raise
        messages.error(request, str(refusal))
        return _back(request, id)
    asked = [one.id for one in outcomes if isinstance(one.refusal, SamePersonAsked)]
    if told := [one for one in outcomes if one.id not in asked]:
        _tell(request, told)
    return _ask(request, id, asked) if asked else _back(request, id)


def _ask(request: ScopedRequest, id: UUID, asked: Sequence[UUID]) -> HttpResponse:
    """Ask who they are, who may be registered a second time."""
    found = view_namesakes(request.scope, call_up=id, sign_ups=asked)
    return render(request, "mobilisation/namesakes.html", {"id": id, "asked": found})


def _same(request: ScopedRequest, chosen: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """Who they are, as far as it was said."""
    said = {one: request.POST.get(f"same-{one}", "") for one in chosen}
    others: dict[UUID, UUID | None] = {one: None for one, text in said.items() if text == "other"}
    return others | {one: who for one, text in said.items() if (who := _id(text))}


def _tell(request: ScopedRequest, outcomes: Sequence[Outcome]) -> None:
    """Say how many were decided, and why others were not: each reason once."""
    new = sum(one.new for one in outcomes)
    if new:
        words = ngettext("Done for %(count)s person.", "Done for %(count)s people.", new)
        messages.success(request, words % {"count": new})
    reasons: dict[str, int] = {}
    for one in outcomes:
        if one.refusal:
            reasons[str(one.refusal)] = reasons.get(str(one.refusal), 0) + 1
    for reason, count in sorted(reasons.items(), key=lambda item: -item[1]):
        text = ngettext(
            "Not for %(count)s person: %(why)s", "Not for %(count)s people: %(why)s", count
        )
        messages.warning(request, text % {"count": count, "why": reason})
    if not new and not reasons:
        messages.info(request, _("That was decided before; nothing has changed."))


def _chosen(request: ScopedRequest, id: UUID, first: int | None) -> list[UUID]:
    if first:
        call = queries.call_up(request.scope, id)
        return list(selection.ranked(request.scope, call=call, wanted=_wanted(request))[:first])
    return [one for text in request.POST.getlist("sign_ups") if (one := _id(text))]


def _back(request: ScopedRequest, id: UUID) -> HttpResponseRedirect:
    answer = redirect("mobilisation:selection", id=id)
    asked = request.GET.urlencode()
    return redirect(f"{answer.url}?{asked}") if asked else answer


def _wanted(request: ScopedRequest) -> Wanted:
    asked = request.GET
    state, kind = asked.get("state", ""), asked.get("kind", "")
    return Wanted(
        state=state if state in State.values else "",
        unit=_id(asked.get("unit", "")),
        kind=kind if kind in IdentityKind.values else "",
        skill=asked.get("skill", "")[:40],
        home=_division(asked.get("home")),
    )


def _filters(request: ScopedRequest, shown: BoardPage) -> dict[str, Any]:
    districts = selection.home_districts(request.scope, call=shown.call)
    names = division_names(request.scope, districts)
    units = queries.taking_part(request.scope, call_up=shown.call.pk)
    return {
        "states": [
            (value, label, shown.counts.get(value, 0))
            for value, label in State.choices
            if shown.counts.get(value)
        ],
        "everybody": sum(shown.counts.values()),
        "units": units,
        "kinds": IdentityKind.choices,
        "skills": list(skills(request.scope)),
        "homes": [(code, names.get(code, str(code))) for code in districts],
    }


def _parts(
    shown: BoardPage, row: SignUp, words: dict[int, str]
) -> list[tuple[str, int | None, bool]]:
    """Each criterion in words, what it counts, and whether it is met."""
    met = set(row.met)
    return [(words[one.pk], one.weight, one.pk in met) for one in shown.criteria]


def _table(request: ScopedRequest, shown: BoardPage, wanted: Wanted) -> Table:
    rows = selection.board_rows(request.scope, call=shown.call, wanted=wanted)
    return Table(
        title=str(_("Sign-ups")),
        about=[f"{shown.call.document.number} {shown.call.document.title}"],
        headings=[
            _("number"),
            _("name"),
            _("unit"),
            _("home community"),
            _("kinds of person"),
            _("state"),
            _("score"),
            _("from"),
            _("to"),
        ],
        tags=["", "", "#org+name", "#adm5+name", "", "", "", "#date+start", "#date+end"],
        lines=[
            [
                number,
                mask_name(row.member.name),
                str(row.member.organisation or ""),
                str(row.member.home_community or ""),
                "、".join(str(one.get_kind_display()) for one in row.member.identities.all()),
                row.get_state_display(),
                row.score,
                row.from_day,
                row.to_day,
            ]
            for number, row in enumerate(rows, 1)
        ],
        records=[row.pk for row in rows],
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _division(text: str | None) -> int | None:
    """Return the code of a place, of any other text nothing."""
    code = _number(text)
    try:
        return code if code and ranges_of(code) else None
    except NotADivisionCode:
        return None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 13 else None
