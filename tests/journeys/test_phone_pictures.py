"""
Every screen of the phone, looked at in both languages and two sizes of letters.

The pictures are kept where XIACHEN_PICTURES names a folder.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys import phone_packs
from tests.journeys.looking import faults, too_wide
from tests.journeys.phone import AGENT, Phone
from tests.journeys.phone_door import Doc, Door, open_door

pytestmark = pytest.mark.browser

LANGUAGES = ("zh-CN", "en")
SCREENS = (
    ("today", ""),
    ("list", ""),
    ("arrive", ""),
    ("arrive", "#at=place-1.12345678"),
    ("arrive", "leave"),
    ("code", ""),
    ("pass", ""),
    ("grid", ""),
    ("building", "building-8"),
    ("injury", ""),
    ("health", ""),
    ("work", ""),
    ("work", "task"),
    ("tasks", ""),
    ("notices", ""),
    ("hours", ""),
    ("settings", ""),
    ("people", ""),
    ("unsent", ""),
    ("enrol", ""),
)
Pack = Callable[[str], dict[str, list[Doc]]]
TOO_SMALL = """() => ["button, a, summary, input, textarea, label.plain"]
  .flatMap((tapped) => [...document.querySelectorAll(tapped)])
  .filter((one) => one.type !== "file" && one.getClientRects().length)
  .filter((one) => one.getBoundingClientRect().height < 47.5)
  .map((one) => `too small to hit: ${one.outerHTML.slice(0, 80)}`)"""


@pytest.fixture
def door() -> Iterator[Door]:
    with open_door() as door:
        yield door


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pack", [phone_packs.few, phone_packs.many, phone_packs.nothing])
def test_every_screen(door: Door, browser: Browser, pack: Pack, language: str) -> None:
    door.packs = pack(door.member)
    door.name = str(door.packs["me"][0]["body"]["name"])
    phone = Phone(browser, door.address, language=language)
    phone.enrol("/phone/#enrol=token")
    phone.reads(door.name)
    if pack is phone_packs.many:
        _keep_too_much(phone, door)
    task = next((one["id"] for one in door.packs["me"] if one["kind"] == "task"), "")
    wrong: list[str] = []
    for way, about in SCREENS:
        phone.stand(way, task if about == "task" else about)
        wrong += _look(phone, f"{pack.__name__}-{way}{'-' if about else ''}{about[:6].strip('#')}")
    phone.stand("grid")
    phone.page.get_by_role("searchbox").fill("解")
    wrong += _look(phone, f"{pack.__name__}-search")
    phone.stand("injury")
    phone.page.locator(".pick").first.tap()
    wrong += _look(phone, f"{pack.__name__}-hurt")
    phone.page.locator("footer .act").last.tap()
    phone.page.locator("a[href='tel:120']").wait_for()
    wrong += _look(phone, f"{pack.__name__}-stood-down")
    phone.stand("today")
    wrong += _look(phone, f"{pack.__name__}-off-duty")
    phone.stand("notices")
    if phone.page.locator("summary").count():
        phone.page.locator("summary").first.tap()
        wrong += _look(phone, f"{pack.__name__}-notice")
    phone.context.close()
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_coming_in(door: Door, browser: Browser, language: str) -> None:
    """The screens before somebody is in, with a PIN that is wrong and one that is forgotten."""
    door.packs = phone_packs.few(door.member)
    phone = Phone(browser, door.address, language=language).open()
    wrong = _look(phone, "nobody")
    phone.open("/phone/#enrol=token")
    wrong += _look(phone, "enrol-by-link")
    phone.page.locator("footer button").tap()
    phone.page.locator("#pin").wait_for()
    wrong += _look(phone, "new-pin")
    phone.choose_pin()
    phone.reads("王小明")
    phone.reopen().type_pin("111112")
    phone.reads("密码不对" if language == "zh-CN" else "Wrong PIN")
    wrong += _look(phone, "wrong-pin")
    phone.tap("忘了密码" if language == "zh-CN" else "PIN forgotten")
    wrong += _look(phone, "forgotten")
    phone.page.locator(".card button").first.tap()
    phone.reads("重新登记" if language == "zh-CN" else "Enrol again")
    wrong += _look(phone, "enrol-again")
    phone.context.close()
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_inside_wechat(door: Door, browser: Browser, language: str) -> None:
    """WeChat's browser keeps nothing: the app explains, and does not use up the link."""
    phone = Phone(browser, door.address, language=language, agent=f"{AGENT} MicroMessenger/8.0.40")
    phone.open("/phone/#enrol=token")
    assert phone.page.url.endswith("#enrol=token")
    phone.reads("在浏览器打开" if language == "zh-CN" else "Open in browser")
    assert phone.page.locator("a.act").get_attribute("href") == "/needs/mine"
    assert _look(phone, "wechat") == []
    phone.context.close()


def _keep_too_much(phone: Phone, door: Door) -> None:
    """Leave records unsent and others refused, in numbers."""
    door.outcome = {
        "outcome": "quarantined",
        "code": "sync.outside",
        "words": "这个社区不在您负责的范围内。",
    }
    for _ in range(2):
        _record(phone)
    phone.page.wait_for_function("document.querySelector('#app').innerText.includes('2')")
    phone.page.wait_for_timeout(500)
    phone.offline()
    for _ in range(20):
        _record(phone)


def _record(phone: Phone) -> None:
    phone.stand("work")
    phone.page.locator(".pick").first.tap()
    phone.page.locator("footer .act").tap()
    phone.page.locator("footer p:not(:empty)").wait_for()
    phone.stand("today")


def _look(phone: Phone, name: str) -> list[str]:
    language = str(phone.page.evaluate("navigator.language"))
    found = []
    for letters in ("normal", "large"):
        phone.page.evaluate(
            "large => document.documentElement.classList.toggle('large', large)",
            letters == "large",
        )
        # What is drawn once it is fetched: a QR code, a first answer.
        phone.page.wait_for_timeout(150 if name.endswith(("code", "pass")) else 30)
        phone.photograph(f"{name}-{language}-{letters}")
        found += too_wide(phone.page)
        found += phone.page.evaluate(TOO_SMALL)
    found += faults(phone.page, language)
    found += phone.faults
    phone.faults.clear()
    phone.page.evaluate("document.documentElement.classList.remove('large')")
    return [f"{name} {language}: {one}" for one in found]
