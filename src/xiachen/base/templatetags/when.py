"""Moments in templates as a person says them."""

from datetime import datetime, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xiachen.base import clock

register = template.Library()


@register.filter
def when(moment: datetime | None) -> str:
    """Return a moment with its day as near as it is: today 9:45, yesterday 18:02, a date before."""
    if moment is None:
        return ""
    local = moment.astimezone(clock.local_zone())
    time = f"{local.hour}:{local:%M}"
    today = clock.local_day(clock.now())
    if local.date() == today:
        return _("today %(time)s") % {"time": time}
    if local.date() == today - timedelta(days=1):
        return _("yesterday %(time)s") % {"time": time}
    return f"{date_format(local, 'DATE_FORMAT')} {time}"
