"""Taking photos in, piece by piece, and making each the file of its record of work."""

from datetime import datetime
from hashlib import sha256 as digest_of
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from xiachen.attendance.models.records import PHOTO_OF_WORK
from xiachen.papers.images import NoPhoto, PhotoTooLarge
from xiachen.papers.operations import photos as papers
from xiachen.papers.queries.photos import photos_kept
from xiachen.privacy import audit
from xiachen.privacy.classes import DataClass
from xiachen.privacy.envelopes import NoPoint
from xiachen.privacy.keyring.store import KeyDestroyed, KeyMissing
from xiachen.privacy.scope import Role, Scope, system_scope
from xiachen.privacy.sealing import Tampered
from xiachen.sync.models.photos import Photo, PhotoPiece
from xiachen.sync.models.receipts import Quarantined
from xiachen.sync.queries.devices import KnownDevice
from xiachen.sync.queries.photos import Progress
from xiachen.sync.queries.sealing_keys import sealing_key
from xiachen.sync.rules import photos as rules


@transaction.atomic
def begin_photo(
    scope: Scope,
    *,
    device: KnownDevice,
    photo: UUID,
    length: int,
    sha256: str,
    key: bytes,
    at: datetime,
) -> Progress:
    """
    Let a phone announce a photo; announced again it goes on from where it was.

    :param length: bytes of the whole, sealed
    :param key: the ephemeral point to which it was sealed
    :raises PhotoTooLong, OtherPhoto, TooManyUnfinished:
    """
    scope.require_house()
    if not 0 < length <= rules.LARGEST_PHOTO:
        raise rules.PhotoTooLong()
    made, new = Photo.objects.get_or_create(
        pk=photo,
        defaults={
            "device_id": device.id,
            "length": length,
            "sha256": sha256,
            "key": key,
            "changed_at": at,
        },
    )
    if new:
        if _has_too_many(device.id):
            raise rules.TooManyUnfinished()
    elif (made.device_id, made.length, made.sha256) != (device.id, length, sha256):
        raise rules.OtherPhoto()
    return Progress(made.received, made.length)


@transaction.atomic
def add_piece(
    scope: Scope, *, device: KnownDevice, photo: UUID, offset: int, piece: bytes, at: datetime
) -> Progress:
    """
    Keep the next piece of a photo.

    A whole that is not what was announced is given up and begins anew, at 0.

    :raises NoSuchPhoto, NoPiece:
    :raises OtherOffset: the piece does not begin where what is here ends
    """
    scope.require_house()
    held = Photo.objects.select_for_update().filter(pk=photo, device=device.id).first()
    if held is None:
        raise rules.NoSuchPhoto()
    if offset != held.received:
        raise rules.OtherOffset()
    if not piece or offset + len(piece) > held.length:
        raise rules.NoPiece()
    PhotoPiece.objects.create(photo=held, offset=offset, content=piece)
    held.received += len(piece)
    held.changed_at = at
    if held.received == held.length and digest_of(_whole(held)).hexdigest() != held.sha256:
        held.pieces.all().delete()
        held.received = 0
    held.save(update_fields=["received", "changed_at"])
    return Progress(held.received, held.length)


@transaction.atomic
def keep_photo(scope: Scope, *, photo: UUID, at: datetime) -> bool:
    """
    Make a whole photo the file of its record: opened, drawn anew without what the camera told.

    What cannot be opened or is no picture is noted and given up; the record stands without it.

    :return: whether it was kept; another worker may have been quicker
    """
    scope.require_house()
    rows = Photo.objects.select_for_update(skip_locked=True, of=("self",))
    held = rows.select_related("device").filter(pk=photo, kept_at=None, refused="").first()
    if held is None or held.received != held.length:
        return False
    person = Scope(
        account=held.device.account_id,
        role=Role.MEMBER,
        incident=held.device.incident_id,
        member=held.device.member,
    )
    if photos_kept(system_scope(person.incident), [held.pk]):
        # Sent once more by a phone that did not hear that it had arrived.
        return _done(held, at)
    try:
        papers.keep_photo(
            person,
            content=_opened(scope, held),
            keyring=held.device.incident_id,
            # What a photo shows of a place in an emergency ends with the emergency.
            data_class=DataClass.EMERGENCY,
            purpose=PHOTO_OF_WORK,
            id=held.pk,
            at=at,
        )
    except (NoPhoto, PhotoTooLarge) as refusal:
        held.refused = refusal.code
    except (Tampered, NoPoint, KeyDestroyed, KeyMissing):
        held.refused = "sync.seal"
    else:
        return _done(held, at)
    return _done(held, None)


def _done(held: Photo, kept_at: datetime | None) -> bool:
    """Be done with a photo, kept or given up; tell which."""
    held.kept_at = kept_at
    held.pieces.all().delete()
    held.save(update_fields=["kept_at", "refused"])
    return kept_at is not None


@transaction.atomic
def forget_photos(scope: Scope, *, at: datetime) -> int:
    """
    Delete photos that stopped half way or whose record never came, and what is left of the others.

    :return: how many
    """
    scope.require_house()
    # Somebody still looks at a record of that phone, perhaps at that of the photo.
    open_work = Quarantined.objects.filter(
        device=OuterRef("device"), kind="attendance.work", settled_at=None
    )
    whole = Photo.objects.filter(changed_at__lt=at - rules.WITHOUT_RECORD_KEPT).exclude(
        Exists(open_work), kept_at=None, received=F("length")
    )
    half = Photo.objects.filter(changed_at__lt=at - rules.UNFINISHED_KEPT, received__lt=F("length"))
    gone = [*whole.values_list("pk", flat=True), *half.values_list("pk", flat=True)]
    Photo.objects.filter(pk__in=gone).delete()
    if gone:
        audit.record(scope, "sync.forget-photos", targets=sorted(set(gone)))
    return len(set(gone))


def _has_too_many(device: UUID) -> bool:
    at_door = Photo.objects.filter(device=device, kept_at=None, refused="")
    unfinished = at_door.filter(received__lt=F("length")).count()
    return unfinished > rules.MOST_UNFINISHED or at_door.count() > rules.MOST_AT_DOOR


def _whole(photo: Photo) -> bytes:
    pieces = photo.pieces.order_by("offset").values_list("content", flat=True)
    return b"".join(bytes(one) for one in pieces)


def _opened(scope: Scope, photo: Photo) -> bytes:
    key = sealing_key(scope, incident=photo.device.incident_id)
    opener = key.opener(bytes(photo.key))
    return opener.open(_whole(photo), device=photo.device_id, item=photo.pk, seq=0)
