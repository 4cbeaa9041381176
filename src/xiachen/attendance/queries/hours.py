"""The hours of service: by day, in total, and of everybody within reach."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.models.records import CheckIn, WorkRecord
from xiachen.attendance.queries.records import end_of, reached_by
from xiachen.attendance.queries.spans import Sql, days_sql
from xiachen.attendance.queries.stays import stays_on
from xiachen.attendance.rules.duty import tenths
from xiachen.attendance.rules.hours import DayTotal, with_eve
from xiachen.attendance.rules.stays import open_places
from xiachen.figures.figure import Cutoff
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_by_id, shown_names
from xiachen.privacy.scope import Can, Scope

# The people of a community or a unit; of a whole city the figure is opened for itself.
COUNTED_AT_ONCE = 5_000

_TOTALS = """
    select member, coalesce(sum(seconds), 0)::bigint / 60 as minutes, count(*) as days,
        count(*) filter (where without_sign_out) as untimed,
        min(day) as first_day, max(day) as last_day
    from ({days}) as days group by member
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursDay:
    """
    A day on duty of one person, in whichever communities.

    :param came: the first sign-in; None where only a correction tells of the day
    :param left: the last sign-out; None where there is none
    :param minutes: what counts, corrections included; 0 where nothing tells how long
    :param no_sign_out: whether a stay has no sign-out, and counts no time until that is recorded
        or minutes are given for it
    :param stays: how many there were; 0 where only a correction tells of the day
    :param corrected: minutes that corrections add or take away
    :param stayed: minutes between sign-ins and sign-outs, each moment once
    """

    day: date
    came: datetime | None
    left: datetime | None
    minutes: int
    no_sign_out: bool
    stays: int
    corrected: int
    stayed: int

    @property
    def total(self) -> DayTotal:
        """Return what a further correction is checked against."""
        return DayTotal(stayed=self.stayed, corrected=self.corrected)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursTotal:
    """
    What somebody has served from the beginning up to a day.

    :param days: on duty
    :param days_without_sign_out: days of them with a stay that counts no time, as nothing tells
        how long
    """

    minutes: int = 0
    days: int = 0
    days_without_sign_out: int = 0
    first_day: date | None = None
    last_day: date | None = None

    @property
    def hours(self) -> Decimal:
        """Return the hours in tenths."""
        return tenths(Decimal(self.minutes) / 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Person-times of work, and of residents served."""

    times: int = 0
    persons_served: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursLine:
    """Somebody's total, by name as the reader may see it."""

    member: UUID
    name: str
    unit: str
    total: HoursTotal
    service: Service = field(default_factory=Service)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursPage:
    """
    A page of totals; `total` counts the people on all pages.

    :param within: what all of them served within reach, the figures' number; None of too many
        people to be counted while somebody waits for the page
    """

    lines: list[HoursLine]
    within: HoursTotal | None
    total: int
    number: int
    pages: int


def hours_of(
    scope: Scope, *, members: Collection[UUID], first: date, last: date
) -> dict[UUID, list[HoursDay]]:
    """
    Return the days on duty of people whom the caller reaches, the earliest first.

    Wherever they were: there is one true total of a person. Whoever has none is left out.
    """
    asked = list(members)
    if scope.incident is None or not asked:
        return {}
    eve, _last = with_eve(first)
    days, params = days_sql(scope, end_of(scope, last), member__in=asked, day__gte=eve)
    found: dict[UUID, list[HoursDay]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select member, day, came, gone, seconds, without_sign_out, stays, corrected, stayed "
            f"from ({days}) as days where day >= %s order by member, day",
            [*params, first],
        )
        for (
            member, day, came, gone, seconds, unended, stays, corrected, stayed,
        ) in cursor.fetchall():  # fmt: skip
            found.setdefault(member, []).append(
                HoursDay(
                    day=day,
                    came=came,
                    left=gone,
                    minutes=(seconds or 0) // 60,
                    no_sign_out=bool(unended),
                    stays=stays,
                    corrected=corrected,
                    stayed=stayed or 0,
                )
            )
    return found


def hours_totals(scope: Scope, *, members: Collection[UUID], day: date) -> dict[UUID, HoursTotal]:
    """Return the totals up to a day of people whom the caller reaches, wherever they were."""
    asked = list(members)
    if scope.incident is None or not asked:
        return {}
    days, params = days_sql(scope, end_of(scope, day), member__in=asked)
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS.format(days=days), params)
        return {member: _total(*said) for member, *said in cursor.fetchall()}


def services(scope: Scope, *, members: Collection[UUID], day: date) -> dict[UUID, Service]:
    """Return the work recorded up to a day of people whom the caller reaches, wherever it was."""
    rows = WorkRecord.objects.standing().filter(
        incident=scope.incident, member__in=list(members), day__lte=day
    )
    summed = rows.order_by().values("member").annotate(t=Sum("times"), s=Sum("persons_served"))
    return {
        member: Service(times=times, persons_served=served)
        for member, times, served in summed.values_list("member", "t", "s")
    }


