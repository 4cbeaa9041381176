"""The report-in board of a day: everybody who belongs somewhere, with what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Case, Count, Exists, Q, QuerySet, Value, When

from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.queries.report_ins import every_report_in, report_ins_of_stays
from xiachen.mobilisation.queries.stays import whole_day, with_excuses
from xiachen.mobilisation.queries.units import called_units
from xiachen.people.models.units import Organisation
from xiachen.people.queries.members import shown_names
from xiachen.privacy.scope import Scope

STATES = ("waiting", "reported", "excused")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """A person on the report-in board; `state` is reported, waiting or excused."""

    stay: Enrolment
    name: str
    state: str
    report_ins: list[ReportIn]
    at_home: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """
    Who is expected on a day, who has reported in, and which units have.

    :param lines: of the page asked for, in the state asked for
    :param counts: people of each state, on all pages, each once
    """

    lines: list[BoardLine]
    counts: dict[str, int]
    number: int
    pages: int
    units: list[tuple[Organisation, ReportIn | None]]


def board(
    scope: Scope,
    *,
    day: date,
    community: int | None = None,
    state: str = "",
    number: int = 1,
    size: int | None = None,
) -> Board:
    """
    Return the report-in board of a day, of one community or of all that the scope reaches.

    :param state: waiting, reported or excused; empty shows everybody
    :param size: lines on a page; None puts all on one
    """
    cutoff = whole_day(scope, day)
    here = Q() if community is None else Q(community_id=community)
    everybody = _with_states(scope, cutoff).filter(here)
    chosen = everybody.filter(state=state) if state else everybody
    chosen = chosen.select_related("member__organisation", "community")
    ordered = chosen.order_by("member__sort_key", "member_id", "community_id")
    shown = Paginator(ordered, size or max(1, chosen.count()))
    page = shown.get_page(number)
    units = list(called_units(scope, cutoff).filter(contact_community_id=community))
    named = [one.member_id for one in page] + [unit.pk for unit in units]
    taken = _report_ins(scope, cutoff, named, here)
    names = shown_names(scope, {stay.member_id for stay in page})
    return Board(
        lines=[
            _line(stay, names, taken.get((stay.member_id, stay.community_id), [])) for stay in page
        ],
        counts=_counts(everybody),
        number=page.number,
        pages=shown.num_pages,
        units=[
            (unit, next(iter(taken.get((unit.pk, community or 0), [])), None)) for unit in units
        ],
    )


def _with_states(scope: Scope, cutoff: Cutoff) -> QuerySet[Any]:
    taken = Exists(report_ins_of_stays(scope, cutoff))
    state = Case(
        When(is_excused=True, then=Value("excused")),
        When(taken, then=Value("reported")),
        default=Value("waiting"),
    )
    return with_excuses(scope, cutoff).annotate(state=state)


def _counts(everybody: QuerySet[Any]) -> dict[str, int]:
    found = everybody.order_by().values("state").annotate(people=Count("member_id", distinct=True))
    return dict.fromkeys(STATES, 0) | dict(found.values_list("state", "people"))


def _report_ins(
    scope: Scope, cutoff: Cutoff, named: Sequence[UUID], here: Q
) -> dict[tuple[UUID | None, int], list[ReportIn]]:
    """Return the report-ins of some people and units, by who and where."""
    rows = every_report_in(scope, cutoff).filter(here)
    rows = rows.filter(Q(member__in=named) | Q(organisation__in=named))
    taken: dict[tuple[UUID | None, int], list[ReportIn]] = {}
    for row in rows.order_by("occurred_at", "pk"):
        taken.setdefault((row.member or row.organisation, row.community_id), []).append(row)
    return taken


def _line(stay: Enrolment, names: dict[UUID, str], taken: list[ReportIn]) -> BoardLine:
    return BoardLine(
        stay=stay,
        name=names.get(stay.member_id, ""),
        state=str(getattr(stay, "state", "")),
        report_ins=taken,
        at_home=stay.member.home_community_id == stay.community_id,
    )
