"""A newer app comes: taken when the person says so, and never half."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys import phone_door, phone_packs
from tests.journeys.phone import Phone
from tests.journeys.phone_door import Door, open_door
from xiachen.site.phone_app import FILES

pytestmark = pytest.mark.browser

MARK = "<!-- newer -->"
NEWER = "有新版本"
# Looks for a newer worker and tells whether it was refused, with the former one still in charge.
REFUSED = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const found = new Promise((resolve) => {
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker.addEventListener("statechange", () => resolve(worker.state));
    });
  });
  await registration.update().catch(() => 0);
  return (await found) === "redundant" && registration.active.state === "activated";
}"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app's files, which a test changes as an installation does."""
    folder = tmp_path / "phone"
    shutil.copytree(FILES, folder)
    monkeypatch.setattr(phone_door, "FILES", folder)
    return folder


@pytest.fixture
def door(files: Path) -> Iterator[Door]:
    with open_door() as door:
        yield door


def test_a_newer_app_waits_until_it_is_taken(browser: Browser, door: Door, files: Path) -> None:
    phone = _at_work(browser, door)
    _install_page(files)
    _install_worker(files)
    phone.page.reload()
    phone.unlock().reads(NEWER)
    assert MARK not in phone.page.content()
    with phone.page.expect_navigation():
        phone.tap(NEWER)
    phone.offline()
    phone.page.reload()
    phone.unlock().reads(door.name)
    assert MARK in phone.page.content()
    phone.check()


def test_a_server_between_two_versions_gives_no_half_app(
    browser: Browser, door: Door, files: Path
) -> None:
    phone = _at_work(browser, door)
    _install_worker(files, digest="0" * 16)
    assert phone.page.evaluate(REFUSED)
    phone.offline()
    phone.page.reload()
    phone.unlock().reads(door.name)


def _at_work(browser: Browser, door: Door) -> Phone:
    """Return a phone whose app is served by its own worker."""
    door.packs = phone_packs.few(door.member)
    phone = Phone(browser, door.address).enrol("/phone/#enrol=token")
    phone.reads(door.name)
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    return phone


def _install_page(files: Path) -> None:
    page = files / "index.html"
    page.write_text(page.read_text().replace("</body>", f"{MARK}</body>"))


def _install_worker(files: Path, *, digest: str = "") -> None:
    former = hashlib.sha256((FILES / "index.html").read_bytes()).hexdigest()[:16]
    now = digest or hashlib.sha256((files / "index.html").read_bytes()).hexdigest()[:16]
    worker = files / "sw.js"
    assert former in worker.read_text()
    worker.write_text(worker.read_text().replace(former, now))
