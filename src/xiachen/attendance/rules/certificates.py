"""What a service certificate needs, and where it stands."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

# Without letters and digits that are taken for each other when read out or copied by hand.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 6

# A page of so many sheets is printed without a browser losing its breath.
MOST_AT_ONCE = 500


class NothingServed(Refused):
    """A certificate tells of at least one day on duty."""

    code = "attendance.nothing-served"
    message = _("No day on duty is recorded up to this day, so there is nothing to certify yet.")


class CertifiedFurther(Refused):
    """A paper is not replaced by one that leaves out the days after the one looked at."""

    code = "attendance.certified-further"
    message = _(
        "The certificate that holds tells of later days too. "
        "To issue another, look at its last day or a later one."
    )


class TooManyToCertify(Refused):
    """Certificates for a group are issued and printed in runs of a size that paper can take."""

    code = "attendance.too-many-to-certify"
    message = _("These are more than %(most)s people. Choose a team or a community of them.")


class CertificateUnknown(Refused):
    """The link behind the code is none of this house."""

    code = "attendance.certificate-unknown"
    message = _(
        "This is no certificate of this operation, or the link is incomplete. "
        "Scan the code on the paper again, or ask whoever issued it."
    )
    status = 404


class State(StrEnum):
    """What somebody who checks a certificate is told."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


def state_of(*, reversed_by_void: bool | None) -> State:
    """
    Return where a certificate stands.

    :param reversed_by_void: whether what took its place is void; None: nothing did
    """
    if reversed_by_void is None:
        return State.VALID
    return State.WITHDRAWN if reversed_by_void else State.SUPERSEDED
