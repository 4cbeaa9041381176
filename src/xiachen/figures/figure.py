"""
A figure is a query over records, read as of a cut-off, that can be opened down to its rows.

Each area declares its figures in `figures.py`; nothing is ever typed in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.utils.functional import Promise

from xiachen.figures.units import Unit
from xiachen.privacy.scope import Can, Scope

Rows = Callable[[Scope, "Cutoff"], QuerySet[Any]]
Present = Callable[[Scope, Sequence[Any]], Sequence[Any]]
Beside = Callable[[Scope, "Cutoff"], str]
Counts = Callable[[Scope, "Cutoff"], Mapping[str, int]]
GroupRows = Callable[[Scope, "Cutoff", str], QuerySet[Any]]
Names = Callable[[Scope, Sequence[str]], Mapping[str, str]]
Mask = Callable[[str], str]
Measured = Callable[[Scope, "Cutoff"], Decimal | int]

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoff:
    """
    What a figure is read as of: a day of the operation, in both times.

    :param day: the working day that the figure is about
    :param occurred_until: facts that happened later are left out
    :param marks: sequence number reached by each community (0: the centre); facts received later
        are left out. None reads everything received so far
    """

    incident: UUID
    day: date
    occurred_until: datetime
    marks: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    A column of a figure's rows: a heading and how a presented row's cell is read.

    :param tag: HXL hashtag
    :param mask: how a person's name, phone or number is hidden from those who only count people
    """

    heading: str | Promise
    cell: Callable[[Any], object]
    tag: str = ""
    mask: Mask | None = None

    def shown(self, record: Any, *, masked: bool) -> object:
        """Return the cell of a presented row."""
        value = self.cell(record)
        if masked and self.mask is not None and value not in (None, ""):
            return self.mask(str(value))
        return value


def reads_names(scope: Scope) -> bool:
    """
    Tell whether opened rows show names in full: to those who work with these very people.

    Whoever counts them from above (headquarters, street, inspectors) reads them masked.
    """
    return scope.allows(Can.CHECK_IN) or scope.allows(Can.MANAGE_PEOPLE)


