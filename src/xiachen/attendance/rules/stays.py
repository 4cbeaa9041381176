"""
Stays: from coming to leaving, found from all sign-ins and sign-outs that are on record.

Every one is kept, in whatever order they come in, and none says to which stay it belongs: what
comes late may split a stay in two. A stay begins with a sign-in that follows a sign-out, or no
sign-in of the same day; further sign-ins before the sign-out say the same once more. It ends with
the last sign-out before the next stay begins, and belongs to the day on which it began.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

# Whoever signed in longer ago has left unrecorded, and works another day now.
LONGEST_STAY = timedelta(hours=24)
# No duty is longer: whoever leaves later has perhaps forgotten to say so the day before.
LONGEST_DUTY = timedelta(hours=16)


class Timed(Protocol):
    """Something that happened at a time."""

    @property
    def occurred_at(self) -> datetime: ...


class Punch(Protocol):
    """A sign-in or a sign-out."""

    @property
    def id(self) -> UUID: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def day(self) -> date: ...


Arrival = TypeVar("Arrival", bound=Punch)
Leaving = TypeVar("Leaving", bound=Punch)
In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(slots=True)
class Stay(Generic[In, Out]):
    """
    One stay of a person in a community.

    :ivar day: to which it belongs, after midnight too
    :ivar arrivals: its sign-ins, the earliest first; at least one
    :ivar leavings: its sign-outs, the earliest first; none while it lasts
    """

    day: date
    arrivals: list[In]
    leavings: list[Out]

    @property
    def came(self) -> In:
        """Return the sign-in with which it began."""
        return self.arrivals[0]

    @property
    def left(self) -> Out | None:
        """Return the sign-out with which it ended; None where there is none."""
        return self.leavings[-1] if self.leavings else None


def stays(arrivals: Iterable[Arrival], leavings: Iterable[Leaving]) -> list[Stay[Arrival, Leaving]]:
    """
    Put one person's sign-ins and sign-outs in one community together, the earliest stay first.

    Who signs in and out at the same moment has come and left. A sign-out that follows no sign-in of
    the 24 hours before belongs to no stay.
    """
    punches: list[tuple[datetime, bool, str, Arrival | None, Leaving | None]] = [
        *((one.occurred_at, False, str(one.id), one, None) for one in arrivals),
        *((one.occurred_at, True, str(one.id), None, one) for one in leavings),
    ]
    found: list[Stay[Arrival, Leaving]] = []
    arrived: date | None = None  # the day of the sign-in just before; None after a sign-out
    for _at, _leaves, _id, arrival, leaving in sorted(punches, key=lambda one: one[:3]):
        if arrival is not None:
            if arrival.day == arrived:
                found[-1].arrivals.append(arrival)
            else:
                found.append(Stay(arrival.day, [arrival], []))
            arrived = arrival.day
        elif leaving is not None:
            arrived = None
            if found and leaving.occurred_at - found[-1].came.occurred_at <= LONGEST_STAY:
                found[-1].leavings.append(leaving)
    return found


def arrival_before(rows: Iterable[Timed], left_at: datetime) -> Timed | None:
    """Return the last sign-in of the 24 hours before somebody left; None of none."""
    before = [one for one in rows if timedelta() <= left_at - one.occurred_at <= LONGEST_STAY]
    return max(before, key=lambda one: one.occurred_at, default=None)


def open_places(found: Mapping[tuple[int, UUID], Iterable[Stay[In, Out]]]) -> set[int]:
    """Return the communities where one of the stays, by community and person, has no sign-out."""
    return {
        community
        for (community, _member), several in found.items()
        if any(one.left is None for one in several)
    }
