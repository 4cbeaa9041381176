"""The rows behind a number: of a bulletin as it froze them, of the board as they stand."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from xiachen.base.errors import NotFound
from xiachen.base.owned.models import CentralFact, Fact, Owned
from xiachen.command.models import Bulletin
from xiachen.command.queries import bulletins, house
from xiachen.figures.figure import Breakdown, Cutoff, Figure, Page
from xiachen.people.models.members import Member
from xiachen.privacy.scope import Can, Scope

GROUPS_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """
    Which number is opened: a figure of a bulletin, or of a place on a day as it stands now.

    :param missing: what would make its ratio whole, instead of what it counts
    """

    code: str
    bulletin: UUID | None = None
    division: int = 0
    day: date | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """
    A page of the rows behind a number.

    :param edited: the register that the number was read from has lost rows since it was frozen
    """

    figure: Figure
    bulletin: Bulletin | None
    place: str
    division: int
    day: date
    missing: bool
    page: Page
    edited: bool


def openable(scope: Scope) -> frozenset[str]:
    """Return the codes of the figures whose rows the scope's role may read."""
    if not scope.places or not scope.allows(Can.SEE_FIGURES):
        return frozenset()
    people = scope.allows(Can.SEE_PEOPLE)
    return frozenset(one.code for one in house.figures_of_the_house() if people or not one.personal)


def rows_behind(scope: Scope, behind: Behind) -> QuerySet[Any]:
    """
    Return the rows behind a number, one for each thing counted.

    People stand in the order of their names, as on the boards; what has only a time, by it.

    :raises NotFound: there is no such number within the scope
    """
    found = house.figure(behind.code)
    scope.require(Can.SEE_FIGURES)
    if found.personal:
        scope.require(Can.SEE_PEOPLE)
    if behind.bulletin is None:
        inner = house.narrowed(scope, behind.division)
        cutoff = house.day_so_far(scope, _day(behind))
        return _read(found, inner, cutoff, missing=behind.missing)
    return _frozen(scope, found, bulletins.issued(scope, behind.bulletin), behind.missing)


def opened(scope: Scope, behind: Behind, *, number: int = 1) -> Opened:
    """Return a page of the rows behind a number; names as the role may read them."""
    found = house.figure(behind.code)
    page = found.page(scope, rows_behind(scope, behind), number)
    bulletin = bulletins.issued(scope, behind.bulletin) if behind.bulletin else None
    division = bulletin.division if bulletin else behind.division
    day = bulletin.day if bulletin else _day(behind)
    row = bulletin.figures.get(figure=behind.code) if bulletin else None
    return Opened(
        figure=found,
        bulletin=bulletin,
        place=house.place_name(scope, division=division, day=day),
        division=division,
        day=day,
        missing=behind.missing,
        page=page,
        edited=row is not None
        and row.rows is not None
        and not behind.missing
        and page.total != len(row.rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """
    A number divided into groups, the largest first.

    :param ways: in which the figure can be divided
    :param more: how many groups there are beyond those shown
    """

    ways: tuple[Breakdown, ...]
    way: Breakdown
    groups: list[tuple[str, int]]
    more: int


def grouped(scope: Scope, behind: Behind, *, by: str = "") -> Grouped | None:
    """
    Return a number in groups, of places also those with nothing; None where it has none.

    :param by: code of the breakdown; of an unknown one the first
    """
    found = house.figure(behind.code)
    scope.require(Can.SEE_FIGURES)
    if behind.missing or not found.breakdowns:
        return None
    way = found.breakdown(by) or found.breakdowns[0]
    if behind.bulletin is None:
        inner, cutoff = (
            house.narrowed(scope, behind.division),
            house.day_so_far(scope, _day(behind)),
        )
    else:
        bulletin = bulletins.issued(scope, behind.bulletin)
        inner, cutoff = house.narrowed(scope, bulletin.division), bulletin.cutoff
    counted = house.counted_groups(inner, cutoff=cutoff, code=behind.code, way=way.code)
    return Grouped(
        ways=found.breakdowns,
        way=way,
        groups=house.names_of_groups(inner, way=way, counted=counted[:GROUPS_SHOWN]),
        more=max(0, len(counted) - GROUPS_SHOWN),
    )


def read_from_registers(scope: Scope, code: str, cutoff: Cutoff) -> bool:
    """Tell whether a figure's rows are edited in place, so that marks alone do not fix them."""
    found = house.figure(code)
    if found.by_facts:
        return False
    model = found.rows(scope, cutoff).model
    return not issubclass(model, Fact | CentralFact)


def _frozen(scope: Scope, found: Figure, bulletin: Bulletin, missing: bool) -> QuerySet[Any]:
    row = bulletin.figures.filter(figure=found.code).first()
    if row is None:
        raise NotFound()
    inner = house.narrowed(scope, bulletin.division)
    if missing or row.rows is None:
        return _read(found, inner, bulletin.cutoff, missing=missing)
    model = found.rows(inner, bulletin.cutoff).model
    kept: QuerySet[Any] = model._base_manager.filter(pk__in=row.rows)
    return _in_order(kept.filter(inner.within()) if issubclass(model, Owned) else kept)


def _read(found: Figure, inner: Scope, cutoff: Cutoff, *, missing: bool) -> QuerySet[Any]:
    if missing and found.missing is None:
        return found.opened_missing(inner, cutoff)
    once = found.opened_missing(inner, cutoff) if missing else found.opened(inner, cutoff)
    all_rows = (found.missing if missing and found.missing else found.rows)(inner, cutoff)
    # What is counted once is chosen in another order than it is read in.
    return _in_order(all_rows.filter(pk__in=once.values("pk")))


def _in_order(rows: QuerySet[Any]) -> QuerySet[Any]:
    fields = {one.name: one for one in rows.model._meta.get_fields()}
    order: list[Any] = []
    if "sort_key" in fields:
        order.append("sort_key")
    elif "member" in fields and fields["member"].is_relation:
        order.append("member__sort_key")
    elif "member" in fields:
        names = Member.objects.filter(pk=OuterRef("member")).values("sort_key")
        order.append(Subquery(names[:1]).asc(nulls_last=True))
    order += [
        name for name in ("occurred_at", "issued_at", "community_id") if name in _columns(rows)
    ]
    return rows.order_by(*order, "pk")


def _columns(rows: QuerySet[Any]) -> set[str]:
    return {one.attname for one in rows.model._meta.concrete_fields}


def _day(behind: Behind) -> date:
    if behind.day is None:
        raise NotFound()
    return behind.day
