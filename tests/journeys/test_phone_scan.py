"""A code read by the app's own reader, from a camera, in a browser that has none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, BrowserType, expect

from tests.browser import CHROMIUM, QUIET
from tests.journeys import phone_packs
from tests.journeys.phone import Phone
from tests.journeys.phone_door import Door, open_door

pytestmark = pytest.mark.browser

PICTURE = (640, 480)


@pytest.fixture
def door() -> Iterator[Door]:
    with open_door() as door:
        door.packs = phone_packs.few(door.member)
        yield door


def test_a_code_is_scanned_without_a_reader_of_the_browser(
    browser: Browser, tmp_path: Path, door: Door
) -> None:
    """Held askew and badly lit, offline, by a decoder that came with the app."""
    film = tmp_path / "camera.mjpeg"
    _film(f"{door.address}/phone/#at=place-1.12345678", film)
    camera = _with_camera(browser.browser_type, film)
    phone = Phone(camera, door.address)
    phone.enrol("/phone/#enrol=token")
    phone.reads("王小明")
    assert phone.page.evaluate("'BarcodeDetector' in window") is False
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.offline()
    phone.tap("只签自己")
    phone.tap("扫码")
    phone.page.locator("video").wait_for()
    phone.photograph("scan")
    expect(phone.page.locator("footer [role=status]")).to_have_text("签到已记下")
    phone.reads("签到已记下，待发送")
    phone.check()
    camera.close()


def _with_camera(chromium: BrowserType, film: Path) -> Browser:
    return chromium.launch(
        executable_path=CHROMIUM,
        args=[
            *QUIET,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )


def _film(text: str, film: Path) -> None:
    """Write what a camera sees of a code: small, turned, grey in grey."""
    drawn = film.with_suffix(".png")
    segno.make(text, error="m").save(str(drawn), scale=6, border=4)
    code = Image.open(drawn).convert("L").point(lambda light: 60 + light // 2)
    turned = code.resize((300, 300)).rotate(11, fillcolor=187, expand=True)
    scene = Image.new("L", PICTURE, 150)
    scene.paste(turned, ((PICTURE[0] - turned.width) // 2, (PICTURE[1] - turned.height) // 2))
    scene.convert("RGB").save(film, "JPEG", quality=80)