def day_total(scope: Scope, *, member: UUID, day: date) -> DayTotal:
    """Return what a person's day comes to so far, for the check of a correction."""
    found = hours_of(scope, members=[member], first=day, last=day).get(member)
    if found:
        return found[0].total
    # Corrections that took everything away again leave no day, and still count.
    rows = HoursCorrection.objects.standing().filter(
        incident=scope.incident, member=member, day=day
    )
    return DayTotal(corrected=rows.aggregate(total=Sum("minutes"))["total"] or 0)


def without_sign_out(scope: Scope, *, member: UUID, day: date) -> set[int]:
    """Return the communities in which a stay of the day has no sign-out."""
    return open_places(stays_on(scope, day, Q(member=member)))


def gave_way(scope: Scope, correction: HoursCorrection) -> bool:
    """Tell whether a correction stood for a sign-out that has come since, and counts no more."""
    where = Q(member=correction.member, community_id=correction.community_id)
    found = stays_on(scope, correction.day, where)
    return correction.for_sign_out and bool(found) and not open_places(found)


def hours_page(scope: Scope, *, day: date, number: int, size: int) -> HoursPage:
    """Return the totals of those within reach who have been on duty, by name."""
    scope.require(Can.SEE_PEOPLE)
    cutoff = end_of(scope, day)
    shown = Paginator(_served(scope, cutoff).values_list("pk", flat=True), size)
    page = shown.get_page(number)
    return HoursPage(
        within=_total_within(scope, cutoff) if shown.count <= COUNTED_AT_ONCE else None,
        lines=hours_lines(scope, list(page), day=day),
        total=shown.count,
        number=page.number,
        pages=shown.num_pages,
    )


def hours_lines(scope: Scope, members: Collection[UUID], *, day: date) -> list[HoursLine]:
    """Return the totals of some people whom the scope reaches, in their order."""
    totals = hours_totals(scope, members=members, day=day)
    work = services(scope, members=members, day=day)
    people = members_by_id(scope, members)
    names = shown_names(scope, people)
    return [
        HoursLine(
            member=one,
            name=names.get(one, ""),
            unit=str(people[one].organisation or "") if one in people else "",
            total=totals.get(one, HoursTotal()),
            service=work.get(one, Service()),
        )
        for one in members
    ]


def served_by(scope: Scope, cutoff: Cutoff) -> QuerySet[Member]:
    """Return those with a day on duty within reach, with `served`: what they served there."""
    try:
        totals, params = _within(scope, cutoff, member=RawSQL("of_row.person", ()))
    except EmptyResultSet:
        return Member.objects.none()
    served = RawSQL(
        f'select to_jsonb(served) from (select "{Member._meta.db_table}"."id" as person) '
        f"as of_row cross join lateral ({_TOTALS.format(days=totals)}) as served",
        params,
        models.JSONField(),
    )
    return _served(scope, cutoff).annotate(served=served)


def hours_served(scope: Scope, cutoff: Cutoff) -> Decimal:
    """Return the hours that people have served within reach up to the day, in tenths."""
    return tenths(_measured(scope, cutoff, "sum(seconds) / 3600.0"))


def days_served(scope: Scope, cutoff: Cutoff) -> int:
    """Return the days on duty within reach up to the day, one for each person and day."""
    return int(_measured(scope, cutoff, "count(*)"))


def _served(scope: Scope, cutoff: Cutoff) -> QuerySet[Member]:
    if scope.incident != cutoff.incident:
        return Member.objects.none()
    came = CheckIn.objects.standing(cutoff.marks).filter(
        reached_by(scope),
        incident=cutoff.incident,
        day__lte=cutoff.day,
        occurred_at__lte=cutoff.occurred_until,
    )
    added = HoursCorrection.objects.standing(cutoff.marks).filter(
        reached_by(scope), incident=cutoff.incident, day__lte=cutoff.day
    )
    # As in `days_sql`: where nobody signed in, minutes make a day if any are left of it.
    left = added.order_by().values("member", "day").annotate(left=Sum("minutes")).filter(left__gt=0)
    named = Q(pk__in=came.order_by().values("member")) | Q(pk__in=left.values("member"))
    return Member.objects.filter(named).order_by("sort_key", "pk")


def _total_within(scope: Scope, cutoff: Cutoff) -> HoursTotal:
    days, params = _within(scope, cutoff)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select coalesce(sum(seconds), 0)::bigint / 60, count(*) from ({days}) as days", params
        )
        minutes, count = cursor.fetchone()
    return HoursTotal(minutes=minutes, days=count)


def _within(scope: Scope, cutoff: Cutoff, **chosen: object) -> Sql:
    return days_sql(scope, cutoff, reached_by(scope), **chosen)


def _measured(scope: Scope, cutoff: Cutoff, expression: str) -> Decimal:
    if scope.incident != cutoff.incident:
        return Decimal(0)
    try:
        days, params = _within(scope, cutoff)
    except EmptyResultSet:
        return Decimal(0)
    with connection.cursor() as cursor:
        cursor.execute(f"select {expression} from ({days}) as days", params)
        (found,) = cursor.fetchone()
    return Decimal(found or 0)


def _total(minutes: int, days: int, untimed: int, first: date, last: date) -> HoursTotal:
    return HoursTotal(
        minutes=minutes,
        days=days,
        days_without_sign_out=untimed,
        first_day=first,
        last_day=last,
    )
