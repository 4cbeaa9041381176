"""Records of attendance, a noun in each module; Django finds them here."""

from xiachen.attendance.models import (
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
    "certificates",
    "health",
    "hours",
    "injuries",
    "records",
    "resting",
    "signing",
    "stand_ins",
]
