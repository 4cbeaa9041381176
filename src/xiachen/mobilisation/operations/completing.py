"""Reading who has to report in and has not names people: it is recorded with whom it named."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.figures.completion import Obliged, present_members
from xiachen.mobilisation.figures.forces import FORCES, Person, present_people
from xiachen.mobilisation.queries import completion
from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Generic[Row]):
    """A page of people; `number` counts from 1, `total` counts people on all pages."""

    rows: Sequence[Row]
    number: int
    pages: int
    total: int


@transaction.atomic
def view_obliged(
    scope: Scope, *, cutoff: Cutoff, wanted: completion.Wanted, number: int, size: int
) -> PeoplePage[Obliged]:
    """Return a page of those who have to report in, and note whom it named."""
    scope.require(Can.SEE_PEOPLE)
    rows, number, pages, total = _page(completion.members(scope, cutoff, wanted), number, size)
    if rows:
        audit.record(scope, "mobilisation.view-completion", targets=[row.pk for row in rows])
    return PeoplePage(rows=present_members(scope, rows), number=number, pages=pages, total=total)


@transaction.atomic
def view_missing(scope: Scope, *, cutoff: Cutoff, size: int) -> tuple[list[Member], bool]:
    """
    Return those who still have to report in, at most `size`, and whether there are more.

    In clear, for those who enter their slips and must tell them apart; the audit notes whom.
    """
    scope.require(Can.EXCUSE)
    rows = completion.members(scope, cutoff, completion.Wanted(state="missing"))
    found = list(rows.select_related("organisation")[: size + 1])
    shown = found[:size]
    if shown:
        audit.record(scope, "mobilisation.view-missing", targets=[row.pk for row in shown])
    return shown, len(found) > size


@transaction.atomic
def view_forces(
    scope: Scope, *, cutoff: Cutoff, by: str, key: str, number: int, size: int
) -> PeoplePage[Person]:
    """Return a page of the forces, or of one group of them, and note whom it named."""
    scope.require(Can.SEE_PEOPLE)
    breakdown = FORCES.breakdown(by)
    people = breakdown.rows(scope, cutoff, key) if breakdown else FORCES.rows(scope, cutoff)
    rows, number, pages, total = _page(people.order_by("sort_key", "pk"), number, size)
    if rows:
        audit.record(scope, "mobilisation.view-forces", targets=[row.pk for row in rows])
    return PeoplePage(rows=present_people(scope, rows), number=number, pages=pages, total=total)


def _page(rows: QuerySet[Member], number: int, size: int) -> tuple[list[Member], int, int, int]:
    total = rows.count()
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    return list(rows[(number - 1) * size : number * size]), number, pages, total
