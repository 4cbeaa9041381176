"""One person's ledger of hours: each day with its stays and corrections, and the total."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.queries import hours
from xiachen.attendance.queries.hours import HoursDay, HoursTotal, Service
from xiachen.attendance.queries.righted import Righted, righted
from xiachen.attendance.queries.stays import OneStay, stays_on
from xiachen.attendance.rules.hours import spoken
from xiachen.base.errors import Forbidden, NotFound
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.people.queries.members import member as member_of
from xiachen.people.queries.members import shown_name
from xiachen.places.queries.communities import communities_by_id
from xiachen.privacy.scope import Can, Scope

DAYS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A sign-in, and the sign-out that goes with it, in a community."""

    community: str
    came: datetime
    left: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """
    A correction that stands.

    :param gave_way: it stood for a sign-out that has come since, and counts no more
    :param may_take_back: whether the reader can
    """

    id: UUID
    community: int
    place: str
    minutes: int
    reason: str
    at: datetime
    gave_way: bool
    may_take_back: bool

    @property
    def words(self) -> str:
        """Return the minutes with their sign, as a length of time."""
        return f"+{spoken(self.minutes)}" if self.minutes > 0 else spoken(self.minutes)


@dataclass(slots=True, kw_only=True)
class LedgerDay:
    """
    A day with what makes it up.

    :ivar righted: its sign-ins and sign-outs that were put right or taken back
    """

    hours: HoursDay
    stays: list[Stay] = field(default_factory=list)
    righted: list[Righted] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)

    @property
    def time(self) -> str:
        """Return what the day comes to, as a length of time."""
        return spoken(self.hours.minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """
    A page of a person's days, the latest first, and the total of all.

    :param corrects: whether the reader may correct this person's hours
    """

    member: UUID
    name: str
    unit: str
    own: bool
    days: list[LedgerDay]
    total: HoursTotal
    service: Service
    corrects: bool
    number: int
    pages: int

    @property
    def time(self) -> str:
        """Return the total as a length of time."""
        return spoken(self.total.minutes)


def ledger(scope: Scope, *, member: UUID, day: date, number: int, size: int = DAYS) -> Ledger:
    """
    Return one's own ledger, or that of somebody for whom the reader answers, up to a day.

    :param size: days on a page
    :raises Forbidden, NotFound: it is somebody else's whom the reader does not answer for
    """
    own = member == scope.member
    if not own and not scope.allows(Can.SEE_PEOPLE):
        raise Forbidden()
    if scope.incident is None:
        raise NotFound()
    found = member_of(scope, member)
    total = hours.hours_totals(scope, members=[member], day=day).get(member, HoursTotal())
    first = total.first_day or day
    everything = hours.hours_of(scope, members=[member], first=first, last=day).get(member, [])
    pages = max(1, -(-len(everything) // size))
    number = min(max(1, number), pages)
    shown = everything[::-1][(number - 1) * size : number * size]
    return Ledger(
        member=member,
        name=shown_name(scope, member, found.name),
        unit=str(found.organisation or ""),
        own=own,
        days=_days(scope, member, shown),
        total=total,
        service=hours.services(scope, members=[member], day=day).get(member, Service()),
        corrects=not own and scope.allows(Can.CORRECT),
        number=number,
        pages=pages,
    )


def correctable_places(scope: Scope, *, member: UUID) -> list[tuple[int, str]]:
    """Return in which communities the reader may correct a person's hours, by code and name."""
    if not scope.allows(Can.CORRECT):
        return []
    signed = CheckIn.objects.filter(scope.within(), incident=scope.incident, member=member)
    stays = Enrolment.objects.filter(scope.within(), incident=scope.incident, member_id=member)
    codes = set(signed.order_by().values_list("community_id", flat=True).distinct())
    codes |= set(stays.order_by().values_list("community_id", flat=True).distinct())
    places = communities_by_id(scope, codes)
    return sorted((code, places[code].name) for code in codes if code in places)


def _days(scope: Scope, member: UUID, shown: list[HoursDay]) -> list[LedgerDay]:
    lines = {one.day: LedgerDay(hours=one) for one in shown}
    if not lines:
        return []
    found = stays_on(scope, min(lines), Q(member=member), last=max(lines))
    stays = sorted(
        ((code, one) for (code, _member), several in found.items() for one in several),
        key=lambda pair: (pair[1].came.occurred_at, pair[0]),
    )
    ended = {(one.day, code): one.left is not None for code, one in stays}  # by the last of the day
    of_days = {"incident": scope.incident, "member": member, "day__in": list(lines)}
    corrected = list(
        HoursCorrection.objects.standing().filter(**of_days).order_by("received_at", "pk")
    )
    codes = {code for code, _stay in stays} | {row.community_id for row in corrected}
    places = communities_by_id(scope, codes)
    for code, one in stays:
        if one.day in lines:
            lines[one.day].stays.append(
                Stay(
                    community=str(places.get(code, "")),
                    came=one.came.occurred_at,
                    left=one.left.occurred_at if one.left else None,
                )
            )
    _put_right(scope, member, lines, [one for _code, one in stays])
    for row in corrected:
        gave_way = row.for_sign_out and ended.get((row.day, row.community_id), False)
        lines[row.day].corrections.append(_correction(scope, row, places, gave_way))
    return list(lines.values())


def _put_right(
    scope: Scope, member: UUID, lines: Mapping[date, LedgerDay], stays: Iterable[OneStay]
) -> None:
    """Add what was put right to the day of its stay; what no longer stands to that of its time."""
    of_stay = {row.pk: one.day for one in stays for row in (*one.arrivals, *one.leavings)}
    for fix in righted(scope, member=member, first=min(lines), last=max(lines) + timedelta(days=1)):
        # Who worked through the night was signed out on the day after.
        days = (of_stay.get(fix.id, fix.day), fix.day - timedelta(days=not fix.arrives))
        line = next((lines[day] for day in days if day in lines), None)
        if line:
            line.righted.append(fix)


def _correction(
    scope: Scope, row: HoursCorrection, places: Mapping[int, object], gave_way: bool
) -> Correction:
    return Correction(
        id=row.pk,
        community=row.community_id,
        place=str(places.get(row.community_id, "")),
        minutes=row.minutes,
        reason=row.reason,
        at=row.received_at,
        gave_way=gave_way,
        may_take_back=row.member != scope.member
        and scope.allows(Can.CORRECT, community=row.community_id),
    )
