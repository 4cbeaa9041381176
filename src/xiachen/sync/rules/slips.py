"""When a wrong code has cost its person nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from xiachen.attendance.rules.records import lateness
from xiachen.attendance.rules.stays import Punch, Stay, stays

# Refusals of a code, which only its own person can have given.
SLIPS = frozenset(
    {
        "attendance.code-used",
        "attendance.other-days-code",
        "attendance.place-closed",
        "attendance.too-many-wrong-codes",
        "attendance.unknown-place",
        "attendance.wrong-code",
    }
)
# A stay may have begun so much later, or ended so much earlier, than the person says.
_LITTLE = timedelta(minutes=15)


class Arrival(Punch, Protocol):
    """A sign-in, with what it is judged against."""

    @property
    def deadline(self) -> datetime: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A sign-in or sign-out that was refused for its code."""

    id: UUID
    occurred_at: datetime
    day: date
    leaves: bool


def cost_nothing(slip: Slip, arrivals: Sequence[Arrival], leavings: Sequence[Punch]) -> bool:
    """
    Tell whether the person's stays would be the same if the code had been right.

    The one in which the slip lies must have ended: nobody knows of others how long they were.

    :param arrivals: the person's sign-ins in the community, those of the day before too
    """
    came: list[Punch] = [*arrivals]
    left: list[Punch] = [*leavings]
    (left if slip.leaves else came).append(slip)
    without, with_it = stays(arrivals, leavings), stays(came, left)
    return len(without) == len(with_it) and any(
        slip in (*whole.arrivals, *whole.leavings) and _are_alike(stay, whole)
        for stay, whole in zip(without, with_it, strict=True)
    )


def _are_alike(stay: Stay[Arrival, Punch], whole: Stay[Punch, Punch]) -> bool:
    if stay.left is None or whole.left is None:
        return False
    came, came_too = stay.came.occurred_at, whole.came.occurred_at
    in_time = [lateness(moment, stay.came.deadline) is None for moment in (came, came_too)]
    return (
        in_time[0] == in_time[1]
        and came - came_too <= _LITTLE
        and whole.left.occurred_at - stay.left.occurred_at <= _LITTLE
    )
