"""What phone and server agree on: limits, names of outcomes, and the refusals of a request."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

VERSION = "v1"
WANTED_APP = "1.0.0"
LONGEST_VERSION = 20

LARGEST_BODY = 1_000_000
MOST_EVENTS = 200
# A request is signed for one moment: who copies it cannot use it much later.
STAMP_TOLERANCE_MS = 5 * 60 * 1000
# Numbers of a phone stay whole in JavaScript.
LARGEST_NUMBER = 2**53 - 1


def version_of(app: str) -> str:
    """Return what an app calls itself, as far as a column can hold it."""
    return app.encode("ascii", "replace").decode().replace("\0", "")[:LONGEST_VERSION]


class Said(StrEnum):
    """What becomes of one event; only the first two let it leave the phone's outbox."""

    ACCEPTED = "accepted"
    ALREADY = "already"
    RETRY = "retry"
    QUARANTINED = "quarantined"


class Unreadable(Refused):
    """The request is no whole JSON object of the right form."""

    code = "sync.unreadable"
    message = _("The message did not arrive whole. Your records are still on the phone.")
    status = 400


class TooLarge(Refused):
    """The body is too long, or the list in it."""

    code = "sync.too-large"
    message = _("Too much was sent at once. The phone sends it again in smaller parts.")
    status = 413


class TooFast(Refused):
    """One device asks too often."""

    code = "sync.too-fast"
    message = _("This phone asks too often. It waits a little and goes on by itself.")
    status = 429


class TooBusy(Refused):
    """More is waiting than can be answered soon."""

    code = "sync.busy"
    message = _("Very many phones are sending now. Your records are kept and sent again shortly.")
    status = 503


class OldApp(Refused):
    """The app speaks a protocol that is not known here."""

    code = "sync.old-app"
    message = _(
        "This app is too old for the server. Your records are kept; open the page again with "
        "signal to get the new app."
    )
    status = 426


class WrongStamp(Refused):
    """The request was signed for another time; the answer tells the right one."""

    code = "sync.stamp"
    message = _("The clock of this phone is wrong. The phone takes the time of the server.")
    status = 401


class UnknownDevice(Refused):
    """No such device is enrolled."""

    code = "sync.unknown-device"
    message = _(
        "This phone is not registered here. Your records are kept. Ask for a new link and "
        "register the phone again."
    )
    status = 401


class BadSignature(Refused):
    """The device's key did not sign this."""

    code = "sync.bad-signature"
    message = _(
        "This phone could not prove itself. Your records are kept; open the app again with signal."
    )
    status = 401


class Revoked(Refused):
    """The device may not go on."""

    code = "sync.revoked"
    message = _(
        "This phone has been struck off. What you record is kept and looked at by a person; "
        "ask your team leader."
    )
    status = 403


class TokenUnknown(Refused):
    """No invitation has this token."""

    code = "sync.token-unknown"
    message = _("This link is not valid. Ask your team leader for a new one.")
    status = 404


class TokenUsed(Refused):
    """The invitation has let a phone in already."""

    code = "sync.token-used"
    message = _("This link has been used on another phone. Ask your team leader for a new one.")
    status = 409


class TokenExpired(Refused):
    """The invitation is over."""

    code = "sync.token-expired"
    message = _("This link is no longer valid. Ask your team leader for a new one.")
    status = 410


class DeviceKnown(Refused):
    """The phone's own number for this enrolment belongs to another one."""

    code = "sync.device-known"
    message = _("This phone has registered already. Open the app; or ask for a new link.")


class AnothersLink(Refused):
    """The invitation is not for the person and operation as whose phone this one asks again."""

    code = "sync.anothers-link"
    message = _("This link is for somebody else, or for another operation.")


class Defect(Refused):
    """Something went wrong that nobody has thought of; it is in the log."""

    code = "sync.defect"
    message = _("Something went wrong on the server. Your records are kept and sent again later.")
    status = 500


class NoEndpoint(Refused):
    """The protocol has no such place."""

    code = "sync.no-such-place"
    message = _("The server has no such place. Your records are kept on the phone.")
    status = 404
