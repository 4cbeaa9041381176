"""Records of attendance, a noun in each module; Django finds them here."""

from xiachen.attendance.models import records, signing

__all__ = ["records", "signing"]
