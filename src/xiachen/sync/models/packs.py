"""What the server has numbered of the packs that phones hold; of what they say only digests."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.privacy.classes import Handling


class PackPart(models.Model):
    """
    A part of packs, shared by all phones that may hold it: a team, a grid, or one phone's own.

    :ivar key: its name, and the device's id where it is one phone's own
    :ivar cursor: the last number given to a change of its docs
    :ivar floor: the last number of which a tombstone was forgotten
    :ivar hash: over ids and versions of the docs that are there
    :ivar mark: of the records that the docs were made of when the last number was given
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Send to phones what has changed and nothing else"),
        none=("id", "incident", "key", "cursor", "floor", "hash", "mark", "changed_at"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    cursor = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=32, blank=True)
    mark = models.BinaryField(default=bytes)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="pack_part_once", fields=("incident", "key")),
            models.CheckConstraint(
                name="pack_part_floor", condition=models.Q(floor__lte=models.F("cursor"))
            ),
        )


class PackDoc(models.Model):
    """
    A doc of a part and the number of its last change, which is its version on phones.

    :ivar digest: of what it said then, keyed; empty of one that is gone
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Send to phones what has changed and nothing else"),
        none=("id", "part", "doc", "version", "digest", "gone", "changed_at"),
    )

    id = models.BigAutoField(primary_key=True)
    part = models.ForeignKey(PackPart, models.CASCADE, related_name="docs")
    doc = models.CharField(max_length=80)
    version = models.BigIntegerField()
    digest = models.BinaryField()
    gone = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(name="pack_doc_once", fields=("part", "doc")),)
        indexes = (
            models.Index(
                name="pack_doc_gone",
                fields=("changed_at",),
                condition=models.Q(gone=True),
            ),
        )
