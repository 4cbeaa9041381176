"""Records of mobilisation, a noun in each module; Django finds them here."""

from xiachen.mobilisation.models import report_ins, stays

__all__ = ["report_ins", "stays"]
