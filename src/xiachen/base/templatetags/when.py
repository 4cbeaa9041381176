"""Moments in templates as a person says them."""

from datetime import date, datetime, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from xiachen.base import clock

register = template.Library()

_DAY = timedelta(days=1)


@register.filter
def when(moment: datetime | None) -> str:
    """
    Return a moment with its day as near as it is: today 9:45, tomorrow 8:00, a date.

    The year is said only of another one than this.
    """
    return _said(moment, "%H:%M")


@register.filter
def when_to_the_second(moment: datetime | None) -> str:
    """Return the same for moments that are compared: today 9:45:07."""
    return _said(moment, "%H:%M:%S")


@register.filter
def day_and_time(moment: datetime | None) -> str:
    """Return a moment as it can be read on paper on another day: March 4, 9:45."""
    if moment is None:
        return ""
    local = moment.astimezone(clock.local_zone())
    return f"{_date(local.date())} {_time(local, '%H:%M')}"


def _said(moment: datetime | None, digits: str) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(clock.local_zone())
    time = _time(local, digits)
    today = clock.local_day(clock.now())
    if local.date() == today:
        return _("today %(time)s") % {"time": time}
    if local.date() == today - _DAY:
        return _("yesterday %(time)s") % {"time": time}
    if local.date() == today + _DAY:
        return _("tomorrow %(time)s") % {"time": time}
    return f"{_date(local.date())} {time}"


def _time(local: datetime, digits: str) -> str:
    return local.strftime(digits).removeprefix("0")


def _date(day: date) -> str:
    if day.year != clock.local_day(clock.now()).year:
        return date_format(day, "DATE_FORMAT")
    return date_format(day, pgettext("a day of this year, as Django writes formats", "N j,"))
