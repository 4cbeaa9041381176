"""How a person settles a record that could not be taken in."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

Words = str | Promise

LONGEST_REASON = 200

# Why a record has settled itself, by the reason that is kept.
SIGNED_IN, SIGNED_OUT = "signed-in-otherwise", "signed-out-otherwise"
_BY_ITSELF: Mapping[str, Words] = {
    SIGNED_IN: _("The person was signed in in another way; it settled itself."),
    SIGNED_OUT: _("The person was signed out in another way; it settled itself."),
}


def reason_words(reason: str, *, by_itself: bool) -> Words:
    """Return why a record was settled: what a person wrote, or why it settled itself."""
    return _BY_ITSELF.get(reason, reason) if by_itself else reason


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
