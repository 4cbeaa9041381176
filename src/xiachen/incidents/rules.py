"""Rules of incidents: which days can be, and which parameter holds on a day."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+")

# Operations are planned weeks ahead, not years; a day beyond is a slip of the pen.
_AHEAD = timedelta(days=3653)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of a parameter, for one community or for all (None), from a day on."""

    value: object
    from_day: date
    to_day: date | None = None
    community: int | None = None


def is_name(name: str) -> bool:
    """Tell whether a text names a parameter: an area and a word, such as attendance.deadline."""
    return len(name) <= 60 and _NAME.fullmatch(name) is not None


def lies_within(day: date, *, began_on: date) -> bool:
    """Tell whether a day can belong to an incident that began on a day."""
    return began_on <= day <= began_on + _AHEAD


def in_force(settings: Iterable[Setting], *, day: date, community: int | None) -> Setting | None:
    """
    Return the setting that holds on a day.

    One made for the community goes before one for all; of each, the latest begun.
    """
    held = [
        one
        for one in settings
        if one.from_day <= day
        and (one.to_day is None or day <= one.to_day)
        and one.community in (None, community)
    ]
    return max(held, key=lambda one: (one.community is not None, one.from_day), default=None)
