"""How a person settles a record that could not be taken in."""

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

LONGEST_REASON = 200


class ReasonMissing(Refused):
    """Whoever settles a record or strikes a phone off says why."""

    code = "sync.reason-missing"
    message = _("Say in a few words why.")
    status = 422


class SettledAlready(Refused):
    """Somebody else was quicker, or the record has been taken in."""

    code = "sync.settled-already"
    message = _("This record was settled meanwhile. Read the list again.")


def check_reason(reason: str) -> str:
    """Return the reason without blanks around it; refuse an empty one."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return reason.strip()[:LONGEST_REASON]
