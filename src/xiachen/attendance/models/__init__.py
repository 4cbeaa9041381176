"""Records of attendance, a noun in each module; Django finds them here."""

from xiachen.attendance.models import (
    calendars,
    certificates,
    health,
    hours,
    injuries,
    records,
    resting,
    signing,
    stand_ins,
)

__all__ = [
    "calendars",
    "certificates",
    "health",
    "hours",
    "injuries",
    "records",
    "resting",
    "signing",
    "stand_ins",
]
