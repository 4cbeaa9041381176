"""Photos on a virtual phone: sealed at once, sent in pieces, going on where the server is."""

import json
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from xiachen.drill.phones.clocks import made_id
from xiachen.drill.phones.contact import Line, Unheard, b64
from xiachen.drill.phones.network import Answer
from xiachen.drill.phones.storage import Enrolled, Photo
from xiachen.privacy.envelopes import Sealer

PIECE = 256 * 1024
_PLACE = "/sync/v1/photos/"
_LONGEST = 64  # questions about one photo in one go


def keep(line: Line, sealer: Sealer, enrolled: Enrolled, content: bytes) -> UUID:
    """Seal a photo and store it; return its id, which its record of work names."""
    photo = made_id(line.clock.wall(), line.chance)
    # A photo has no number of its own: the record that names it has.
    sealed = sealer.seal(content, device=enrolled.device, item=photo, seq=0)
    with line.storage.transaction():
        line.storage.photos.put(photo, Photo(enrolled.device, photo, sealer.ephemeral, sealed))
    return photo


def send(line: Line, enrolled: Enrolled, *, piece: int = PIECE) -> bool:
    """
    Send what is kept of photos; tell whether all of it has arrived.

    :raises Unheard: nothing came back; the next time it goes on from where the server is
    """
    waiting = [
        photo for photo in line.storage.photos.rows().values() if photo.device == enrolled.device
    ]
    arrived = [_Sending(line, enrolled, photo, piece).done() for photo in waiting]
    return all(arrived)


@dataclass
class _Sending:
    line: Line
    enrolled: Enrolled
    photo: Photo
    piece: int

    def done(self) -> bool:
        """Ask where to go on and send the next piece, until it is whole or refused."""
        for _question in range(_LONGEST):
            told = self._ask("HEAD")
            if told.status == 404:
                told = self._announce()
            if told.status not in (200, 201):
                return False
            offset = _offset(told)
            if offset >= len(self.photo.sealed):
                with self.line.storage.transaction():
                    self.line.storage.photos.remove(self.photo.id)
                return True
            self._add(offset)
        return False

    def _announce(self) -> Answer:
        said = {
            "length": len(self.photo.sealed),
            "sha256": sha256(self.photo.sealed).hexdigest(),
            "key": b64(self.photo.ephemeral),
        }
        return self._ask("POST", json.dumps(said).encode())

    def _add(self, offset: int) -> None:
        self._ask(
            "PATCH",
            self.photo.sealed[offset : offset + self.piece],
            {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)},
        )

    def _ask(self, method: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        enrolled, path = self.enrolled, f"{_PLACE}{self.photo.id}"
        return self.line.send(
            enrolled.device, enrolled.key, path, body, method=method, headers=headers
        )


def _offset(told: Answer) -> int:
    try:
        return int(told.headers["upload-offset"])
    except (KeyError, ValueError) as error:
        raise Unheard(f"{told.status}, not of this server") from error
