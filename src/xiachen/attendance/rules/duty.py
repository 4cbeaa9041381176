"""Leaving, hours, and when somebody has worked too long without rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

# Eight hours and at most three more a day, and a day of rest a week: Labour Law of the People's
# Republic of China, articles 36, 38 and 41. Article 42 lifts them in an emergency, which makes
# nobody less tired: the limits warn and refuse nothing.
MOST_HOURS, MOST_DAYS = "attendance.most-hours", "attendance.most-days"
DEFAULT_MOST_HOURS, DEFAULT_MOST_DAYS = 11, 6

# Whoever needs rest hears so in the evening, in time for tomorrow.
WARNS_FROM = time(19)

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
    """A sign-in is not moved past a sign-out: it would begin another stay, or none."""

    code = "attendance.after-sign-out"
    message = _(
        "The person signed out at %(time)s that day. Correct the sign-out first, then the sign-in."
    )


class PastSignIn(Refused):
    """A sign-out is not moved past the sign-in of the next stay."""

    code = "attendance.past-sign-in"
    message = _(
        "The person signed in again at %(time)s. Correct that sign-in first, then the sign-out."
    )


class SignedOutAlready(Refused):
    """The same sign-out is on record."""

    code = "attendance.signed-out-already"
    message = _(
        "This person has signed out at %(time)s already. "
        "If the time is wrong, correct it; a second sign-out is not needed."
    )


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
