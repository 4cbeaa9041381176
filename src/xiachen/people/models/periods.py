"""Periods of whole days: both ends belong to them, no end is for ever."""

from datetime import date

from django.db.models import Q


def standing_on(day: date) -> Q:
    """Return the condition that a row's period, `from_day` to `to_day`, includes the day."""
    return Q(from_day__lte=day) & (Q(to_day=None) | Q(to_day__gte=day))
