"""Days in a row and hours of those on duty: who has gone without rest for too long."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.queries.records import reached_by
from xiachen.attendance.queries.spans import Sql, days_sql
from xiachen.attendance.rules import duty as rules
from xiachen.attendance.rules.duty import Duty, Limits, tenths
from xiachen.attendance.rules.hours import with_eve
from xiachen.figures.figure import Cutoff
from xiachen.incidents import queries as incidents
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_by_id, shown_names
from xiachen.places.queries.communities import communities_by_id
from xiachen.privacy.scope import Can, Scope

# Gaps and islands: days in a row keep the same distance to their number.
_DUTY = """
    with days as ({days}),
    islands as (
        select member, day, seconds,
            day - (row_number() over (partition by member order by day))::int as island
        from days
    )
    select member, count(*) as days,
        coalesce(sum(seconds), 0)::bigint as seconds,
        count(seconds) as timed_days
    from islands group by member, island having max(day) >= %s
"""
_TOO_LONG = "days > %s or seconds > %s * 3600 * timed_days"
_PERSON = RawSQL("of_row.person", ())
_A_DAY = "round(seconds / 3600.0 / nullif(timed_days, 0), 1)"


def on_duty(scope: Scope, cutoff: Cutoff) -> QuerySet[CheckIn]:
    """Return the sign-ins of the day and the day before, of those who are on duty by them."""
    if scope.incident != cutoff.incident:
        return CheckIn.objects.none()
    rows: QuerySet[CheckIn] = CheckIn.objects.standing(cutoff.marks)
    return rows.filter(
        reached_by(scope),
        incident=cutoff.incident,
        day__range=(cutoff.day - timedelta(days=1), cutoff.day),
        occurred_at__lte=cutoff.occurred_until,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """
    Somebody on duty with what was borne up to the day.

    :param name: as the reader may see it
    :param warned: whether the person should be given rest
    """

    member: UUID
    name: str
    unit: str
    community: str
    duty: Duty
    warned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPage:
    """A page of those on duty; `total` counts the people on all pages."""

    lines: list[DutyLine]
    limits: Limits
    total: int
    number: int
    pages: int


def duty_page(scope: Scope, cutoff: Cutoff, *, warned: bool, number: int, size: int) -> DutyPage:
    """
    Return those on duty by name, each once.

    :param warned: only those who should be given rest
    :param size: lines on a page
    """
    scope.require(Can.SEE_PEOPLE)
    rows = overworked(scope, cutoff) if warned else on_duty(scope, cutoff)
    people = Member.objects.filter(pk__in=rows.order_by().values("member"))
    shown = Paginator(people.order_by("sort_key", "pk").values_list("pk", flat=True), size)
    page = shown.get_page(number)
    last = rows.filter(member__in=list(page)).order_by("member", "-day").distinct("member")
    return DutyPage(
        lines=duty_lines(scope, cutoff, list(last)),
        limits=limits(scope, cutoff),
        total=shown.count,
        number=page.number,
        pages=shown.num_pages,
    )


def duty_lines(scope: Scope, cutoff: Cutoff, rows: Sequence[CheckIn]) -> list[DutyLine]:
    """Return what the people of some sign-ins have had to bear, by name."""
    held = limits(scope, cutoff)
    found = duties(scope, cutoff, members=[row.member for row in rows])
    people = members_by_id(scope, [row.member for row in rows])
    names = shown_names(scope, people)
    places = communities_by_id(scope, {row.community_id for row in rows})
    lines = [
        DutyLine(
            member=row.member,
            name=names.get(row.member, ""),
            unit=str(people[row.member].organisation or "") if row.member in people else "",
            community=str(places.get(row.community_id, "")),
            duty=found[row.member],
            warned=found[row.member].too_long(held),
        )
        for row in rows
        if row.member in found
    ]
    order = {pk: (one.sort_key, str(pk)) for pk, one in people.items()}
    return sorted(lines, key=lambda one: order.get(one.member, ("~", str(one.member))))


def overworked(scope: Scope, cutoff: Cutoff) -> QuerySet[CheckIn]:
    """Return those on duty who should be given rest: a warning, and no reproach to anybody."""
    held = limits(scope, cutoff)
    return _whose(scope, cutoff, _TOO_LONG, [held.days, held.hours])


def in_need_of_rest(scope: Scope, cutoff: Cutoff) -> int:
    """Count those of a leader's people who should be given rest, reading their days alone."""
    held = limits(scope, cutoff)
    mine = on_duty(scope, cutoff).order_by().values("member")
    sql, params = _duty(scope, cutoff, member__in=mine)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from ({sql}) as duty where {_TOO_LONG}",
            [*params, held.days, held.hours],
        )
        (count,) = cursor.fetchone()
    return int(count)


def of_the_longest_run(scope: Scope, cutoff: Cutoff) -> QuerySet[CheckIn]:
    """Return those on duty for the most days in a row."""
    return _whose(scope, cutoff, "days = %s", [longest_run(scope, cutoff)])


def of_the_most_hours(scope: Scope, cutoff: Cutoff) -> QuerySet[CheckIn]:
    """Return those of the overworked with the most hours a day."""
    held = limits(scope, cutoff)
    most = f"({_TOO_LONG}) and {_A_DAY} = %s"
    return _whose(scope, cutoff, most, [held.days, held.hours, most_hours(scope, cutoff)])