def as_recorded(scope: Scope, rows: Sequence[Any]) -> Sequence[Any]:
    """Present records as they are; for figures whose rows hold all that is shown."""
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What a breakdown says of one group, in the figure's unit."""

    key: str
    name: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """
    A way to divide a figure into groups, each of which opens to its rows.

    :param code: such as "unit", the same on screen, in the URL and in a scenario
    :param counts: the value of each group by its key; groups with nothing are left out
    :param rows: the figure's rows of one group, by its key
    :param names: what the groups of these keys are called
    :param additive: whether nothing is counted in two groups; of others, such as kinds of which
        a person may have several, no sum is ever shown
    """

    code: str
    title: str | Promise
    counts: Counts
    rows: GroupRows
    names: Names
    additive: bool = True

    def groups(self, scope: Scope, cutoff: Cutoff) -> list[Group]:
        """Return the groups with what they count, the largest first."""
        counted = {key: value for key, value in self.counts(scope, cutoff).items() if value}
        names = self.names(scope, list(counted))
        groups = [
            Group(key=key, name=names.get(key, key), value=value) for key, value in counted.items()
        ]
        return sorted(groups, key=lambda one: (-one.value, one.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    One named number.

    :param code: "area.name", the same on screen, in the URL and in a scenario
    :param means: one sentence: what is counted, and what is counted once
    :param rows: the records behind the number, within the scope, as of the cut-off
    :param present: turns one page of rows into what `columns` read, so that bare ids are
        resolved once per page: `lambda scope, rows: [(row, members[row.member]) for row in rows]`
    :param distinct: the field that is counted once; empty counts rows
    :param total_of: the field that is added up instead of counting; null adds nothing
    :param measured: how the number is read where it is neither a count nor a sum, such as an
        average or the longest; the rows are those that it is read from
    :param of: code of the figure that this one is a part of, shown as a ratio
    :param missing: the rows, of the same kind, that would make the ratio whole
    :param beside: what a bulletin prints beside the number, in digits that need no translation:
        the sizes of squads (3/3/3/2), the deadline that held (8:30); empty prints nothing
    :param personal: whether the opened rows name people, so that reading them needs SEE_PEOPLE
    :param rollup: whether operations post deltas of it, per community and day, under `code`
    :param day_field: for a roll-up, the lookup of a row's day, such as "occurred_at__date"
    :param first_seen: for a roll-up, whether `distinct` counts once in the whole incident, on the
        first day, wherever it was (operations ask `count_first_seen` whose delta to post)
    :param by_facts: whether facts alone choose its rows, though a register holds them, so that the
        marks of a bulletin fix them as they fix facts
    :param breakdowns: the ways in which the figure is divided
    """

    code: str
    title: str | Promise
    means: str | Promise
    unit: Unit
    rows: Rows
    columns: tuple[Column, ...]
    present: Present = as_recorded
    distinct: str = ""
    total_of: str = ""
    measured: Measured | None = None
    of: str = ""
    missing: Rows | None = None
    beside: Beside | None = None
    personal: bool = True
    rollup: bool = False
    day_field: str = "day"
    first_seen: bool = False
    by_facts: bool = False
    breakdowns: tuple[Breakdown, ...] = ()

    def value(self, scope: Scope, cutoff: Cutoff) -> Decimal | int:
        """Count the rows, or the distinct values of one field, or add up or measure, in `unit`."""
        if self.measured is not None:
            return self.measured(scope, cutoff)
        if self.distinct and not self.total_of:
            # Counted without putting the rows together that nobody reads now.
            rows = self.rows(scope, cutoff).order_by()
            return int(rows.aggregate(total=Count(self.distinct, distinct=True))["total"])
        return self.counted(self.opened(scope, cutoff))

    def counted(self, opened: QuerySet[Any]) -> int:
        """Return the value that opened rows stand for."""
        if self.total_of:
            return int(opened.order_by().aggregate(total=Sum(self.total_of))["total"] or 0)
        return opened.count()

    def opened(self, scope: Scope, cutoff: Cutoff) -> QuerySet[Any]:
        """Return one row for each thing counted, in a fixed order."""
        return self._once(self.rows(scope, cutoff))

    def opened_missing(self, scope: Scope, cutoff: Cutoff) -> QuerySet[Any]:
        """Return the rows that are missing from a ratio, in a fixed order; of none, no rows."""
        if self.missing is None:
            return self.rows(scope, cutoff).none()
        return self._once(self.missing(scope, cutoff))

    def breakdown(self, code: str) -> Breakdown | None:
        """Return the way of dividing the figure that has this code, if there is one."""
        return next((one for one in self.breakdowns if one.code == code), None)

    def page(
        self, scope: Scope, rows: QuerySet[Any], number: int = 1, size: int = PAGE_SIZE
    ) -> "Page":
        """Return one page of opened rows as cells; a number beyond the last gives the last."""
        total = rows.count()
        pages = max(1, -(-total // size))
        number = min(max(1, number), pages)
        records = list(rows[(number - 1) * size : number * size])
        return Page(
            columns=self.columns,
            lines=self.lines(scope, records, masked=not reads_names(scope)),
            ids=[record.pk for record in records],
            number=number,
            pages=pages,
            total=total,
        )

    def lines(
        self, scope: Scope, records: Sequence[Any], *, masked: bool
    ) -> list[tuple[object, ...]]:
        """Return the cells of records, with everything they name looked up once for all."""
        shown = self.present(scope, records)
        return [tuple(column.shown(one, masked=masked) for column in self.columns) for one in shown]

    def _once(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.distinct:
            return rows.order_by(self.distinct, "pk").distinct(self.distinct)
        return rows if rows.ordered else rows.order_by("pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """
    A page of a figure's rows, ready to show.

    :param ids: the records shown, in the order of `lines`, for the audit
    :param number: of the page, from 1
    :param total: of rows, on all pages
    """

    columns: tuple[Column, ...]
    lines: list[tuple[object, ...]]
    ids: list[Any]
    number: int
    pages: int
    total: int
