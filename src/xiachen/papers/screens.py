"""Pages of a sheet on its way in: sent, its columns confirmed, looked through, mended, entered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.papers.forms import ColumnsForm, LineForm, SheetForm
from xiachen.papers.intake import Field, Intake, Reception
from xiachen.papers.models.drafts import Draft, State
from xiachen.papers.operations import drafts as operations
from xiachen.papers.operations import entering
from xiachen.papers.operations.taking import take_error_file
from xiachen.papers.operations.viewing import view_checked
from xiachen.papers.queries import drafts as queries
from xiachen.papers.reading import LEFT_OUT
from xiachen.papers.rules.lines import DraftRow
from xiachen.papers.rules.matching import SURENESS, Match, match
from xiachen.papers.rules.showing import masked, sample, shown_row
from xiachen.papers.uploads import received
from xiachen.papers.ways_out import attached
from xiachen.privacy.doors import ScopedRequest, done

PER_PAGE = 25
SAMPLED = 5


@require_safe
def sheets(request: ScopedRequest, reception: Reception) -> HttpResponse:
    """The kinds of sheets that the role may enter, and what is still on its way in."""
    intakes = reception.offered(request.scope)
    titles = {one.kind: one.title for one in intakes}
    waiting = [
        (one, titles[one.kind]) for one in queries.drafts(request.scope) if one.kind in titles
    ]
    return render(request, "papers/sheets.html", {"intakes": intakes, "waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: ScopedRequest, reception: Reception, kind: str) -> HttpResponse:
    """Send a file of one kind."""
    intake = _intake(request, reception, kind)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    # A page of an area may lead here with what is to be chosen chosen already.
    chosen = {"initial": request.GET.dict()}
    form = SheetForm(request.scope, intake, reception, *given, **chosen)
    made: list[Draft] = []

    def act() -> None:
        file = form.cleaned_data["file"]
        draft = operations.begin_draft(
            request.scope,
            intake=intake,
            file=received(file),
            name=file.name,
            sheet=form.cleaned_data["sheet"],
            setting=form.setting(),
            grant=request.grant.pk,  # type: ignore[attr-defined]
            at=clock.now(),
        )
        made.append(draft)

    if request.method == "POST" and done(form, act):
        return redirect("papers:draft", made[0].pk)
    # English words for a column are its title's; what offices write is Chinese.
    fields = [(one, [word for word in one.synonyms if not word.isascii()]) for one in intake.fields]
    shown = {"form": form, "intake": intake, "fields": fields}
    return render(request, "papers/send.html", shown)


@require_safe
def draft(request: ScopedRequest, reception: Reception, id: UUID) -> HttpResponse:
    """A sheet on its way in, at whichever step it is."""
    found, intake = _draft(request, reception, id)
    if found.state == State.MATCHING:
        return _columns(request, reception, found, intake)
    if found.is_at_work:
        return render(request, "papers/working.html", _shown(request, reception, found, intake))
    if found.state == State.ENTERED:
        return render(request, "papers/entered.html", _shown(request, reception, found, intake))
    return _checked(request, reception, found, intake)


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: ScopedRequest, reception: Reception, id: UUID) -> HttpResponse:
    """Confirm which column is which field, or change it later."""
    found, intake = _draft(request, reception, id)
    if request.method != "POST":
        return _columns(request, reception, found, intake)
    matches, _before = _matches(request, found, intake)
    form = ColumnsForm(intake, matches, {}, bool(found.about().get("above")), request.POST)

    def act() -> None:
        operations.confirm_columns(
            request.scope,
            draft=id,
            intake=intake,
            mapping=form.mapping(),
            same=form.same(),
            first_is_row=form.first_is_row(),
            at=clock.now(),
        )

    if done(form, act):
        return _check(request, found, intake)
    return _columns(request, reception, found, intake, form)


@require_POST
def mend(request: ScopedRequest, reception: Reception, id: UUID) -> HttpResponse:
    """Write other texts into faulty cells and leave lines out, as the page of faults asks."""
    found, intake = _draft(request, reception, id)
    cells: dict[int, dict[str, str]] = {}
    for key, text in request.POST.items():
        line, _dot, field = key.removeprefix("cell.").partition(".")
        if key.startswith("cell.") and _is_number(line):
            cells.setdefault(int(line), {})[field] = str(text)
    gone = [int(line) for line in request.POST.getlist("leave") if _is_number(line)]
    operations.mend_lines(request.scope, draft=id, cells=cells, leaving_out=gone)
    return _check(request, found, intake)


@require_http_methods(["GET", "HEAD", "POST"])
def line(request: ScopedRequest, reception: Reception, id: UUID, number: int) -> HttpResponse:
    """All cells of a line, in clear, to be mended."""
    found, intake = _draft(request, reception, id)
    opened = operations.open_line(request.scope, draft=id, number=number)
    data = request.POST if request.method == "POST" else None
    form = LineForm(intake, found, opened.row.cells, data)
    if request.method == "POST" and form.is_valid():
        cells = {number: form.cleaned_data}
        operations.mend_lines(request.scope, draft=id, cells=cells)
        return _check(request, found, intake)
    for fault in opened.faults:
        if data is None and fault.field in form.fields:
            form.fields[fault.field].help_text = fault.words
    whole = [fault.words for fault in opened.faults if fault.field not in form.fields]
    shown = {"form": form, "number": number, "faults": whole}
    return render(request, "papers/line.html", _shown(request, reception, found, intake) | shown)


@require_safe
def error_file(request: ScopedRequest, reception: Reception, id: UUID) -> HttpResponse:
    """Hand the faulty lines back as a file with the reasons."""
    _found, intake = _draft(request, reception, id)
    return attached(take_error_file(request.scope, draft=id, intake=intake))


@require_POST
def enter(request: ScopedRequest, reception: Reception, id: UUID) -> HttpResponse:
    """Enter the sheet: all its lines, or the good ones where that is asked for."""
    found, intake = _draft(request, reception, id)
    keeps = request.POST.get("keep") == "1"
    if found.total > operations.AT_ONCE:
        operations.put_to_work(
            request.scope, draft=id, state=State.ENTERING, keeps_faulty=keeps, at=clock.now()
        )
        return redirect("papers:draft", id)
    before = found.entered_new + found.entered_changed + found.entered_already
    entered = entering.enter_draft(
        request.scope, draft=id, intake=intake, keeps_faulty=keeps, at=clock.now()
    )
    now = entered.entered_new + entered.entered_changed + entered.entered_already
    if entered.state != State.ENTERED and now > before:
        words = ngettext("%(count)s line is entered.", "%(count)s lines are entered.", now - before)
        messages.success(request, words % {"count": now - before})
    elif entered.faulty:
        messages.warning(request, _("Nothing was entered: lines have become faulty meanwhile."))
    return redirect("papers:draft", id)


@require_POST
def give_up(request: ScopedRequest, reception: Reception, id: UUID) -> HttpResponse:
    """Delete a sheet that is not to be entered."""
    operations.give_up_draft(request.scope, draft=id)
    messages.success(request, _("The sheet is deleted; nothing of it was kept."))
    return redirect("papers:sheets")


def _check(request: ScopedRequest, found: Draft, intake: Intake) -> HttpResponse:
    if found.total > operations.AT_ONCE:
        operations.put_to_work(request.scope, draft=found.pk, state=State.CHECKING, at=clock.now())
    else:
        entering.check_draft(request.scope, draft=found.pk, intake=intake, at=clock.now())
    return redirect("papers:draft", found.pk)


def _columns(
    request: ScopedRequest,
    reception: Reception,
    found: Draft,
    intake: Intake,
    form: ColumnsForm | None = None,
) -> HttpResponse:
    matches, remembered = _matches(request, found, intake)
    about = found.about()
    unknown = bool(about.get("above"))
    form = form or ColumnsForm(intake, matches, about.get("same", {}), unknown)
    fields = {field.name: field for field in intake.fields}
    rows = [
        {
            "field": bound,
            "samples": [_sampled(one, row[at], fields) for row in about["samples"] if row[at]],
            "sureness": SURENESS[one.sureness],
            "asked": bool(one.claims),
        }
        for at, (one, bound) in enumerate(zip(matches, form.columns(), strict=True))
    ]
    shown = {"form": form, "rows": rows, "about": about, "remembered": remembered}
    return render(request, "papers/columns.html", _shown(request, reception, found, intake) | shown)


def _sampled(one: Match, text: str, fields: Mapping[str, Field]) -> str:
    """Return a cell as it may be seen; of a column that nobody has told yet, hardly anything."""
    return masked(fields[one.field], text) if one.field else sample(text)


def _matches(request: ScopedRequest, found: Draft, intake: Intake) -> tuple[list[Match], Any]:
    """Return what is proposed for the columns, and the day on which it was confirmed before."""
    headings = found.about()["headings"]
    if found.mapping:
        return match(intake.fields, headings, _mapped(headings, found)), None
    before = queries.confirmed(request.scope, kind=intake.kind, headings=headings)
    if before is None:
        return match(intake.fields, headings), None
    confirmed = before.by_heading(headings)
    return match(intake.fields, headings, confirmed), before.confirmed_at


def _mapped(headings: list[str], found: Draft) -> Mapping[str, str]:
    return dict(zip(headings, found.mapping, strict=True))


def _checked(
    request: ScopedRequest, reception: Reception, found: Draft, intake: Intake
) -> HttpResponse:
    asked = request.GET.get("page", "1")
    number = int(asked) if _is_number(asked) else 1
    looked = view_checked(request.scope, draft=found.pk, page=number, size=PER_PAGE, count=SAMPLED)
    fields = {field.name: field for field in intake.fields}
    same = found.about().get("same", {})
    good = [shown_row(DraftRow(row, ()), found.mapping, fields, said) for row, said in looked.good]
    shown = {
        "fields": [fields[name] for name in found.mapping if name],
        "same": [(fields[name].title, text) for name, text in same.items()],
        "faulty": [shown_row(one, found.mapping, fields) for one in looked.faulty],
        "good": good,
        "more": found.good - len(good),
        "page": {"number": min(max(number, 1), looked.pages), "pages": looked.pages},
    }
    return render(request, "papers/checked.html", _shown(request, reception, found, intake) | shown)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9


def _shown(
    request: ScopedRequest, reception: Reception, found: Draft, intake: Intake
) -> dict[str, Any]:
    communities = dict(reception.communities(request.scope)) if found.community_code else {}
    words = {why.value: said for why, said in LEFT_OUT.items()}
    return {
        "draft": found,
        "intake": intake,
        "community": communities.get(str(found.community_code), ""),
        "left_out": [
            (number, words.get(why, _("left out by you"))) for number, why in found.left_out
        ],
    }


def _draft(request: ScopedRequest, reception: Reception, id: UUID) -> tuple[Draft, Intake]:
    found = queries.draft(request.scope, id)
    return found, _intake(request, reception, found.kind)


def _intake(request: ScopedRequest, reception: Reception, kind: str) -> Intake:
    intake = reception.intake(kind)
    if intake is None:
        raise NotFound()
    request.scope.require(intake.can)
    return intake
