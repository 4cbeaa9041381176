"""Photos from outside, drawn anew in the cage before anybody looks at them."""

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.papers import cage
from xiachen.papers.uploads import in_memory

_JPEG = b"\xff\xd8\xff"


class NoPhoto(Refused):
    """The file is no photo that can be opened."""

    code = "papers.no-photo"
    message = _("This file is no photo, or it is damaged. Send a JPEG, PNG or WebP picture.")
    status = 422


class PhotoTooLarge(Refused):
    """The photo has more points or bytes than a phone makes."""

    code = "papers.photo-too-large"
    message = _("This photo is too large. Send one of at most 15 MB.")
    status = 422


def redrawn(content: bytes) -> bytes:
    """
    Return a JPEG of the same picture without EXIF, its longest side at most 1,600 points.

    :raises NoPhoto: it is no JPEG, PNG or WebP picture, or is damaged
    :raises PhotoTooLarge: it would take more memory or time than a photo needs
    """
    with in_memory(content) as file:
        try:
            answer = cage.ask("photos", file, name="")
        except cage.TooLarge:
            raise PhotoTooLarge from None
        except cage.CannotRead:
            raise NoPhoto from None
    with answer:
        made = answer.read()
        if not made.startswith(_JPEG):
            answer.seek(0)
            refusals = {one.code: one for one in (NoPhoto, PhotoTooLarge)}
            list(cage.lines(answer, refusals, name=""))
            raise NoPhoto
    return made
