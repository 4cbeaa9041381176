"""A member's phone in the stairwell: offline, closed, cut off, full, in two tabs, a year off."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.journeys.arrival import Arrival, send
from tests.journeys.phone import SOON, Phone
from tests.journeys.phone_holder import come_in
from tests.journeys.phone_server import Server
from tests.world import FENGLIN, SENT, World
from xiachen.attendance.models.records import CheckIn, WorkRecord
from xiachen.base import clock
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, Receipt

pytestmark = pytest.mark.browser

LEADER, MEMBER = SENT[0], SENT[2]


@pytest.fixture
def server(committed_db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # The oracle looks into this file when the run ends.
    server = Server(tmp_path_factory.getbasetemp() / "phones-server.log").start()
    yield server
    server.kill()


@pytest.fixture
def arrival(committed_world: World) -> Arrival:
    return send(committed_world)


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Phone]:
    phone = Phone(browser, site)
    yield phone
    phone.context.close()


def test_a_morning_without_a_signal(arrival: Arrival, phone: Phone) -> None:
    """Enrolled, signed in and working offline, the tab closed in between: each stored once."""
    come_in(phone, arrival, MEMBER)
    phone.offline()
    phone.reads("离线")
    _sign_in(phone)
    _work(phone, times=3)
    phone.reopen().unlock()
    phone.reads("4条未发送", "签到已记下，待发送")
    phone.offline(False)
    phone.arrives()
    _stored(arrival, MEMBER, check_ins=1, works=3)
    phone.check()


def test_the_server_dies_while_it_is_told(
    arrival: Arrival, browser: Browser, server: Server
) -> None:
    """It has stored what it was told, and dies before it says so; it is told again."""
    phone = Phone(browser, server.address)
    come_in(phone, arrival, MEMBER)
    phone.offline()
    _sign_in(phone)
    _work(phone, times=3)
    killed: list[str] = []

    def cut(route: Route) -> None:
        if killed or not route.request.post_data_json["events"]:
            return route.continue_()
        # Committed on the server, and never heard of on the phone.
        assert route.fetch().ok
        killed.append(route.request.url)
        server.kill()
        route.abort()

    phone.context.route("**/sync/v1/push", cut)
    phone.offline(False)
    _until(phone, killed)
    phone.reads("4条未发送")
    server.start()
    phone.reopen().unlock()
    phone.arrives()
    _stored(arrival, MEMBER, check_ins=1, works=3)
    phone.context.close()


def test_a_full_phone_says_so_before_anybody_types(arrival: Arrival, phone: Phone) -> None:
    chrome = phone.context.new_cdp_session(phone.page)
    chrome.send("Storage.overrideQuotaForOrigin", {"origin": phone.site, "quotaSize": 3_000_000})
    come_in(phone, arrival, MEMBER)
    phone.offline()
    _work(phone, times=1)
    phone.page.evaluate(_FILL)
    phone.tap("记工作")
    phone.reads("手机存储已满")
    expect(phone.page.locator("input")).to_have_count(0)
    expect(phone.page.locator("footer .act")).to_be_disabled()
    phone.back()
    phone.reads("1条未发送")
    phone.page.evaluate(_EMPTY)
    _work(phone, times=1)
    phone.offline(False)
    phone.arrives()
    _stored(arrival, MEMBER, check_ins=0, works=2)
    phone.check()


def test_a_sign_in_is_taken_back(arrival: Arrival, phone: Phone) -> None:
    come_in(phone, arrival, MEMBER)
    phone.offline()
    phone.page.locator("footer .act", has_text="签到").tap()
    phone.reads("正在签到")
    phone.tap("点这里撤销签到")
    phone.page.wait_for_timeout(6000)
    phone.reads("还没签到", "全部已送达")


def test_two_tabs_of_one_phone(arrival: Arrival, phone: Phone) -> None:
    """Both record; together they number without gaps and send each record once."""
    come_in(phone, arrival, MEMBER)
    first, second = phone.page, phone.tab()
    phone.page = second
    phone.open().unlock()
    phone.offline()
    for tab in (first, second, first, second):
        phone.page = tab
        tab.bring_to_front()
        _work(phone, times=1)
    phone.offline(False)
    phone.arrives()
    phone.page = first
    phone.arrives()
    _stored(arrival, MEMBER, check_ins=0, works=4)
    phone.check()


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_that_is_a_year_off(
    arrival: Arrival, browser: Browser, site: str, days: int
) -> None:
    """The server's time is taken over at the first contact; what is recorded stands right."""
    # The page's clock can be shifted here, its worker's cannot: it stays away.
    phone = Phone(browser, site, worker=False)
    phone.context.add_init_script(_OFF % (days * 86_400_000))
    come_in(phone, arrival, MEMBER)
    phone.context.route("**/sync/**", lambda route: route.abort())
    _sign_in(phone)
    phone.reopen().unlock()
    _work(phone, times=1)
    phone.reads("2条未发送")
    phone.context.unroute("**/sync/**")
    phone.reopen().unlock()
    phone.arrives()
    _stored(arrival, MEMBER, check_ins=1, works=1)
    for receipt in Receipt.objects.all():
        assert abs(receipt.occurred_at - clock.now()) < timedelta(minutes=5)
    phone.context.close()


