"""Reads of photos on their way."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from xiachen.attendance.models.records import WorkRecord
from xiachen.privacy.scope import Role, Scope
from xiachen.sync.models.photos import Photo
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.rules.photos import NoSuchPhoto


@dataclass(frozen=True, slots=True)
class Progress:
    """How many bytes of a photo are here, and how many it has."""

    received: int
    length: int


def progress_of(scope: Scope, *, device: UUID, photo: UUID) -> Progress:
    """
    Return how much of a photo a phone has brought through.

    :raises NoSuchPhoto: the device has announced none of that id
    """
    found = Photo.objects.filter(pk=photo, device=device).first()
    if found is None or scope.role is not Role.SYSTEM:
        raise NoSuchPhoto()
    return Progress(found.received, found.length)


def photos_to_keep(scope: Scope, *, most: int) -> list[UUID]:
    """Return whole photos whose record of work is here, those that have waited longest first."""
    if scope.role is not Role.SYSTEM:
        return []
    rows = Photo.objects.filter(kept_at=None, refused="", received=F("length"))
    mended = Quarantined.objects.filter(
        Q(event=OuterRef("pk")) | Q(pk=OuterRef("pk")),
        device=OuterRef(OuterRef("device")),
        state=QuarantineState.MENDED,
    )
    # What somebody else has mended is still the phone's own record.
    wanted = WorkRecord.objects.filter(
        Q(recorded_by=OuterRef("device__account")) | Exists(mended),
        photo=OuterRef("pk"),
        incident=OuterRef("device__incident"),
    )
    found = rows.filter(Exists(wanted)).order_by("changed_at", "pk")
    return list(found.values_list("pk", flat=True)[:most])
