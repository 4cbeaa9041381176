"""Photos come in pieces over a bad network, and become the files of their records of work."""

import io
import json
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from PIL import Image

from tests.attendance.town import Town
from tests.sync.phones import Phone, now, phone_of
from tests.world import FENGLIN
from xiachen.attendance.models.records import WorkRecord
from xiachen.base import clock
from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.needs.operations.catalogue import install_catalogue
from xiachen.needs.queries import work
from xiachen.papers.models.files import File
from xiachen.papers.queries.photos import photo as photo_of
from xiachen.privacy.envelopes import request_text
from xiachen.privacy.scope import Role, system_scope
from xiachen.sync.api.encoding import to_b64
from xiachen.sync.jobs import keep_photos
from xiachen.sync.models.devices import Device
from xiachen.sync.models.photos import Photo, PhotoPiece
from xiachen.sync.models.receipts import Quarantined
from xiachen.sync.operations.mending import mend
from xiachen.sync.operations.photos import forget_photos, keep_photo
from xiachen.sync.rules import photos as rules

TOLD = "GPS 30.5928 114.3055"
PIECE = 4000


@pytest.fixture
def phone(town: Town) -> Phone:
    install_catalogue()
    return phone_of(town.world.scope(Role.LIAISON), town.world.sent[0])


def picture() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = TOLD
    made = io.BytesIO()
    one = Image.effect_noise((320, 200), 90).convert("RGB")
    one.save(made, "JPEG", exif=exif)
    return made.getvalue()


