"""When something happened, from a phone whose clock may be years off."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FIVE_MINUTES = 5 * 60 * 1000
DAY = 24 * 60 * 60 * 1000


_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Return a moment as phones speak of it: whole milliseconds since 1970."""
    return (moment - _BEGAN) // _MILLISECOND


def moment_of(milliseconds: int) -> datetime:
    """Return the moment of some milliseconds since 1970."""
    return _BEGAN + timedelta(milliseconds=milliseconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    What a phone tells of an event's time; all in milliseconds.

    :param clock: the phone's wall clock at the event
    :param offset: what the phone had to add to its clock at its last contact; None: unknown
    :param steady: elapsed since that contact by a clock that is never set; None: unknown
    :param contact: the server's time of that contact; None: unknown
    """

    clock: int
    offset: int | None
    steady: int | None
    contact: int | None


def occurred(told: Told, *, batch_clock: int, received: int, enrolled: int) -> tuple[int, bool]:
    """
    Return when it happened by the server's time, never after it was received, and if that is sure.

    The steady clock counts. Without it two estimates are compared: the wall clock corrected at
    the last contact, and how long before sending it happened; a clock set in between shows as a
    difference, and then the first one that is possible is taken.

    :param batch_clock: the phone's wall clock when it sent
    :param received: the server's time when it came
    :param enrolled: the server's time when the device was enrolled
    """
    if told.contact is not None and told.steady is not None:
        # A contact that never was proves nothing: there was none before the enrolment.
        possible = told.steady >= 0 and enrolled <= told.contact <= received
        if possible:
            return min(told.contact + told.steady, received), True
    since = received - (batch_clock - told.clock)
    if told.offset is None:
        return _possible((since,), received, enrolled), False
    corrected = told.clock + told.offset
    if abs(corrected - since) <= FIVE_MINUTES and corrected >= enrolled - DAY:
        return min(corrected, received), False
    return _possible((corrected, since), received, enrolled), False


def _possible(estimates: tuple[int, ...], received: int, enrolled: int) -> int:
    for estimate in estimates:
        if enrolled - DAY <= estimate <= received:
            return estimate
    return received
