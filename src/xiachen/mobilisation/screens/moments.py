"""When something happened that is written down on a screen."""

from datetime import datetime, time

from xiachen.base import clock
from xiachen.privacy.doors import ScopedRequest


def moment(request: ScopedRequest, at_time: time | None) -> datetime:
    """
    Return when it happened: now, or on the day looked at when it is written down afterwards.

    For what happened outside. What is decided here (calls, selections, offers) happens when the
    button is pressed: a term that runs from a day looked at would be over at once.
    """
    now = clock.now()
    if request.day == clock.local_day(now):
        return now
    return clock.on_day(request.day, at_time or now.astimezone(clock.local_zone()).time())
