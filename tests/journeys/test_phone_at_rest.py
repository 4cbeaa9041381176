"""
What lies on the disk of a phone: its browser's whole profile, searched as a thief would.

The values looked for are chance, so that finding one in the profile is no accident, and each search
is shown to find what does lie there.
"""

import io
import json
import secrets
import struct
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Browser, BrowserContext

from tests.browser import CHROMIUM, QUIET
from tests.journeys import phone_packs
from tests.journeys.phone import AGENT, PIN, SCREEN, Phone
from tests.journeys.phone_door import Doc, Door, now_ms, open_door

pytestmark = pytest.mark.browser

MINUTE = 60_000


class KeptPhone(Phone):
    """A phone whose profile outlives the browser's end."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.context = context
        self.faults = []
        self.page = self.tab()


class Shelf:
    """Where the phone's profile lies; takes the phone out, and lays it down switched off."""

    def __init__(self, browser: Browser, folder: Path, door: Door) -> None:
        self.browser, self.folder, self.door = browser, folder, door

    def take(self) -> KeptPhone:
        """Switch the phone on and open the app."""
        context = self.browser.browser_type.launch_persistent_context(
            self.folder,
            executable_path=CHROMIUM,
            args=list(QUIET),
            viewport=SCREEN,  # type: ignore[arg-type]
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=True,
            is_mobile=True,
            user_agent=AGENT,
            base_url=self.door.address,
        )
        return KeptPhone(context, self.door.address)

    def holding(self, *values: bytes) -> set[bytes]:
        """Return those of the values that lie anywhere in the profile."""
        found: set[bytes] = set()
        for path in self.folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                found |= {value for value in values if value in content}
        return found


@pytest.fixture
def door() -> Iterator[Door]:
    with open_door() as door:
        yield door


@pytest.fixture
def shelf(browser: Browser, tmp_path: Path, door: Door) -> Shelf:
    return Shelf(browser, tmp_path / "profile", door)


def test_a_used_phone_holds_nobody_in_clear(shelf: Shelf, door: Door) -> None:
    canaries = _pack(door)
    phone = shelf.take()
    phone.enrol("/phone/#enrol=token")
    phone.reads(door.name)
    phone.stand("grid")
    phone.page.locator("input[type=search]").fill(canaries["resident"])
    phone.reads(canaries["resident"])
    phone.offline()
    _records(phone, canaries["camera"], canaries["note"])
    phone = _closed_and_opened(shelf, phone)
    phone.unlock().reads(door.name)
    phone.offline()
    phone.context.close()

    clear = [form for value in canaries.values() for form in _forms(value)]
    clear += [*_forms(str(phone_packs.COMMUNITY)), struct.pack("<d", phone_packs.COMMUNITY)]
    assert shelf.holding(*clear) == set()
    # What the phone does hold of them is found by the same search.
    assert shelf.holding("赵***".encode("utf-16-le"))


def test_the_search_finds_what_an_app_keeps_in_clear(shelf: Shelf) -> None:
    value = _chance()
    phone = shelf.take()
    phone.open()
    phone.reads_one_of("登记")
    phone.page.evaluate(
        """value => new Promise((resolve, reject) => {
          const opened = indexedDB.open("another", 1);
          opened.onupgradeneeded = () => opened.result.createObjectStore("store");
          opened.onsuccess = () => {
            const put = opened.result.transaction("store", "readwrite", { durability: "strict" });
            put.objectStore("store").put({ name: value }, 1);
            put.oncomplete = resolve;
            put.onabort = reject;
          };
        })""",
        value,
    )
    phone.context.close()
    assert shelf.holding(*_forms(value))


def test_after_its_time_a_pack_opens_for_nobody_who_knows_the_pin(shelf: Shelf, door: Door) -> None:
    canaries = _pack(door)
    share = door.share.encode()
    secret = urlsafe_b64decode(share + b"=")
    phone = shelf.take()
    phone.enrol("/phone/#enrol=token")
    phone.reads(door.name)
    phone.context.close()
    assert shelf.holding(secret) == {secret}

    phone = shelf.take()
    phone.offline()
    phone.context.clock.install(time=(now_ms() + 25 * 60 * MINUTE) / 1000)
    phone.open()
    phone.unlock(PIN)
    assert door.name not in phone.text
    phone.context.close()
    assert shelf.holding(secret, share) == set()
    assert shelf.holding(*(form for value in canaries.values() for form in _forms(value))) == set()

    # Nor with the phone's clock set back to the day of the duty.
    phone = shelf.take()
    phone.offline()
    phone.open()
    phone.unlock(PIN)
    assert door.name not in phone.text
    phone.context.close()


def _pack(door: Door) -> dict[str, str]:
    """Give the door a pack full of chance; returns what a thief looks for."""
    canaries = {
        name: _chance()
        for name in (
            "name",
            "resident",
            "phone",
            "person",
            "secret",
            "pass",
            "camera",
            "note",
            "calendar",
        )
    }
    door.name = f"赵{canaries['name']}"
    door.packs = phone_packs.few(door.member, name=door.name)
    _bodies(door.packs["grid:1"], "resident")[0].update(
        name=canaries["resident"], phone=canaries["phone"]
    )
    me = door.packs["me"]
    _bodies(me, "pass")[0]["link"] = f"/pass/{canaries['pass']}"
    _bodies(me, "hours-total")[0]["calendar"] = f"/needs/calendar/{canaries['calendar']}"
    _bodies(me, "code")[0]["secret"] = canaries["secret"]
    _bodies(door.packs["team:1"], "person")[0]["name"] = canaries["person"]
    return canaries


def _bodies(docs: list[Doc], kind: str) -> list[Doc]:
    return [one["body"] for one in docs if one["kind"] == kind]


def _records(phone: Phone, camera: str, note: str) -> None:
    """Write a record with a photo, as somebody does without a signal."""
    phone.stand("work")
    phone.tap("测温登记")
    phone.page.locator("#note").fill(note)
    photo = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": _photo(camera)}
    phone.page.locator("input[type=file]").set_input_files(photo)  # type: ignore[arg-type]
    phone.tap("记下")
    phone.reads("已记下")


def _photo(camera: str) -> bytes:
    picture = Image.new("RGB", (1600, 1200), "grey")
    exif = picture.getexif()
    exif[ExifTags.Base.Artist] = camera
    taken = io.BytesIO()
    picture.save(taken, "JPEG", exif=exif)
    assert camera.encode() in taken.getvalue()
    return taken.getvalue()


def _closed_and_opened(shelf: Shelf, phone: Phone) -> Phone:
    phone.context.close()
    again = shelf.take()
    again.open()
    return again


def _chance() -> str:
    return f"k{secrets.token_hex(9)}"


def _forms(value: str) -> tuple[bytes, ...]:
    """How a browser may write a text: in one or two bytes a character, or within JSON."""
    return value.encode(), value.encode("utf-16-le"), json.dumps(value)[1:-1].encode()
