"""The service worker sends what is left while no page is open."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys import phone_packs
from tests.journeys.phone import Phone
from tests.journeys.phone_door import Door, open_door

pytestmark = pytest.mark.browser


@pytest.fixture
def door() -> Iterator[Door]:
    with open_door() as door:
        yield door


def test_records_leave_a_phone_whose_app_is_closed(browser: Browser, door: Door) -> None:
    door.packs = phone_packs.few(door.member)
    phone = Phone(browser, door.address).enrol("/phone/#enrol=token")
    phone.reads(door.name)
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    # The page sends nothing; the worker is not the page.
    phone.page.route("**/sync/**", lambda route: route.abort())
    phone.stand("work")
    phone.tap("测温登记")
    phone.tap("记下")
    phone.reads("已记下")
    # Nobody looks at the phone any more: the browser itself wakes the worker.
    elsewhere = phone.tab()
    phone.page.close()
    for _ in range(300):
        if door.received:
            break
        elsewhere.wait_for_timeout(100)
    assert [event["seq"] for event in door.received.values()] == [1]
