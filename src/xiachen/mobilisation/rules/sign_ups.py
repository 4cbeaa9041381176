"""What may become of a sign-up, and why something is refused."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

CODE_VALID = timedelta(minutes=10)
CODE_TRIES = 5
CODES_PER_NUMBER = 5
# A whole office, and many phones of one mobile network, come from one address.
ASKED_PER_ADDRESS = 300


class NotInvited(Refused):
    """The call asks some units."""

    code = "mobilisation.not-invited"
    message = _("This call does not ask the person's unit. Check the unit, or have it invited.")


class OtherUnit(Refused):
    """People count in the unit with which they are registered, or in one above it."""

    code = "mobilisation.other-unit"
    message = _(
        "The person is registered with another unit. Choose that unit, "
        "or have it correct the record."
    )


class OtherUnitConfirms(Refused):
    """The unit in which somebody counts lets them go."""

    code = "mobilisation.other-unit-confirms"
    message = _(
        "This person counts in another unit of this call. The liaison of that unit confirms."
    )


class SamePersonAsked(Refused):
    """One person takes one place."""

    code = "mobilisation.same-person-asked"
    message = _(
        "Somebody of the same name is registered in the unit. "
        "Say whether it is the same person or another."
    )


class HasWithdrawn(Refused):
    """Who has withdrawn is not signed up again over their head."""

    code = "mobilisation.has-withdrawn"
    message = _(
        "This sign-up was withdrawn on %(day)s. Ask the person; "
        "they can sign up again by themselves."
    )


class OutsideDays(Refused):
    """The wished days lie within the call's."""

    code = "mobilisation.outside-days"
    message = _("The call is for %(from)s to %(to)s. Choose days within these.")
    status = 422


class WaitsForUnit(Refused):
    """The unit speaks first."""

    code = "mobilisation.waits-for-unit"
    message = _("The unit has not confirmed this sign-up yet. Ask its liaison to confirm it first.")


class NotMet(Refused):
    """Something is missing that the call says must be met."""

    code = "mobilisation.criteria-not-met"
    message = _(
        "This person does not meet what the call says must be met. "
        "Refuse, or change the criteria for everybody."
    )


class AcceptedElsewhere(Refused):
    """Nobody goes to two places on one day."""

    code = "mobilisation.accepted-elsewhere"
    message = _(
        "This person holds a place in another call on the same days. "
        "Refuse here, or have that place given up first."
    )


class SentAlready(Refused):
    """A place is not given on while its holder is there."""

    code = "mobilisation.sent-already"
    message = _(
        "This person has been sent for these days. Recall the person first; "
        "then the place can be given up."
    )


class NotFromHere(Refused):
    """The state of a sign-up does not allow the step."""

    code = "mobilisation.not-from-here"
    message = _("This sign-up is “%(state)s” by now. Read the list again.")


class NoReason(Refused):
    """Whoever is refused is told why."""

    code = "mobilisation.no-reason"
    message = _("Choose the reason; the person and the unit will see it.")
    status = 422


class OfferOver(Refused):
    """An offered place is held for a while."""

    code = "mobilisation.offer-over"
    message = _("The time to answer is over, and the place went to the next person.")


class TooOften(Refused):
    """Codes and tries have a limit in each hour."""

    code = "mobilisation.too-often"
    message = _("This was tried too often. Wait an hour, or ask your unit to sign you up.")
    status = 429


class WrongCode(Refused):
    """The code is not the one that was sent last, or is too old, or was used."""

    code = "mobilisation.wrong-code"
    message = _(
        "This is not the code that was sent last, or its ten minutes are over. "
        "Check the six digits, or have a new code sent."
    )
    status = 422


class NotSignedUp(Refused):
    """Nobody with this number has signed up for this call."""

    code = "mobilisation.not-signed-up"
    message = _("Nobody with this number has signed up for this call. You can do it here.")
    status = 404


# From which states each step leads, by the state that it leads to; names as in the models.
LEADS_FROM: Mapping[str, frozenset[str]] = {
    "ready": frozenset({"signed"}),
    "accepted": frozenset({"ready", "waiting", "refused", "lapsed"}),
    "waiting": frozenset({"ready", "refused", "lapsed"}),
    "refused": frozenset({"signed", "ready", "waiting", "accepted", "offered", "confirmed"}),
    "confirmed": frozenset({"accepted", "offered"}),
    "withdrawn": frozenset(
        {"signed", "ready", "waiting", "accepted", "offered", "confirmed", "lapsed"}
    ),
    "offered": frozenset({"waiting"}),
    "lapsed": frozenset({"offered"}),
    "signed": frozenset({"withdrawn", "lapsed"}),
}


def leads(state: str, to: str) -> bool:
    """Tell whether a sign-up in one state can come into another."""
    return state in LEADS_FROM[to]
