"""Records of mobilisation, a noun in each module; Django finds them here."""

from xiachen.mobilisation.models import (
    call_ups,
    duties,
    phone_codes,
    report_ins,
    sign_ups,
    slips,
    stays,
)

__all__ = ["call_ups", "duties", "phone_codes", "report_ins", "sign_ups", "slips", "stays"]
