"""What phones may send as photos, and how long is waited for what belongs to them."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

# Phones draw a photo small before they seal it: this is twenty times what they send.
LARGEST_PHOTO = 6 * 1024 * 1024

# Of one phone; who has so many unfinished ones sends no more before these are whole.
MOST_UNFINISHED = 40
# With the whole ones whose records have not been taken in: more than anybody takes in days.
MOST_AT_DOOR = 200

# Whoever has begun to send one goes on within days, and its record comes from the same phone.
UNFINISHED_KEPT = timedelta(days=14)
WITHOUT_RECORD_KEPT = timedelta(days=30)


class NoSuchPhoto(Refused):
    """No photo of this id has been announced by this device, or it was given up."""

    code = "sync.no-photo"
    message = _("The server knows nothing of this photo. The phone sends it from the beginning.")
    status = 404


class OtherPhoto(Refused):
    """Another photo was announced under this id."""

    code = "sync.other-photo"
    message = _("Another photo has this number. Take the photo again.")
    status = 422


class PhotoTooLong(Refused):
    """It has more bytes than a phone makes."""

    code = "sync.photo-too-large"
    message = _("This photo is too large. Take it again with the app.")
    status = 422


class TooManyUnfinished(Refused):
    """The device has begun too many photos."""

    code = "sync.too-many-photos"
    message = _("Many photos are still on their way. The phone sends the next one later.")
    status = 429
    seconds = 600


class OtherOffset(Refused):
    """The piece does not begin where what is here ends; the phone asks where that is."""

    code = "sync.other-offset"
    message = _("A piece of the photo is missing. The phone sends it again.")
    status = 409


class NoPiece(Refused):
    """What came is no piece of a photo."""

    code = "sync.no-piece"
    message = _("This is no piece of a photo.")
    status = 415