class Sending:
    """A photo on a phone, sealed, and what the door answers about it."""

    def __init__(self, phone: Phone, content: bytes | None = None, *, device: UUID | None = None):
        assert phone.sealer is not None
        self.phone, self.id = phone, uuid7()
        self.sealed = phone.sealer.seal(
            picture() if content is None else content,
            device=device or phone.device,
            item=self.id,
            seq=0,
        )

    def ask(self, method: str, body: bytes = b"", **headers: str) -> Any:
        path = f"/sync/v1/photos/{self.id}"
        stamp = now()
        signature = self.phone.key.sign(request_text(path, stamp, body))
        answer: HttpResponse = self.phone.client.generic(
            method,
            path,
            body,
            headers.pop("content_type", "application/json"),
            headers={
                "X-Device": str(self.phone.device),
                "X-Stamp": str(stamp),
                "X-Signature": to_b64(signature),
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        return answer

    def announce(self, **changed: Any) -> Any:
        assert self.phone.sealer is not None
        said = {
            "length": len(self.sealed),
            "sha256": sha256(self.sealed).hexdigest(),
            "key": to_b64(self.phone.sealer.ephemeral),
        }
        return self.ask("POST", json.dumps(said | changed).encode())

    def add(self, offset: int, piece: bytes | None = None, **changed: str) -> Any:
        body = self.sealed[offset : offset + PIECE] if piece is None else piece
        given = {
            "content_type": "application/offset+octet-stream",
            "Upload_Offset": str(offset),
            **changed,
        }
        return self.ask("PATCH", body, **given)

    def offset(self) -> int:
        answer = self.ask("HEAD")
        assert answer.status_code == 200 and answer.content == b""
        return int(answer.headers["Upload-Offset"])

    def send(self) -> None:
        assert self.announce().status_code == 201
        while (offset := self.offset()) < len(self.sealed):
            assert self.add(offset).status_code == 204

    def said(self) -> dict[str, Any]:
        return {
            "member": str(Device.objects.get(pk=self.phone.device).member),
            "work": "patrol",
            "times": 1,
            "persons_served": 0,
            "photo": str(self.id),
        }

    def record(self, **changed: Any) -> dict[str, Any]:
        return self.phone.event("attendance.work", self.said() | changed, community=FENGLIN)


def test_a_photo_comes_in_pieces_and_goes_on_where_it_was(phone: Phone) -> None:
    sending = Sending(phone)
    assert sending.ask("HEAD").status_code == 404
    told = sending.announce()
    assert (told.status_code, told.headers["Upload-Offset"]) == (201, "0")
    assert sending.add(0).headers["Upload-Offset"] == str(PIECE)
    # The answer was lost, the phone sends the same piece again, and then asks.
    assert sending.add(0).status_code == 409
    assert sending.offset() == PIECE
    # Closed and opened again, it announces once more.
    assert sending.announce().headers["Upload-Offset"] == str(PIECE)
    sending.send()
    assert sending.offset() == len(sending.sealed)
    told = sending.ask("HEAD").headers
    assert (told["Upload-Length"], told["Tus-Resumable"], told["Cache-Control"]) == (
        str(len(sending.sealed)),
        "1.0.0",
        "no-store",
    )


@pytest.mark.parametrize("photo_first", [True, False])
def test_photo_and_record_find_each_other(phone: Phone, town: Town, photo_first: bool) -> None:
    sending = Sending(phone)
    if photo_first:
        sending.send()
        keep_photos()
        assert not File.objects.exists()
        assert phone.outcomes(sending.record()) == [("accepted", "")]
    else:
        assert phone.outcomes(sending.record()) == [("accepted", "")]
        assert WorkRecord.objects.get().photo == sending.id
        keep_photos()
        sending.send()
    keep_photos()
    file = File.objects.get()
    assert file.pk == sending.id == WorkRecord.objects.get().photo
    assert file.kept_by == Device.objects.get(pk=phone.device).account_id
    drawn = photo_of(town.headquarters, file.pk, purpose=file.purpose)
    opened = Image.open(io.BytesIO(drawn))
    assert (opened.format, opened.size) == ("JPEG", (320, 200))
    assert not opened.getexif() and TOLD.encode() not in drawn
    assert not PhotoPiece.objects.exists()
    assert sending.offset() == len(sending.sealed)
    keep_photos()
    assert File.objects.count() == 1


def test_nothing_of_a_photo_lies_here_in_clear(phone: Phone) -> None:
    sending = Sending(phone)
    sending.send()
    pieces = b"".join(bytes(one.content) for one in PhotoPiece.objects.order_by("offset"))
    assert pieces == sending.sealed
    assert TOLD.encode() not in pieces and b"JFIF" not in pieces


@pytest.mark.parametrize(
    ("content", "code"), [(b"no picture", "papers.no-photo"), (picture()[:300], "papers.no-photo")]
)
def test_what_is_no_picture_is_given_up_and_the_record_stands(
    phone: Phone, content: bytes, code: str
) -> None:
    sending = Sending(phone, content)
    sending.send()
    assert phone.outcomes(sending.record()) == [("accepted", "")]
    keep_photos()
    assert (Photo.objects.get().refused, File.objects.count()) == (code, 0)
    assert WorkRecord.objects.get().photo == sending.id
    assert not PhotoPiece.objects.exists()


def test_what_was_sealed_for_another_phone_is_given_up(phone: Phone) -> None:
    sending = Sending(phone, device=uuid7())
    sending.send()
    phone.outcomes(sending.record())
    keep_photos()
    assert (Photo.objects.get().refused, File.objects.count()) == ("sync.seal", 0)


def test_a_record_of_somebody_else_gets_no_photo(phone: Phone, town: Town) -> None:
    other = phone_of(town.world.scope(Role.LIAISON), town.world.sent[1])
    sending = Sending(phone)
    sending.send()
    theirs = Sending(other)
    theirs.id = sending.id
    assert other.outcomes(theirs.record()) == [("accepted", "")]
    keep_photos()
    assert not File.objects.exists()
    # Nor does the other phone see or continue it.
    assert theirs.ask("HEAD").status_code == 404
    assert theirs.add(0).status_code == 404
    assert theirs.announce().status_code == 422


def test_a_mended_record_keeps_its_photo(phone: Phone, town: Town) -> None:
    sending = Sending(phone)
    sending.send()
    ((outcome, _code),) = phone.outcomes(sending.record(work="no-such-work"))
    assert outcome == "quarantined"
    row = Quarantined.objects.get()
    assert row.occurred_at is not None
    mend(
        town.secretary,
        record=row.pk,
        kind="attendance.work",
        community=FENGLIN,
        body=sending.said(),
        occurred_at=row.occurred_at,
        reason="the kind has another name",
        at=clock.now(),
    )
    record = WorkRecord.objects.get()
    assert record.recorded_by != Device.objects.get(pk=phone.device).account_id
    keep_photos()
    assert File.objects.get().pk == sending.id
    piece = work.work_piece(town.secretary, community=FENGLIN, work=record.pk)
    assert piece.photo is work.Photo.SHOWN


def test_a_whole_that_is_not_what_was_announced_begins_anew(phone: Phone) -> None:
    sending = Sending(phone)
    right = sending.sealed
    sending.announce()
    sending.sealed = bytes(PIECE) + right[PIECE:]
    for offset in range(0, len(right) - PIECE, PIECE):
        assert sending.add(offset).status_code == 204
    assert sending.add(sending.offset()).status_code == 409
    assert sending.offset() == 0
    sending.sealed = right
    sending.send()
    assert sending.offset() == len(right)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"length": 0}, 422),
        ({"length": rules.LARGEST_PHOTO + 1}, 422),
        ({"length": "12"}, 400),
        ({"sha256": "00"}, 400),
        ({"key": "AA"}, 400),
        ({"key": "!"}, 400),
    ],
)
def test_what_no_phone_announces_is_refused(
    phone: Phone, changed: dict[str, Any], status: int
) -> None:
    assert Sending(phone).announce(**changed).status_code == status
    assert not Photo.objects.exists()


