"""Photos on their way: what phones have sent of them so far, sealed as phones seal records."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiachen.privacy.classes import Handling
from xiachen.sync.models.devices import Device


class Photo(models.Model):
    """
    A photo that a phone sends piece by piece for a record of work.

    Once it is whole and its record is here it becomes a file of that record, under the same id.

    :ivar length: bytes of the whole, sealed
    :ivar sha256: of the whole, sealed, in hexadecimal digits
    :ivar key: the phone's ephemeral point to which it was sealed
    :ivar received: bytes that are here
    :ivar refused: why it could not be opened; empty of the others
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Take in photos over a bad network"),
        none=(
            "id",
            "device",
            "length",
            "sha256",
            "key",
            "received",
            "changed_at",
            "kept_at",
            "refused",
        ),
    )

    id = models.UUIDField(primary_key=True, editable=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="photos")
    length = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    key = models.BinaryField()
    received = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True)
    refused = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="photo_received", condition=Q(received__lte=F("length"))),
        )
        indexes = (
            models.Index(
                name="photo_to_keep",
                fields=("changed_at",),
                condition=Q(kept_at=None, refused="", received=F("length")),
            ),
        )


class PhotoPiece(models.Model):
    """A piece of a photo as the phone sealed it; `offset` counts bytes from the beginning."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Take in photos over a bad network"),
        none=("id", "photo", "offset"),
        emergency=("content",),
    )

    id = models.BigAutoField(primary_key=True)
    photo = models.ForeignKey(Photo, models.CASCADE, related_name="pieces")
    offset = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="photo_piece_once", fields=("photo", "offset")),
        )
