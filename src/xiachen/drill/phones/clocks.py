"""
The time of virtual phones: a true course that nobody on a phone knows, and clocks that are wrong.

All moments are integers, milliseconds since 1970 UTC; a course of time that is played moves only
when it is told to, so that a run is the same for the same seed.
"""

import random
import time
from typing import Protocol
from uuid import UUID

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_RANDOM_BITS = ~(0xF << 76) & ~(0x3 << 62)
_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)


class Course(Protocol):
    """The true course of time."""

    def now(self) -> int:
        """Return the true moment."""


class RealCourse:
    """Time as it passes."""

    def now(self) -> int:
        """Return the moment of this machine."""
        return time.time_ns() // 1_000_000


class PlayedCourse:
    """Time that passes only when told to."""

    def __init__(self, at: int) -> None:
        self._at = at

    def now(self) -> int:
        """Return the played moment."""
        return self._at

    def go_on(self, milliseconds: int) -> None:
        """Let so much time pass."""
        self._at += milliseconds


class PhoneClock:
    """
    What a phone believes about time.

    :param skew: how far its wall clock is ahead of the true time; whoever sets the clock changes it
    """

    def __init__(self, course: Course, skew: int = 0) -> None:
        self._course = course
        self.skew = skew
        self._loaded = course.now()

    def wall(self) -> int:
        """Return what the wall clock shows."""
        return self._course.now() + self.skew

    def steady(self) -> int:
        """Return the milliseconds since the app was loaded; setting the clock does not touch it."""
        return self._course.now() - self._loaded

    def reload(self) -> None:
        """Begin to count anew, as a page does that was closed."""
        self._loaded = self._course.now()


def made_id(at: int, chance: random.Random) -> UUID:
    """Return a UUIDv7 as the phone makes it, from its own wall clock and its own chance."""
    moment = at & ((1 << 48) - 1)
    return UUID(int=(moment << 80) | (chance.getrandbits(80) & _RANDOM_BITS) | _VERSION_AND_VARIANT)
