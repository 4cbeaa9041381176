"""Hours of service: what a day comes to, and which corrections of it can stand."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

DAY_IN_MINUTES = 24 * 60


class OwnHours(Refused):
    """Nobody corrects one's own hours."""

    code = "attendance.own-hours"
    message = _(
        "Nobody corrects their own hours. Ask the leader, the secretary or headquarters to do it."
    )
    status = 403


class NoMinutes(Refused):
    """A correction adds or takes away between a minute and a day."""

    code = "attendance.no-minutes"
    message = _("Say how many minutes more or less: between 1 minute and 24 hours.")
    status = 422


class DayNotOver(Refused):
    """Hours of a day to come are not corrected."""

    code = "attendance.day-not-come"
    message = _("This day has not come yet. Choose today or a day before.")
    status = 422


class LessThanNothing(Refused):
    """A day cannot have less than no time."""

    code = "attendance.less-than-nothing"
    message = _(
        "Only %(time)s count on this day, so that much cannot be taken away. "
        "Correct by less, or correct the sign-in or sign-out."
    )
    status = 422


class MoreThanADay(Refused):
    """A day has twenty-four hours."""

    code = "attendance.more-than-a-day"
    message = _("With %(time)s counted already, this day would have more than 24 hours.")
    status = 422


class SignOutMissingElsewhere(Refused):
    """Time for a missing sign-out is given where the sign-out is missing."""

    code = "attendance.sign-out-missing-elsewhere"
    message = _(
        "On this day a sign-in in another community has no sign-out. Record that sign-out, or "
        "correct the hours there."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """What counts on a day, in minutes: the stays, and corrections so far."""

    stayed: int = 0
    corrected: int = 0

    @property
    def minutes(self) -> int:
        """Return what the day comes to; never less than nothing."""
        return max(0, self.stayed + self.corrected)


def check_minutes(total: DayTotal, minutes: int) -> None:
    """
    Refuse to change a day's total by so many minutes where no such day can be.

    :raises NoMinutes, LessThanNothing, MoreThanADay:
    """
    if not 1 <= abs(minutes) <= DAY_IN_MINUTES:
        raise NoMinutes(field="minutes")
    after = total.stayed + total.corrected + minutes
    if minutes < 0 and after < 0:
        raise LessThanNothing(field="minutes", time=spoken(total.minutes))
    if minutes > 0 and after > DAY_IN_MINUTES:
        raise MoreThanADay(field="minutes", time=spoken(total.minutes))


def check_day(day: date, today: date) -> None:
    """Refuse a day that has not come."""
    if day > today:
        raise DayNotOver(field="day")


def spoken(minutes: int) -> str:
    """Return minutes as a clock shows a length of time, such as 7:05; with a sign if negative."""
    sign = "−" if minutes < 0 else ""
    return f"{sign}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"


def with_eve(day: date) -> tuple[date, date]:
    """Return the days to read for one day: a stay may reach into it from the day before."""
    return day - timedelta(days=1), day
