"""
/sync/v1/photos/<id>: a photo comes in pieces, as tus 1.0 (tus.io) has it.

    POST   announces it: {"length", "sha256", "key"} of the whole, sealed as records are, seq 0
    HEAD   tells in Upload-Offset how much is here
    PATCH  brings the piece that begins at Upload-Offset
"""

import re
from uuid import UUID

from xiachen.privacy.envelopes import POINT_BYTES
from xiachen.privacy.scope import system_scope
from xiachen.sync.api.asking import Answer, Asked, signed_and_standing
from xiachen.sync.api.encoding import Unreadable64, from_b64
from xiachen.sync.api.turns import TURNS
from xiachen.sync.operations.photos import add_piece, begin_photo
from xiachen.sync.queries.devices import KnownDevice
from xiachen.sync.queries.photos import Progress, progress_of
from xiachen.sync.rules import protocol
from xiachen.sync.rules.photos import NoPiece, NoSuchPhoto, OtherOffset

_DIGEST = re.compile(r"[0-9a-f]{64}")
_OFFSET = re.compile(r"[0-9]{1,10}")
_PIECE = "application/offset+octet-stream"


def photos(asked: Asked) -> Answer:
    """Announce a photo, tell how much of it is here, or take the next piece."""
    with TURNS.turn():
        return _answer(asked)


def _answer(asked: Asked) -> Answer:
    device = signed_and_standing(asked)
    photo = _id(asked.rest)
    if asked.method == "POST":
        return _told(_begun(asked, device, photo), status=201)
    if asked.method == "HEAD":
        return _told(progress_of(system_scope(), device=device.id, photo=photo), status=200)
    if asked.method == "PATCH":
        return _added(asked, device, photo)
    raise protocol.NoEndpoint


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoSuchPhoto() from None


def _begun(asked: Asked, device: KnownDevice, photo: UUID) -> Progress:
    content = asked.content()
    length, sha256, key = content.get("length"), content.get("sha256"), content.get("key")
    if type(length) is not int or type(sha256) is not str or type(key) is not str:
        raise protocol.Unreadable
    try:
        point = from_b64(key)
    except Unreadable64:
        raise protocol.Unreadable from None
    if not _DIGEST.fullmatch(sha256) or len(point) != POINT_BYTES:
        raise protocol.Unreadable
    return begin_photo(
        system_scope(),
        device=device,
        photo=photo,
        length=length,
        sha256=sha256,
        key=point,
        at=asked.at,
    )


def _added(asked: Asked, device: KnownDevice, photo: UUID) -> Answer:
    offset = asked.header("Upload-Offset")
    if asked.content_type != _PIECE or not _OFFSET.fullmatch(offset):
        raise NoPiece()
    progress = add_piece(
        system_scope(),
        device=device,
        photo=photo,
        offset=int(offset),
        piece=asked.body,
        at=asked.at,
    )
    if progress.received == 0:  # not what was announced: it was given up
        raise OtherOffset()
    return _told(progress, status=204)


def _told(progress: Progress, *, status: int) -> Answer:
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(progress.received),
        "Upload-Length": str(progress.length),
    }
    return Answer(status=status, headers=headers)
