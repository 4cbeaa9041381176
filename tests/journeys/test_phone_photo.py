"""A photo with a record, over a network that breaks: shrunk, without what the camera wrote."""

import io

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Browser, Route

from tests.journeys.arrival import send
from tests.journeys.phone import Phone
from tests.world import SENT, World
from xiachen.attendance.models.records import WorkRecord
from xiachen.base import clock
from xiachen.papers.models.files import File
from xiachen.papers.queries.photos import photo as photo_of
from xiachen.privacy.scope import Role
from xiachen.sync.jobs import keep_photos
from xiachen.sync.models.photos import PhotoPiece
from xiachen.sync.operations.invitations import invite

pytestmark = pytest.mark.browser

MEMBER = SENT[2]
PLACE = "GPS 30.5928 114.3055"
LARGE = (3200, 2400)


def test_a_photo_goes_piece_by_piece(committed_world: World, browser: Browser, site: str) -> None:
    world = send(committed_world).world
    (invited,) = invite(
        world.scope(Role.ORGANISER), members=[world.members[MEMBER]], at=clock.now()
    )
    phone = Phone(browser, site)
    phone.enrol(f"/phone/#enrol={invited.token}")
    phone.reads(world.fenglin.name)
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.offline()
    phone.tap("记工作")
    phone.page.locator(".pick").first.tap()
    phone.page.locator("input[type=file]").set_input_files(
        {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": _taken()}  # type: ignore[arg-type]
    )
    phone.page.locator("footer .act").tap()
    phone.reads("已记下，可以再记一件")
    lost = _loses_two_pieces(phone)
    phone.offline(False)
    for _ in range(300):
        if PhotoPiece.objects.count() and not _unsent_photos(phone):
            break
        phone.page.wait_for_timeout(200)
    keep_photos()
    assert len(lost) == 2
    record, file = WorkRecord.objects.get(), File.objects.get()
    assert record.photo == file.pk
    drawn = photo_of(world.scope(Role.HEADQUARTERS), file.pk, purpose=file.purpose)
    opened = Image.open(io.BytesIO(drawn))
    assert opened.size == (1280, 960)
    assert not opened.getexif() and PLACE.encode() not in drawn
    phone.check()
    phone.context.close()


def _taken() -> bytes:
    """Return a photo as a camera writes it, with the place beside it."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = PLACE
    made = io.BytesIO()
    Image.effect_noise(LARGE, 60).convert("RGB").save(made, "JPEG", exif=exif, quality=80)
    assert PLACE.encode() in made.getvalue()
    return made.getvalue()


def _loses_two_pieces(phone: Phone) -> list[str]:
    """Let a piece arrive and its answer get lost, and then lose a piece itself."""
    lost: list[str] = []
    turns = [0]

    def cut(route: Route) -> None:
        if route.request.method != "PATCH":
            return route.continue_()
        turns[0] += 1
        if turns[0] not in (2, 3):
            return route.continue_()
        if turns[0] == 2:
            route.fetch()
        lost.append(route.request.url)
        route.abort()

    phone.context.route("**/sync/v1/photos/*", cut)
    return lost


def _unsent_photos(phone: Phone) -> int:
    """How many photos the phone has not sent whole."""
    return int(
        phone.page.evaluate(
            """() => new Promise((resolve) => {
              const opened = indexedDB.open("xiachen-phone");
              opened.onsuccess = () => {
                const stores = opened.result.transaction(["photos", "uploads"]);
                const held = stores.objectStore("photos").count();
                const sent = stores.objectStore("uploads").count();
                sent.onsuccess = () => {
                  opened.result.close();
                  resolve(held.result - sent.result);
                };
              };
            })"""
        )
    )