def test_a_leader_signs_the_team_in(arrival: Arrival, phone: Phone) -> None:
    """One tap each, one of them taken back, offline."""
    come_in(phone, arrival, LEADER)
    phone.offline()
    phone.tap("给队伍签到")
    for name in SENT[:4]:
        phone.tap(name)
    phone.tap(SENT[3])
    phone.reads("撤销（3人）", "10人，已到0人")
    expect(phone.page.locator("#app")).to_contain_text("10人，已到3人", timeout=SOON)
    phone.offline(False)
    phone.back()
    phone.arrives()
    signed = set(CheckIn.objects.values_list("member", flat=True))
    assert signed == {arrival.world.members[name] for name in SENT[:3]}
    phone.check()


# What else lies on the phone, until nothing more fits.
_FILL = """async () => {
  const open = indexedDB.open("videos", 1);
  open.onupgradeneeded = () => open.result.createObjectStore("videos", { autoIncrement: true });
  await new Promise((done) => (open.onsuccess = done));
  for (let size = 1_000_000; size > 10_000; ) {
    const work = open.result.transaction("videos", "readwrite");
    work.objectStore("videos").add(crypto.getRandomValues(new Uint8Array(65_536)).buffer);
    work.objectStore("videos").add(new Uint8Array(size));
    const kept = await new Promise((done) => {
      work.oncomplete = () => done(true);
      work.onabort = () => done(false);
    });
    if (!kept) size /= 2;
  }
  open.result.close();
}"""
_EMPTY = """() => new Promise((done) => {
  indexedDB.deleteDatabase("videos").onsuccess = () => done(true);
})"""
# Shifts the page's clock, as a phone that was never set shows it.
_OFF = """(() => {
  const Real = Date, by = %d;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + by); }
    static now() { return Real.now() + by; }
  };
})()"""


def _sign_in(phone: Phone) -> None:
    phone.page.locator("footer .act", has_text="签到").tap()
    expect(phone.page.locator("#app")).to_contain_text(re.compile(r"\d 签到已记下"), timeout=SOON)


def _work(phone: Phone, *, times: int) -> None:
    phone.tap("记工作")
    for _ in range(times):
        phone.page.locator(".pick").first.tap()
        phone.page.get_by_label("加一").first.tap()
        phone.page.locator("footer .act").tap()
        phone.reads("已记下，可以再记一件")
        expect(phone.page.locator("footer .act")).to_be_disabled()
    phone.back()


def _until(phone: Phone, happened: list[str]) -> None:
    for _ in range(SOON // 100):
        if happened:
            return
        phone.page.wait_for_timeout(100)
    pytest.fail("it has not happened")


def _stored(arrival: Arrival, name: str, *, check_ins: int, works: int) -> None:
    """Each record is held once, and the server misses none that the phone has numbered."""
    member: UUID = arrival.world.members[name]
    assert Quarantined.objects.count() == 0
    assert CheckIn.objects.filter(member=member, community=FENGLIN).count() == check_ins
    assert WorkRecord.objects.filter(member=member, community=FENGLIN).count() == works
    assert Receipt.objects.count() == check_ins + works
    device = Device.objects.get(member=member)
    assert device.whole_upto == device.last_reported == check_ins + works
