"""The forces in groups, and the people of a group."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xiachen.figures.figure import Breakdown, Cutoff, Group
from xiachen.mobilisation.figures import forces as figures
from xiachen.mobilisation.figures import stays as sent
from xiachen.mobilisation.operations.completing import view_forces
from xiachen.mobilisation.queries import forces, stays
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.people.models.members import IdentityKind
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can

LINES = 100
CROSSED = {"unit": forces.by_unit, "street": forces.by_street, "community": forces.by_community}
SUMMARY = (
    figures.FORCES,
    sent.DISPATCHED,
    figures.AT_HOME,
    figures.BOTH_CHANNELS,
    sent.REPORT_INS,
    figures.BATCHES,
    figures.SENDING_UNITS,
    figures.STREETS,
    figures.COMMUNITIES,
)

Line = tuple[Group, list[int]]


@require_safe
def all_forces(request: ScopedRequest) -> HttpResponse:
    """How many people there are, and in which groups: kinds across units, streets, communities."""
    scope = request.scope
    scope.require(Can.SEE_FIGURES)
    cutoff = stays.whole_day(scope, request.day)
    breakdown = _breakdown(request.GET.get("by", "kind"))
    if taken := exported(request, lambda: _table(request, breakdown, cutoff)):
        return taken
    kinds = figures.BY_KIND.groups(scope, cutoff)
    lines = Paginator(breakdown.groups(scope, cutoff), LINES).get_page(request.GET.get("page"))
    page = {
        "summary": [(one, one.value(scope, cutoff)) for one in SUMMARY],
        "by": breakdown,
        "ways": figures.FORCES.breakdowns,
        "kinds": kinds if breakdown.code in CROSSED else [],
        "lines": _lines(request, breakdown, cutoff, list(lines), kinds),
        "total": figures.FORCES.value(scope, cutoff),
        "page": {"number": lines.number, "pages": lines.paginator.num_pages},
        "opens": scope.allows(Can.SEE_PEOPLE),
    }
    return render(request, "mobilisation/forces.html", page)


@require_safe
def people(request: ScopedRequest) -> HttpResponse:
    """The people of one group, or all of them."""
    by, key = request.GET.get("by", ""), request.GET.get("key", "")
    cutoff = stays.whole_day(request.scope, request.day)
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    breakdown = _breakdown(by) if by else None
    shown = view_forces(request.scope, cutoff=cutoff, by=by, key=key, number=number, size=LINES)
    names = breakdown.names(request.scope, [key]) if breakdown and shown.rows else {}
    page = {
        "rows": shown.rows,
        "total": shown.total,
        "group": names.get(key, ""),
        "by": by,
        "page": {"number": shown.number, "pages": shown.pages},
    }
    return render(request, "mobilisation/forces_people.html", page)


def _breakdown(code: str) -> Breakdown:
    found = figures.FORCES.breakdown(code)
    if found is None:
        raise Http404
    return found


def _lines(
    request: ScopedRequest,
    breakdown: Breakdown,
    cutoff: Cutoff,
    groups: list[Group],
    kinds: list[Group],
) -> list[Line]:
    count = CROSSED.get(breakdown.code)
    if count is None:
        return [(group, []) for group in groups]
    crossed = [count(request.scope, cutoff, kind.key) for kind in kinds]
    return [(group, [one.get(group.key, 0) for one in crossed]) for group in groups]


def _table(request: ScopedRequest, breakdown: Breakdown, cutoff: Cutoff) -> Table:
    scope = request.scope
    kinds = figures.BY_KIND.groups(scope, cutoff) if breakdown.code in CROSSED else []
    groups = breakdown.groups(scope, cutoff)
    lines = _lines(request, breakdown, cutoff, groups, kinds)
    about = _("%(total)s people, each counted once") % {
        "total": figures.FORCES.value(scope, cutoff)
    }
    return Table(
        title=f"{figures.FORCES.title} · {breakdown.title}",
        about=(about, f"{request.day:%Y-%m-%d}"),
        headings=[_("group"), _("people"), *(str(IdentityKind(one.key).label) for one in kinds)],
        tags=["#group", "#reached+people", *(f"#reached+{one.key}" for one in kinds)],
        lines=[(group.name, group.value, *numbers) for group, numbers in lines],
        records=[],
    )
