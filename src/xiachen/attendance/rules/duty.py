"""Leaving, hours, and when somebody has worked too long without rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

# Whoever signed in longer ago has left unrecorded, and works another day now.
LONGEST_STAY = timedelta(hours=24)

# Eight hours and at most three more a day, and a day of rest a week: Labour Law of the People's
# Republic of China, articles 36, 38 and 41. Article 42 lifts them in an emergency, which makes
# nobody less tired: the limits warn and refuse nothing.
MOST_HOURS, MOST_DAYS = "attendance.most-hours", "attendance.most-days"
DEFAULT_MOST_HOURS, DEFAULT_MOST_DAYS = 11, 6

# Whoever needs rest hears so in the evening, in time for tomorrow.
WARNS_FROM = time(19)

# Two clocks, or two people, that note the same leaving.
_SAME_LEAVING = timedelta(minutes=5)

_HOUR = Decimal(3600)
_TENTH = Decimal("0.1")


class NotSignedIn(Refused):
    """Only who has signed in can sign out."""

    code = "attendance.not-signed-in"
    message = _(
        "This person has not signed in here in the 24 hours before. "
        "Record the sign-in first, then the sign-out."
    )


class BeforeSignIn(Refused):
    """Nobody leaves before coming."""

    code = "attendance.before-sign-in"
    message = _("The sign-out lies before the sign-in at %(time)s. Give the right time.")
    status = 422


class AfterSignOut(Refused):
    """A sign-in cannot be moved behind the sign-out that it goes with."""

    code = "attendance.after-sign-out"
    message = _(
        "The person signed out at %(time)s that day. Correct the sign-out first, then the sign-in."
    )


class SignedOutAlready(Refused):
    """One sign-out for each sign-in."""

    code = "attendance.signed-out-already"
    message = _(
        "This person has signed out at %(time)s already. "
        "If the time is wrong, correct it; a second sign-out is not needed."
    )


class CameAgain(Refused):
    """A day has one stay in a community: coming back is looked at by somebody."""

    code = "attendance.came-again"
    message = _(
        "This person signed out here at %(time)s that day and came again. "
        "Correct the hours of the day so that both stays count."
    )


class LeftAgain(Refused):
    """A day has one sign-out in a community: another one is looked at by somebody."""

    code = "attendance.left-again"
    message = _(
        "This person signed out here at %(time)s that day, and this sign-out says another time. "
        "Correct the sign-out, or the hours of the day if there were two stays."
    )


class Timed(Protocol):
    """Something that happened at a time."""

    @property
    def occurred_at(self) -> datetime: ...


def sign_in_left(rows: Iterable[Timed], left_at: datetime) -> Timed | None:
    """Return the sign-in that a sign-out ends: the last of the 24 hours before; None of none."""
    before = [one for one in rows if timedelta() <= left_at - one.occurred_at <= LONGEST_STAY]
    return max(before, key=lambda one: one.occurred_at, default=None)


def is_same_leaving(one: datetime, other: datetime) -> bool:
    """Tell whether two sign-outs of a day mean the same leaving."""
    return abs(one - other) <= _SAME_LEAVING


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From when on somebody has worked too long: above so many hours a day, or days in a row."""

    hours: Decimal
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """
    What a person has had to bear without a day of rest, up to a day.

    :param days: in a row on site, the last of them the day or the one before
    :param seconds: on site in those days, as far as both ends are recorded; time in two places at
        once counts once
    :param timed_days: days of them with both ends recorded
    """

    days: int
    seconds: int
    timed_days: int

    @property
    def hours(self) -> Decimal:
        """Return the hours recorded, in tenths."""
        return tenths(Decimal(self.seconds) / _HOUR)

    @property
    def hours_a_day(self) -> Decimal | None:
        """Return the average of the days with both ends recorded, in tenths; None of none."""
        if not self.timed_days:
            return None
        return tenths(Decimal(self.seconds) / _HOUR / self.timed_days)

    def too_long(self, limits: Limits) -> bool:
        """Tell whether the person should be given rest."""
        return self.days > limits.days or (self.hours_a_day or 0) > limits.hours


def tenths(hours: Decimal) -> Decimal:
    """Return hours as they are said: rounded to a tenth."""
    return hours.quantize(_TENTH, ROUND_HALF_UP)


class Told(Protocol):
    """Something that was said of a person at a moment."""

    @property
    def member(self) -> UUID: ...
    @property
    def occurred_at(self) -> datetime: ...


def first_moments(told: Iterable[Told]) -> dict[UUID, datetime]:
    """Return the earliest moment at which something was said of each person."""
    first: dict[UUID, datetime] = {}
    for one in told:
        first[one.member] = min(one.occurred_at, first.get(one.member, one.occurred_at))
    return first
