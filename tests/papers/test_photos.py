"""Photos from outside: drawn anew, freed of what they tell beside the picture, sealed."""

import io
import os
import struct
import zlib
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from PIL import Image

from tests.world import World
from xiachen.base.errors import NotFound
from xiachen.papers.images import NoPhoto, PhotoTooLarge, redrawn
from xiachen.papers.models.files import File
from xiachen.papers.operations.photos import keep_photo
from xiachen.papers.queries.photos import photo
from xiachen.privacy.classes import DataClass
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, system_scope

AT = datetime(2020, 3, 1, 8, tzinfo=UTC)
TOLD = b"GPS 30.5928 114.3055"


def picture(format: str = "JPEG", size: tuple[int, int] = (400, 200), **more: object) -> bytes:
    made = io.BytesIO()
    one = Image.new("RGB", size, "red")
    one.paste("blue", (0, 0, size[0] // 2, size[1] // 2))
    one.save(made, format, **more)
    return made.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = TOLD.decode()  # description
    exif[0x0112] = 6  # the camera was held upright
    return picture(exif=exif, comment=TOLD)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_jpeg_of_the_same(format: str) -> None:
    made = opened(redrawn(picture(format)))
    assert (made.format, made.size) == ("JPEG", (400, 200))
    red, _green, blue = made.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert blue > 200 > 50 > red


def test_what_the_camera_told_is_gone_and_the_picture_stands_upright() -> None:
    given = with_exif()
    assert TOLD in given
    made = redrawn(given)
    assert TOLD not in made
    assert not opened(made).getexif()
    assert opened(made).size == (200, 400)


def test_a_second_picture_behind_the_first_is_gone() -> None:
    first, second = opened(picture()), opened(picture(size=(90, 90)))
    made = io.BytesIO()
    first.save(made, "MPO", save_all=True, append_images=[second])
    assert getattr(opened(made.getvalue()), "n_frames", 1) == 2
    drawn = opened(redrawn(made.getvalue()))
    assert (drawn.format, drawn.size) == ("JPEG", (400, 200))


def test_a_large_photo_is_made_smaller() -> None:
    assert opened(redrawn(picture(size=(6000, 3000)))).size == (1600, 800)


def test_what_shines_through_lies_on_white() -> None:
    made = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(made, "PNG")
    assert opened(redrawn(made.getvalue())).getpixel((5, 5)) == (255, 255, 255)


def bomb() -> bytes:
    """A PNG of a few kilobytes that claims to have 100,000 times 100,000 points."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("GIF"),
        picture("BMP"),
        picture()[:200],
        os.urandom(2000),
    ],
    ids=["empty", "text", "pdf", "svg", "gif", "bmp", "cut", "noise"],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(NoPhoto):
        redrawn(content)


@pytest.mark.parametrize("content", [bomb(), bytes(16 * 1024 * 1024)], ids=["bomb", "bytes"])
def test_what_would_take_too_much_is_refused(content: bytes) -> None:
    with pytest.raises(PhotoTooLarge):
        redrawn(content)


def test_a_kept_photo_is_sealed_and_opens_in_its_incident_only(world: World) -> None:
    scope = world.scope(Role.SECRETARY)
    kept = keep_photo(
        scope,
        content=with_exif(),
        keyring=world.incident.pk,
        data_class=DataClass.SERVICE,
        purpose="mobilisation.slip",
        at=AT,
    )
    row = File.objects.get(pk=kept.pk)
    assert b"JFIF" not in bytes(row.sealed)
    assert opened(photo(scope, row.pk, purpose=row.purpose)).size == (200, 400)
    assert AuditEntry.objects.get(action="papers.keep-photo").targets == [row.pk]
    for elsewhere in (system_scope(), system_scope(uuid4())):
        with pytest.raises(NotFound):
            photo(elsewhere, row.pk, purpose=row.purpose)
    with pytest.raises(NotFound):
        photo(scope, row.pk, purpose="attendance.work")
