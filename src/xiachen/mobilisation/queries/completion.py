"""The completion of the report-in as its page reads it: by unit, and who is missing and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models.stays import Excuse
from xiachen.mobilisation.queries import duties
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.places.queries.listing import division_names
from xiachen.places.rules.codes import NotADivisionCode, path_of, ranges_of
from xiachen.privacy.scope import Can, Scope, any_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    Which of those who have to report in are wanted; empty values ask for nothing.

    :param state: "missing", "reported" or "excused"
    :param street: the code of the street where they live
    """

    state: str = ""
    unit: UUID | None = None
    street: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """A unit with how many of its own party members have to report, have, and are excused."""

    unit: Organisation
    obliged: bool
    taken: bool
    should: int
    reported: int
    excused: int


def members(scope: Scope, cutoff: Cutoff, wanted: Wanted) -> QuerySet[Member]:
    """Return those called upon who are wanted, by name, with their `standing`."""
    read = {
        "missing": duties.members_not_reported,
        "reported": duties.members_reported,
        "excused": duties.excused_members,
    }.get(wanted.state, duties.obliged_members)
    rows = read(scope, cutoff)
    if wanted.unit:
        rows = rows.filter(organisation=wanted.unit)
    if wanted.street:
        rows = rows.filter(_lives_in(wanted.street))
    return rows.order_by("sort_key", "pk")


def unit_lines(scope: Scope, cutoff: Cutoff) -> list[UnitLine]:
    """Return the units obliged and those whose members are, by name."""
    counted: dict[UUID | None, Counter[str]] = {}
    for name, rows in (
        ("should", duties.obliged_members(scope, cutoff)),
        ("reported", duties.members_reported(scope, cutoff)),
        ("excused", duties.excused_members(scope, cutoff)),
    ):
        numbers = rows.order_by().values_list("organisation_id").annotate(Count("pk"))
        for unit, number in numbers:
            counted.setdefault(unit, Counter())[name] = number
    obliged = {unit.pk for unit in duties.obliged_units(scope, cutoff)}
    taken = {unit.pk for unit in duties.units_reported(scope, cutoff)}
    named = {unit for unit in (*counted, *obliged) if unit is not None}
    units = Organisation.objects.filter(pk__in=named)
    nothing: Counter[str] = Counter()
    return [
        UnitLine(
            unit=unit,
            obliged=unit.pk in obliged,
            taken=unit.pk in taken,
            should=counted.get(unit.pk, nothing)["should"],
            reported=counted.get(unit.pk, nothing)["reported"],
            excused=counted.get(unit.pk, nothing)["excused"],
        )
        for unit in units.select_related("contact_community").order_by("name", "pk")
    ]


def streets(scope: Scope, cutoff: Cutoff) -> list[tuple[int, str]]:
    """Return the streets where those live who have to report in, by code."""
    homes = duties.called_members(scope, cutoff).order_by().exclude(home_community=None)
    codes = {
        path_of(home)[-1] for home in homes.values_list("home_community_id", flat=True).distinct()
    }
    names = division_names(scope, codes)
    return [(code, names.get(code, str(code))) for code in sorted(codes)]


def reasons(scope: Scope, cutoff: Cutoff) -> Mapping[str, int]:
    """
    Return how many are excused for which reason.

    :raises Forbidden: the role does not excuse people
    """
    scope.require(Can.EXCUSE)
    rows: QuerySet[Excuse] = Excuse.objects.standing(cutoff.marks)
    theirs = duties.excused_members(scope, cutoff).order_by().values("pk")
    on_day = rows.filter(
        incident_id=cutoff.incident,
        member__in=theirs,
        from_day__lte=cutoff.day,
        to_day__gte=cutoff.day,
    )
    counted = on_day.order_by().values_list("reason").annotate(Count("member", distinct=True))
    return dict(counted)


def _lives_in(street: int) -> Q:
    try:
        limits = ranges_of(street)
    except NotADivisionCode:
        return Q(pk__in=())
    return any_of(
        Q(home_community_id__gte=low, home_community_id__lte=high) for low, high in limits
    )
