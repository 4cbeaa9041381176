"""Reads of roll-ups: what was folded and what waits, as one number; and whether they are true."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet, Sum

from xiachen.figures.figure import Cutoff, Figure
from xiachen.figures.models import Delta, Rollup
from xiachen.privacy.scope import Scope

_ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)

Cell = tuple[str, date, int]  # figure, day, community
EVERY_COMMUNITY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A roll-up that says something else than the rows; `community` 0 stands for all together."""

    figure: str
    day: date
    community: int
    rolled: int
    rows: int


def rolled(scope: Scope, *, incident: UUID, figure: str, day: date) -> dict[int, int]:
    """Return a figure of one day for each community in the scope that has any; folded or not."""
    cells = rolled_cells(scope, incident=incident, figures=(figure,), days=(day,))
    return {community: amount for (_, _, community), amount in cells.items()}


def rolled_total(scope: Scope, *, incident: UUID, figure: str, day: date | None = None) -> int:
    """Return a figure of one day, or of all days, over the communities in the scope."""
    days = None if day is None else (day,)
    return sum(rolled_cells(scope, incident=incident, figures=(figure,), days=days).values())


def last_day(scope: Scope, *, incident: UUID) -> date | None:
    """Return the last day for which anything was counted in the scope; None before the first."""
    days = [
        model.objects.filter(scope.within(), incident=incident).aggregate(last=Max("day"))["last"]
        for model in (Rollup, Delta)
    ]
    return max((day for day in days if day is not None), default=None)


def rolled_cells(
    scope: Scope, *, incident: UUID, figures: Sequence[str], days: Sequence[date] | None = None
) -> dict[Cell, int]:
    """
    Return what operations have posted by figure, day and community, leaving out zeros.

    Roll-ups and deltas are read in one statement, so that a fold in between changes nothing.
    """
    parts = [
        _posted(model.objects.filter(scope.within(), incident=incident, figure__in=figures), days)
        for model in (Rollup, Delta)
    ]
    cells: dict[Cell, int] = {}
    for figure, day, community, amount in parts[0].union(parts[1], all=True):
        cells[figure, day, community] = cells.get((figure, day, community), 0) + int(amount)
    return {cell: amount for cell, amount in cells.items() if amount}


def _posted(rows: QuerySet[Any], days: Sequence[date] | None) -> QuerySet[Any, Any]:
    held = (rows if days is None else rows.filter(day__in=days)).order_by()
    summed: QuerySet[Any, Any] = held.values_list("figure", "day", "community_id").annotate(
        total=Sum("amount")
    )
    return summed


def verify_rollups(
    scope: Scope, *, incident: UUID, figures: Iterable[Figure], days: Sequence[date]
) -> list[Difference]:
    """Return where roll-ups and the rows that they stand for differ; nothing when all is well."""
    declared = [figure for figure in figures if figure.rollup]
    with one_moment():
        posted = rolled_cells(
            scope, incident=incident, figures=[one.code for one in declared], days=days
        )
        found: list[Difference] = []
        for figure in declared:
            held = {cell: amount for cell, amount in posted.items() if cell[0] == figure.code}
            true = counted_cells(scope, incident=incident, figure=figure, days=days)
            if figure.first_seen:
                held, true = _together(held), _together(true)
            found += _differences(held, true)
    return found


def counted_cells(
    scope: Scope, *, incident: UUID, figure: Figure, days: Sequence[date]
) -> dict[Cell, int]:
    """Return a figure by day and community as its rows have it, leaving out zeros."""
    if figure.first_seen:
        return _first_days(scope, incident=incident, figure=figure, days=days)
    amount = (
        Sum(figure.total_of) if figure.total_of else Count(figure.distinct or "pk", distinct=True)
    )
    cells: dict[Cell, int] = {}
    for day in days:
        rows = _rows_of_day(scope, incident, figure, day).values_list("community_id")
        for community, total in rows.annotate(amount=amount):
            cells[figure.code, day, community] = int(total or 0)
    return {cell: total for cell, total in cells.items() if total}


def first_days(
    scope: Scope, *, incident: UUID, figure: Figure, days: Sequence[date]
) -> dict[UUID, tuple[date, int]]:
    """Return when and where each person first counted in a figure, within some days."""
    found: dict[UUID, tuple[date, int]] = {}
    for day in sorted(days):
        rows = _rows_of_day(scope, incident, figure, day)
        for person, community in rows.values_list(figure.distinct, "community_id").order_by("pk"):
            found.setdefault(person, (day, community))
    return found


def _first_days(
    scope: Scope, *, incident: UUID, figure: Figure, days: Sequence[date]
) -> dict[Cell, int]:
    cells: dict[Cell, int] = {}
    seen = first_days(scope, incident=incident, figure=figure, days=days)
    for day, community in seen.values():
        cells[figure.code, day, community] = cells.get((figure.code, day, community), 0) + 1
    return cells


def _rows_of_day(scope: Scope, incident: UUID, figure: Figure, day: date) -> QuerySet[Any]:
    cutoff = Cutoff(incident=incident, day=day, occurred_until=_ALWAYS)
    return figure.rows(scope, cutoff).filter(**{figure.day_field: day}).order_by()


def _together(cells: dict[Cell, int]) -> dict[Cell, int]:
    """Where somebody was first depends on the order of arrival; how many there were does not."""
    if not cells:
        return {}
    figure, last = next(iter(cells))[0], date.max
    return {(figure, last, EVERY_COMMUNITY): sum(cells.values())}


def _differences(posted: dict[Cell, int], true: dict[Cell, int]) -> list[Difference]:
    return [
        Difference(
            figure=cell[0],
            day=cell[1],
            community=cell[2],
            rolled=posted.get(cell, 0),
            rows=true.get(cell, 0),
        )
        for cell in sorted(posted.keys() | true.keys())
        if posted.get(cell, 0) != true.get(cell, 0)
    ]


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything as of one moment; within a caller's transaction, as that one sees it."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read")
        yield