def longest_run(scope: Scope, cutoff: Cutoff) -> int:
    """Return the most days in a row that anybody on duty has been on site."""
    return int(_measured(on_duty(scope, cutoff), _duty(scope, cutoff), "max(days)"))


def most_hours(scope: Scope, cutoff: Cutoff) -> Decimal:
    """Return the most hours a day, on average, of anybody overworked; 0 of nobody."""
    return tenths(_measured(overworked(scope, cutoff), _duty(scope, cutoff), f"max({_A_DAY})"))


def timed(scope: Scope, cutoff: Cutoff) -> QuerySet[CheckIn]:
    """Return the day's sign-ins of those who have signed out of every stay of it, with `spent`."""
    days, params = _timed(scope, cutoff)
    whose = RawSQL(f"select member from ({days}) as days", params)
    own, own_params = _timed(scope, cutoff, member=_PERSON)
    rows = on_duty(scope, cutoff).filter(day=cutoff.day, member__in=whose)
    return rows.annotate(spent=_of_each(own, own_params))


def average_hours(scope: Scope, cutoff: Cutoff) -> Decimal:
    """Return the hours on site on the day, on average of those with both ends recorded."""
    today = on_duty(scope, cutoff).filter(day=cutoff.day)
    worked = _measured(today, _timed(scope, cutoff), "avg(seconds)")
    return tenths(worked / 3600)


def duties(scope: Scope, cutoff: Cutoff, *, members: Iterable[UUID]) -> dict[UUID, Duty]:
    """
    Return what people whom the caller reaches have had to bear up to a day, by person.

    Also from their days outside the scope's places: who worked next door yesterday had no rest.
    Whoever had rest on the day and the day before is left out.
    """
    asked = list(members)
    if scope.incident != cutoff.incident or not asked:
        return {}
    sql, params = _duty(scope, cutoff, member__in=asked)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return {
            member: Duty(days=days, seconds=seconds, timed_days=timed)
            for member, days, seconds, timed in cursor.fetchall()
        }


def limits(scope: Scope, cutoff: Cutoff) -> Limits:
    """Return from when on rest is advised, as the incident sets it on the day."""
    hours = incidents.parameter(
        scope,
        incident=cutoff.incident,
        name=rules.MOST_HOURS,
        day=cutoff.day,
        default=rules.DEFAULT_MOST_HOURS,
    )
    days = incidents.parameter(
        scope,
        incident=cutoff.incident,
        name=rules.MOST_DAYS,
        day=cutoff.day,
        default=rules.DEFAULT_MOST_DAYS,
    )
    return Limits(hours=Decimal(str(hours)), days=int(str(days)))


def _whose(scope: Scope, cutoff: Cutoff, condition: str, values: list[Any]) -> QuerySet[CheckIn]:
    """Return the sign-ins of those whose days and hours meet a condition, with `borne`."""
    sql, params = _duty(scope, cutoff)
    chosen = RawSQL(f"select member from ({sql}) as duty where {condition}", (*params, *values))
    own, own_params = _duty(scope, cutoff, member=_PERSON)
    rows = on_duty(scope, cutoff).filter(member__in=chosen)
    return rows.annotate(borne=_of_each(own, own_params))


def _of_each(sql: str, params: Sequence[Any]) -> RawSQL:
    """Return what a statement about `_PERSON` says of the person of each sign-in."""
    return RawSQL(
        f'select to_jsonb(said) from (select "{CheckIn._meta.db_table}"."member" as person) '
        f"as of_row cross join lateral ({sql}) as said",
        params,
        models.JSONField(),
    )


def _timed(scope: Scope, cutoff: Cutoff, **chosen: object) -> Sql:
    """Return the statement of the days whose every stay has ended: those of the day alone."""
    days, params = days_sql(scope, cutoff, day__gte=with_eve(cutoff.day)[0], **chosen)
    ended = "day = %s and seconds is not null and not without_sign_out"
    sql = f"select member, came, gone, seconds from ({days}) as days where {ended}"
    return sql, [*params, cutoff.day]


def _measured(rows: QuerySet[CheckIn], duty: Sql, expression: str) -> Decimal:
    """Return one number over the days and hours of some people; 0 of nobody."""
    try:
        whose, whose_params = rows.order_by().values("member").query.sql_with_params()
    except EmptyResultSet:
        return Decimal(0)
    sql, params = duty
    with connection.cursor() as cursor:
        cursor.execute(
            # As a truth value it is looked up in a table made once, not joined row by row.
            f"select {expression} from ({sql}) as duty where (member in ({whose})) is true",
            [*params, *whose_params],
        )
        (found,) = cursor.fetchone()
    return Decimal(found or 0)


def _duty(scope: Scope, cutoff: Cutoff, **chosen: object) -> Sql:
    """
    Return the statement that gives member, days, seconds and timed days.

    :param chosen: narrows down the facts that are read: some people
    """
    days, params = days_sql(scope, cutoff, **chosen)
    return _DUTY.format(days=days), [*params, cutoff.day - timedelta(days=1)]
