"""Coming in, staying in, and getting along without scripts, as a browser sees it."""

import base64
import hashlib
import hmac
import struct
import time
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import expect

from tests.journeys.arrival import send
from tests.journeys.visitor import Visit, Visitor
from tests.world import FENGLIN, NAMES, PASSWORD, SENT, World
from xiachen.base import clock
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.privacy.scope import Role

pytestmark = pytest.mark.browser


def test_a_wrong_password_is_said_on_the_page(committed_world: World, visit: Visit) -> None:
    visitor = visit(language="en")
    visitor.go("/accounts/login/?next=/needs/")
    visitor.fill("Username", "secretary")
    visitor.fill("Password", "not-this-one")
    visitor.button("Sign in")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    assert visitor.page.input_value("[name=password]") == ""
    visitor.check()


def test_who_was_idle_signs_in_again_and_stands_where_he_was(
    committed_world: World, visit: Visit
) -> None:
    visitor = visit("secretary")
    visitor.go("/needs/")
    _let_half_an_hour_pass(visitor)
    visitor.go("/needs/issue")
    expect(visitor.page.get_by_role("heading", name="登录")).to_be_visible()
    visitor.introduce("secretary")
    visitor.reads("Issue the task")
    assert visitor.path == "/needs/issue"


def _let_half_an_hour_pass(visitor: Visitor) -> None:
    (key,) = [one["value"] for one in visitor.context.cookies() if one["name"] == "sessionid"]
    session = SessionStore(key)
    session["seen"] = int((clock.now() - timedelta(minutes=31)).timestamp())
    session.save()


def test_the_language_changes_and_stays(committed_world: World, visit: Visit) -> None:
    visitor = visit("secretary")
    html = visitor.page.locator("html")
    expect(html).to_have_attribute("lang", "en")
    visitor.button("中文")
    expect(html).to_have_attribute("lang", "zh-CN")
    visitor.link("任务")
    expect(visitor.page.get_by_role("heading", name="任务", exact=True)).to_be_visible()
    expect(html).to_have_attribute("lang", "zh-CN")
    visitor.button("退出")
    expect(visitor.page.get_by_role("heading", name="登录")).to_be_visible()


def test_the_menu_says_where_one_is(committed_world: World, visit: Visit) -> None:
    visitor = visit("secretary")
    for address, name in (
        ("/", "Today"),
        ("/needs/issue", "Tasks"),
        ("/needs/mine", "My day"),
        (f"/places/{FENGLIN}", "Find a place"),
        ("/people/", "People"),
    ):
        visitor.go(address)
        here = visitor.page.locator(".side [aria-current=page]")
        expect(here).to_have_text([name])


def test_without_scripts_people_are_reported_and_signed_in(
    committed_world: World, visit: Visit
) -> None:
    send(committed_world)
    visitor = visit("secretary", scripts=False)
    visitor.link("Report-in")
    visitor.button("Report in those ticked")
    visitor.reads("10 report-ins taken.")
    visitor.link("Attendance")
    visitor.page.get_by_role("checkbox", name=SENT[0]).check()
    visitor.page.get_by_role("checkbox", name=SENT[1]).check()
    visitor.button("Sign those chosen in")
    visitor.reads("2 people are signed in.")
    visitor.button(f"Sign {SENT[2]} in")
    visitor.reads("1 person is signed in.")
    expect(visitor.page.locator("tbody .mark.soon", has_text="late")).to_have_count(3)


def test_a_table_is_taken_along_only_with_the_second_factor(
    committed_world: World, visit: Visit
) -> None:
    _report_one_in(committed_world)
    visitor = visit("headquarters", language="en")
    rows = f"/command/figures/mobilisation.reported/?division={FENGLIN}"
    visitor.go(rows)
    visitor.page.get_by_text("Take along", exact=True).click()
    visitor.link("Take as CSV")
    visitor.reads("This needs a second factor.")
    visitor.link("Set up the second factor")
    visitor.link("Activate")
    # Who changes how an account is proven proves it once more.
    visitor.page.fill("[name=password]", PASSWORD)
    visitor.button("Confirm")
    secret = visitor.page.input_value("#authenticator_secret")
    _enter_code(visitor, secret, "Activate")
    visitor.reads("Recovery Codes")
    visitor.page.get_by_role("link", name="xiachen").click()
    visitor.button("Sign out")
    visitor.introduce("headquarters")
    _enter_code(visitor, secret, "Sign In")
    visitor.reads("What needs me now")
    visitor.go(rows)
    visitor.page.get_by_text("Take along", exact=True).click()
    with visitor.page.expect_download() as started:
        visitor.link("Take as CSV")
    taken = started.value.path().read_text("utf-8-sig")
    assert f"{SENT[0][0]}*" in taken
    assert [name for name in NAMES if name in taken] == []


def _report_one_in(world: World) -> None:
    arrival = send(world)
    now = clock.now()
    entry = ReportInEntry(
        id=arrival.team, community=FENGLIN, channel="unit", occurred_at=now, member=world.sent[0]
    )
    (outcome,) = report_in(world.scope(Role.SECRETARY), entries=[entry], at=now)
    assert outcome.new


def _enter_code(visitor: Visitor, secret: str, button: str) -> None:
    """Type the code that an authenticator app shows; should it just have run out, the next."""
    before = visitor.path
    for _ in range(2):
        visitor.page.fill("[name=code]", _code(secret))
        visitor.button(button)
        visitor.page.wait_for_load_state()
        if visitor.path != before:
            return


def _code(secret: str) -> str:
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    (value,) = struct.unpack_from(">I", digest, digest[-1] & 0x0F)
    return f"{(value & 0x7FFFFFFF) % 1_000_000:06}"


def test_the_keyboard_suffices(committed_world: World, visit: Visit) -> None:
    visitor = visit(language="en")
    keyboard = visitor.page.keyboard
    visitor.go("/accounts/login/?next=/people/")
    visitor.page.get_by_label("Username").focus()
    keyboard.type("secretary")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    visitor.reads("people within your responsibility")
    keyboard.press("Tab")
    expect(visitor.page.get_by_text("Skip to the content")).to_be_in_viewport()
    keyboard.press("Enter")
    keyboard.press("/")
    search = visitor.page.get_by_role("searchbox")
    expect(search).to_be_focused()
    keyboard.type(SENT[0])
    for _ in range(5):
        keyboard.press("Tab")
        assert visitor.page.evaluate(_FOCUS_IS_SEEN), visitor.page.evaluate(_FOCUSED)
    visitor.page.locator(".drop > summary").focus()
    keyboard.press("Enter")
    expect(visitor.page.get_by_role("link", name="Second factor")).to_be_visible()
    keyboard.press("Escape")
    expect(visitor.page.get_by_role("link", name="Second factor")).to_be_hidden()


_FOCUSED = "document.activeElement.outerHTML.slice(0, 120)"
_FOCUS_IS_SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
    || style.boxShadow !== "none";
}"""
