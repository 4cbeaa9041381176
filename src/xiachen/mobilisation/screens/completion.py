"""The completion of the report-in, by both denominators, and who is missing."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiachen.figures.numbers import language_of, percent, share
from xiachen.mobilisation.figures import completion as figures
from xiachen.mobilisation.models.stays import ExcuseReason
from xiachen.mobilisation.operations.completing import view_obliged
from xiachen.mobilisation.queries import completion, stays
from xiachen.mobilisation.queries.completion import Wanted
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can

LINES = 100
STATES = ("missing", "reported", "excused", "")


@require_safe
def completed(request: ScopedRequest) -> HttpResponse:
    """Both ratios, each unit, and the people: those missing first, with the reason."""
    scope = request.scope
    scope.require(Can.SEE_PEOPLE)
    cutoff = stays.whole_day(scope, request.day)
    wanted = _wanted(request)
    if taken := exported(request, lambda: _table(request, wanted)):
        return taken
    shown = view_obliged(scope, cutoff=cutoff, wanted=wanted, number=_number(request), size=LINES)
    units = completion.unit_lines(scope, cutoff)
    page = {
        "ratios": _ratios(request),
        "rows": shown.rows,
        "page": {"number": shown.number, "pages": shown.pages},
        "total": shown.total,
        "units": units,
        "streets": completion.streets(scope, cutoff),
        "wanted": wanted,
        "states": _states(),
        "reasons": _reasons(request),
        "obliges": scope.allows(Can.DISPATCH),
        "enters": scope.allows(Can.EXCUSE),
    }
    return render(request, "mobilisation/completion.html", page)


def _ratios(request: ScopedRequest) -> dict[str, object]:
    cutoff = stays.whole_day(request.scope, request.day)
    values = {
        one.code.removeprefix("mobilisation.").replace("-", "_"): int(
            one.value(request.scope, cutoff)
        )
        for one in figures.FIGURES
    }
    language = language_of(get_language() or "")
    units = share(values["units_reported"], values["units_obliged"], language)
    people = share(values["members_reported"], values["members_obliged"], language)
    words = gettext("Report-in completed: organisations %(units)s, party members %(people)s")
    return values | {
        "units_share": percent(values["units_reported"], values["units_obliged"]),
        "members_share": percent(values["members_reported"], values["members_obliged"]),
        "text": words % {"units": units, "people": people},
    }


def _wanted(request: ScopedRequest) -> Wanted:
    state = request.GET.get("show", "missing")
    street = request.GET.get("street", "")
    try:
        unit = UUID(request.GET.get("unit", ""))
    except ValueError:
        unit = None
    return Wanted(
        state=state if state in STATES else "missing",
        unit=unit,
        street=int(street) if street.isascii() and street.isdigit() and len(street) == 12 else None,
    )


def _states() -> list[tuple[str, str]]:
    words = (
        _("not reported yet"),
        _("Reported in"),
        pgettext("report-in", "excused"),
        _("everybody who has to"),
    )
    return list(zip(STATES, words, strict=True))


def _reasons(request: ScopedRequest) -> list[tuple[str, int]]:
    """Why people are excused, for those who excuse; nobody else is told."""
    if not request.scope.allows(Can.EXCUSE):
        return []
    counted = completion.reasons(request.scope, stays.whole_day(request.scope, request.day))
    return [
        (str(label), counted[value]) for value, label in ExcuseReason.choices if value in counted
    ]


def _table(request: ScopedRequest, wanted: Wanted) -> Table:
    cutoff = stays.whole_day(request.scope, request.day)
    rows = list(completion.members(request.scope, cutoff, wanted))
    return Table(
        title=_("Report-in of party members"),
        about=(str(_ratios(request)["text"]), f"{request.day:%Y-%m-%d}"),
        headings=[str(column.heading) for column in figures.MEMBER_COLUMNS],
        tags=[column.tag for column in figures.MEMBER_COLUMNS],
        lines=figures.MEMBERS_OBLIGED.lines(request.scope, rows, masked=True),
        records=[row.pk for row in rows],
    )


def _number(request: ScopedRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
