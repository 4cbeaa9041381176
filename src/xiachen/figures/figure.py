"""
A figure is a query over records, read as of a cut-off, that can be opened down to its rows.

Each area declares its figures in `figures.py`; nothing is ever typed in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise

from xiachen.figures.units import Unit
from xiachen.privacy.scope import Scope


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
    """A column of a figure's rows: a heading and how a row's cell is read."""

    heading: str | Promise
    cell: Callable[[Any], object]
    tag: str = ""  # HXL hashtag


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    One named number.

    :param code: "area.name", the same on screen, in the URL and in a scenario
    :param means: one sentence: what is counted, and what is counted once
    :param rows: the records behind the number, within the scope, as of the cut-off
    :param distinct: the field that is counted once; empty counts rows
    :param of: the figure this one is a part of, shown as a ratio
    """

    code: str
    title: str | Promise
    means: str | Promise
    unit: Unit
    rows: Callable[[Scope, Cutoff], QuerySet[Any]]
    columns: tuple[Column, ...]
    distinct: str = ""
    of: str = ""

    def value(self, scope: Scope, cutoff: Cutoff) -> int:
        """Count the rows, or the distinct values of one field, in `unit`."""
        rows = self.rows(scope, cutoff)
        return rows.values(self.distinct).distinct().count() if self.distinct else rows.count()
