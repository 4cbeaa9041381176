"""The wall clock, read only by doors; operations get the time as an argument."""

from datetime import UTC, date, datetime, time, tzinfo

from django.utils import timezone

# Days beyond these are slips of the pen, and the calendar of the machine ends nearby.
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2099, 12, 31)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_zone() -> tzinfo:
    """Return the zone in which days begin and deadlines fall (settings.TIME_ZONE)."""
    return timezone.get_default_timezone()


def local_day(moment: datetime) -> date:
    """Return the calendar day of a moment where the work is done."""
    return moment.astimezone(local_zone()).date()


def on_day(day: date, at: time) -> datetime:
    """Return the moment of a local time on a local day."""
    return datetime.combine(day, at, tzinfo=local_zone())


def midnight(day: date) -> datetime:
    """Return the moment at which a local day begins."""
    return on_day(day, time())
