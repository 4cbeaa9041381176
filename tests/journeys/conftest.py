"""
A real browser in front of the real server.

Without Debian's Chromium the journeys report themselves skipped; XIACHEN_BROWSER_REQUIRED=1
makes that a failure.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = os.environ.get("XIACHEN_CHROMIUM") or shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PICTURES = (
    Path(os.environ.get("XIACHEN_PICTURES", "")) if "XIACHEN_PICTURES" in os.environ else None
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    if not CHROMIUM:
        if os.environ.get("XIACHEN_BROWSER_REQUIRED") == "1":
            pytest.fail("Chromium is missing, and browser journeys are required here")
        pytest.skip("Chromium is missing")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(django_db_setup: None) -> Iterator[str]:
    """The server as `xiachen serve` starts it, on the test run's database; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "xiachen", "serve", "--port", str(port), "--no-worker"],
        stdout=subprocess.DEVNULL,
        env={**os.environ, "XIACHEN_LANGUAGE": "en"},
    )
    try:
        _wait(f"{address}/accounts/login/", server)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "the server has ended"
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


class Visitor:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Browser, site: str, *, width: int, language: str) -> None:
        self.site = site
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, base_url=site
        )
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: object) -> None:
        if getattr(message, "type", "") == "error":
            self.faults.append(str(getattr(message, "text", "")))

    def sign_in(self, username: str, password: str) -> "Visitor":
        """Sign in and stand on the first page."""
        self.page.goto("/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", password)
        self.page.click("main button.btn-primary")
        self.page.wait_for_url(f"{self.site}/")
        return self

    def photograph(self, name: str) -> None:
        """Keep a picture of the whole page where pictures are wanted."""
        if PICTURES:
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def check(self) -> None:
        """Fail on script errors, and where a page is wider than its window."""
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"
        assert self.faults == []


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[object]:
    """Open browsers for people: visit(width=360, language="zh-CN")."""
    opened: list[Visitor] = []

    def enter(*, width: int = 1440, language: str = "zh-CN") -> Visitor:
        opened.append(Visitor(browser, site, width=width, language=language))
        return opened[-1]

    yield enter
    for visitor in opened:
        visitor.context.close()
