"""Somebody in front of a browser."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect

_KEPT = os.environ.get("XIACHEN_PICTURES")
PICTURES = Path(_KEPT) if _KEPT else None

# Milliseconds until a page that does not come is a failure.
PATIENCE = 8000

Visit = Callable[..., "Visitor"]


class Visitor:
    """A browser of one's own: nobody else's session, language or window."""

    def __init__(
        self,
        browser: Browser,
        site: str,
        *,
        width: int = 1440,
        language: str = "zh-CN",
        scripts: bool = True,
    ) -> None:
        self.site = site
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale=language,
            base_url=site,
            java_script_enabled=scripts,
        )
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        # An answer such as 403 is no fault of the page; who expects another one says so.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self.faults.append(message.text)

    def sign_in(self, username: str) -> "Visitor":
        """Sign in and stand on the first page."""
        self.go("/accounts/login/")
        self.introduce(username)
        self.page.wait_for_url(f"{self.site}/")
        return self

    def introduce(self, username: str) -> None:
        """Give the name and the town's password to the page that asks for them."""
        # Read late: the town needs Django's settings.
        from tests.world import PASSWORD

        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button.btn-primary")

    def go(self, address: str) -> Response:
        """Open an address of the site."""
        answer = self.page.goto(address)
        assert answer is not None
        return answer

    def link(self, name: str) -> None:
        """Follow a link by its words."""
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def button(self, name: str, within: Locator | None = None) -> None:
        """Press a button by its words."""
        place = within or self.page.locator("body")
        place.get_by_role("button", name=name, exact=True).first.click()

    def fill(self, label: str, value: str) -> None:
        """Fill in a field by its label, which the style sheet may begin with a capital."""
        words = re.compile(f"^{re.escape(label)}$", re.IGNORECASE)
        self.page.get_by_label(words).first.fill(value)

    def reads(self, *words: str) -> None:
        """Wait until the page says so."""
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one)

    @property
    def text(self) -> str:
        """What the page says."""
        return self.page.locator("body").inner_text()

    @property
    def path(self) -> str:
        """Where the page lies."""
        return self.page.url.removeprefix(self.site)

    def photograph(self, name: str) -> None:
        """Keep a picture of the whole page where pictures are wanted."""
        if PICTURES:
            PICTURES.mkdir(parents=True, exist_ok=True)
            # What sticks to the window would lie across the middle of a whole page.
            self.page.screenshot(
                path=PICTURES / f"{name}.png",
                full_page=True,
                style=".bar { position: static !important; }",
            )

    def check(self) -> None:
        """Fail on script errors, and where a page is wider than its window."""
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"
        assert self.faults == []
