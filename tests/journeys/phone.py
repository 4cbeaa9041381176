"""Somebody with a phone in the hand."""

import re

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.journeys.visitor import PATIENCE, PICTURES

PIN = "271828"
ALL_SENT = re.compile("全部已送达|Everything has arrived")
# The engine tries again by itself; nobody waits longer than this for it. Milliseconds.
SOON = 30_000
# A cheap phone of some years ago.
SCREEN = {"width": 360, "height": 640}
AGENT = (
    "Mozilla/5.0 (Linux; Android 10; Redmi 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Mobile Safari/537.36"
)
# What a browser says by itself when the network is gone or the server refuses.
_EXPECTED = ("Failed to load resource", "the server responded with a status of", "net::ERR")


class Phone:
    """A phone of one's own: its storage, its network, its tabs."""

    def __init__(
        self,
        browser: Browser,
        site: str,
        *,
        language: str = "zh-CN",
        agent: str = AGENT,
        worker: bool = True,
    ) -> None:
        self.site = site
        self.worker = worker
        self.context: BrowserContext = browser.new_context(
            viewport=SCREEN,  # type: ignore[arg-type]
            locale=language,
            timezone_id="Asia/Shanghai",
            has_touch=True,
            is_mobile=True,
            user_agent=agent,
            base_url=site,
            service_workers="allow" if worker else "block",
        )
        self.context.set_default_timeout(PATIENCE)
        self.faults: list[str] = []
        self.page = self.tab()

    def tab(self) -> Page:
        """Open another tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note)
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(one in message.text for one in _EXPECTED):
            self.faults.append(message.text)

    def open(self, link: str = "/phone/") -> "Phone":
        """Open the app, or a link that was sent or scanned."""
        self.page.goto(link)
        return self

    def reopen(self) -> "Phone":
        """Close the tab and open the app again, as somebody does who comes back to it."""
        self.page.close()
        self.page = self.tab()
        return self.open()

    def offline(self, offline: bool = True) -> None:
        """Leave the network, or come back to it."""
        self.context.set_offline(offline)

    def tap(self, words: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Tap what says so: a button or a line, by the beginning of its words."""
        said = words if isinstance(words, re.Pattern) else re.compile(f"^{re.escape(words)}")
        place = within or self.page.locator("#app")
        place.locator("button, a, summary, label").filter(has_text=said).first.tap()

    def back(self) -> None:
        """Use the way back at the head of the screen."""
        self.page.locator("header .back").tap()

    def reads(self, *words: str) -> None:
        """Wait until the screen says so."""
        for one in words:
            expect(self.page.locator("#app")).to_contain_text(one)

    @property
    def text(self) -> str:
        """What the screen says."""
        return self.page.locator("#app").inner_text()

    def type_pin(self, pin: str = PIN) -> None:
        """Type a PIN; the sixth digit sends it."""
        self.page.locator("#pin").fill(pin)

    def enrol(self, link: str) -> "Phone":
        """Enrol by a link and choose the PIN."""
        self.open(link)
        self.tap(re.compile("^(登记|Enrol)$"))
        self.choose_pin()
        return self

    def choose_pin(self) -> None:
        """Choose the PIN, twice."""
        self.reads_one_of("六位数字", "Six digits")
        self.type_pin()
        self.reads_one_of("再输一次", "Once more")
        self.type_pin()
        expect(self.page.locator("#pin")).to_have_count(0)

    def unlock(self, pin: str = PIN) -> "Phone":
        """Give the PIN to a locked app."""
        self.type_pin(pin)
        expect(self.page.locator("#pin")).to_have_count(0)
        return self

    def reads_one_of(self, *words: str) -> None:
        """Wait until the screen says one of these."""
        expect(self.page.locator("#app")).to_contain_text(re.compile("|".join(words)))

    def arrives(self) -> None:
        """Wait until nothing is unsent."""
        expect(self.page.locator("#app")).to_contain_text(ALL_SENT, timeout=SOON)

    def stand(self, way: str, about: str = "") -> None:
        """Stand on a screen without the way to it."""
        self.page.evaluate(
            "([way, about]) => { history.replaceState({ way, about }, ''); "
            "dispatchEvent(new PopStateEvent('popstate')); }",
            [way, about],
        )

    def photograph(self, name: str) -> None:
        """Keep a picture of what the screen shows where pictures are wanted."""
        if PICTURES:
            PICTURES.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=PICTURES / f"phone-{name}.png")

    def check(self) -> None:
        """Fail on script errors."""
        assert self.faults == []