def test_pieces_that_do_not_fit_are_refused(phone: Phone) -> None:
    sending = Sending(phone)
    sending.announce()
    assert sending.add(0, b"").status_code == 415
    assert sending.add(0, bytes(len(sending.sealed) + 1)).status_code == 415
    assert sending.add(0, content_type="application/json").status_code == 415
    assert sending.add(0, Upload_Offset="-1").status_code == 415
    assert sending.add(PIECE).status_code == 409
    assert sending.ask("DELETE").status_code == 404
    assert sending.offset() == 0


def test_a_phone_struck_off_sends_none(phone: Phone) -> None:
    sending = Sending(phone)
    sending.announce()
    Device.objects.filter(pk=phone.device).update(revoked_at=clock.now(), revoked_by=phone.device)
    assert sending.add(0).status_code == 403


def test_who_has_begun_too_many_waits(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_UNFINISHED", 2)
    first = Sending(phone)
    for sending in (first, Sending(phone)):
        assert sending.announce().status_code == 201
    told = Sending(phone).announce()
    assert (told.status_code, told.headers["Retry-After"]) == (429, "600")
    first.send()
    assert Sending(phone).announce().status_code == 201


def test_who_brings_no_records_of_whole_photos_waits(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_AT_DOOR", 2)
    for sending in (Sending(phone), Sending(phone)):
        sending.send()
    assert Sending(phone).announce().status_code == 429
    Photo.objects.update(kept_at=clock.now())
    assert Sending(phone).announce().status_code == 201


def test_orphans_are_forgotten(phone: Phone) -> None:
    half, whole, kept = Sending(phone), Sending(phone), Sending(phone)
    half.announce()
    half.add(0)
    whole.send()
    kept.send()
    phone.outcomes(kept.record())
    keep_photos()
    at = clock.now()
    assert forget_photos(system_scope(), at=at) == 0
    assert forget_photos(system_scope(), at=at + rules.UNFINISHED_KEPT + timedelta(days=1)) == 1
    assert half.ask("HEAD").status_code == 404
    assert whole.offset() == len(whole.sealed)
    assert forget_photos(system_scope(), at=at + rules.WITHOUT_RECORD_KEPT + timedelta(days=1)) == 2
    assert not PhotoPiece.objects.exists()
    assert File.objects.count() == 1


def test_only_the_house_itself_keeps_photos(town: Town) -> None:
    with pytest.raises(Forbidden):
        keep_photo(town.headquarters, photo=uuid7(), at=clock.now())
    with pytest.raises(Forbidden):
        forget_photos(town.headquarters, at=clock.now())
