"""What is late, and who of those expected reported in, was on site and worked."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

DEADLINE = "attendance.deadline"
DEFAULT_DEADLINE = "08:30"

# A phone's clock may be a little ahead; what lies further ahead has not happened.
CLOCK_TOLERANCE = timedelta(minutes=5)

_MINUTE = timedelta(minutes=1)


def lateness(occurred_at: datetime, deadline: datetime) -> timedelta | None:
    """
    Return how long after the deadline somebody signed in, in whole seconds; None when in time.

    8:30:00 and every fraction of that second is in time for 8:30; 8:30:01 is late.
    """
    after = occurred_at.replace(microsecond=0) - deadline
    return after if after > timedelta() else None


def minutes_late(late: timedelta) -> int:
    """Return a lateness as a person says it: begun minutes, so that late is never "0 minutes"."""
    return -(-late // _MINUTE)


def deadline_time(value: object) -> time:
    """
    Read the time of day of the parameter `attendance.deadline`, such as "08:30".

    :raises ValueError: it is not one
    """
    if not isinstance(value, str):
        raise ValueError("not a time of day")
    read = time.fromisoformat(value)
    if read.tzinfo is not None or read.microsecond:
        raise ValueError("not a time of day")
    return read


def is_ahead(occurred_at: datetime, at: datetime) -> bool:
    """Tell whether a time lies so far ahead that it cannot have happened."""
    return occurred_at > at + CLOCK_TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """
    The funnel of one day as sets of people: each of the first four lies within the one before.

    Who does not fit is in a set beside it and never dropped: `present` of the day is `present`,
    `unexpected` and `unreported` together, and nobody is in two of them.

    :param unexpected: on site and reported in, but excused that day or not enrolled
    :param unreported: on site without a report-in
    :param unsigned: worked without a sign-in
    :param elsewhere: reported in here, on site in another community
    :param not_present: reported in, not seen anywhere that day; to be verified
    :param not_working: on site, no work recorded; to be verified
    """

    expected: frozenset[UUID]
    reported: frozenset[UUID]
    present: frozenset[UUID]
    worked: frozenset[UUID]
    unexpected: frozenset[UUID]
    unreported: frozenset[UUID]
    unsigned: frozenset[UUID]
    elsewhere: frozenset[UUID]
    not_present: frozenset[UUID]
    not_working: frozenset[UUID]


def steps(
    *,
    expected: Set[UUID],
    reported: Set[UUID],
    present: Set[UUID],
    worked: Set[UUID],
    elsewhere: Set[UUID] = frozenset(),
) -> Steps:
    """
    Put a day's people into the funnel.

    Whoever worked was there: work without a sign-in is a line of its own and no absence.
    """
    came = expected & reported
    on_site = came & present
    absent = came - present - worked
    return Steps(
        expected=frozenset(expected),
        reported=frozenset(came),
        present=frozenset(on_site),
        worked=frozenset(on_site & worked),
        unexpected=frozenset((present & reported) - expected),
        unreported=frozenset(present - reported),
        unsigned=frozenset(worked - present),
        elsewhere=frozenset(absent & elsewhere),
        not_present=frozenset(absent - elsewhere),
        not_working=frozenset(present - worked - elsewhere),
    )
