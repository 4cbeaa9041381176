"""A leader's and a member's day on two phones, and two people on one."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from tests.journeys.arrival import Arrival, send
from tests.journeys.phone import Phone
from tests.journeys.phone_holder import come_in
from tests.world import FENGLIN, SENT, World
from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.injuries import Injury
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.operations.signing import PlaceEntry, register_place
from xiachen.attendance.rules.codes import code_at, secret_of_day
from xiachen.base import clock
from xiachen.needs.models import Claim, Step, TaskStep
from xiachen.needs.operations.tasks import issue_task
from xiachen.privacy.scope import Role
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, Receipt

pytestmark = pytest.mark.browser

LEADER, MEMBER, OTHER = SENT[0], SENT[2], SENT[3]
WORK = "南门进出人员体温检测"
GATE = "南门岗亭"
NOTE = "南门的围挡松了，已请物业加固"


@pytest.fixture
def arrival(committed_world: World) -> Arrival:
    arrival = send(committed_world)
    secretary = committed_world.scope(Role.SECRETARY)
    now = clock.now()
    register_place(
        secretary,
        community=FENGLIN,
        entry=PlaceEntry(name=GATE, latitude=30.5, longitude=114.4, radius=200),
        at=now,
    )
    issue_task(secretary, community=FENGLIN, kind="temperature-check", title=WORK, at=now)
    return arrival


@pytest.fixture
def phones(browser: Browser, site: str) -> Iterator[Callable[[], Phone]]:
    opened: list[Phone] = []

    def hand() -> Phone:
        opened.append(Phone(browser, site))
        return opened[-1]

    yield hand
    for phone in opened:
        phone.context.close()


def test_a_code_from_the_leaders_phone(arrival: Arrival, phones: Callable[[], Phone]) -> None:
    """The leader shows it, the member types it, both without a signal; near, and so graded."""
    leader, member = phones(), phones()
    come_in(leader, arrival, LEADER)
    leader.offline()
    leader.tap("出示签到码")
    leader.reads(GATE)
    code = re.sub(r"\D", "", leader.page.locator(".big").inner_text())
    assert len(code) == 8
    leader.photograph("real-code")
    member.context.grant_permissions(["geolocation"])
    member.context.set_geolocation({"latitude": 30.501, "longitude": 114.4, "accuracy": 20})
    come_in(member, arrival, MEMBER)
    member.offline()
    member.page.locator("footer .act", has_text="签到").tap()
    member.page.wait_for_timeout(500)
    member.page.locator("#code").fill(code)
    member.page.get_by_role("button", name="签到", exact=True).tap()
    member.reads("签到已记下")
    member.offline(False)
    member.arrives()
    came = CheckIn.objects.get(member=arrival.world.members[MEMBER])
    assert (came.method, came.near) == ("code", "near")
    assert "30.5" not in str(Receipt.objects.values())
    for phone in (leader, member):
        phone.check()


def test_a_code_that_was_scanned(arrival: Arrival, phones: Callable[[], Phone]) -> None:
    """The code is a link: it leads through the PIN to one button, in and later out."""
    phone = phones()
    come_in(phone, arrival, MEMBER)
    now = clock.now()
    place = SignInPlace.objects.get()
    secret = secret_of_day(place.opened(), clock.local_day(now))
    early, late = (code_at(secret, now - timedelta(minutes=one)) for one in (3, 0))
    phone.page.close()
    phone.page = phone.tab()
    phone.open(f"/phone/#at={place.pk}.{early}").unlock()
    assert "#" not in phone.page.url
    phone.reads(GATE)
    phone.tap("确认签到")
    phone.reads("签到已记下")
    phone.arrives()
    member = arrival.world.members[MEMBER]
    assert CheckIn.objects.get(member=member).method == "code"
    phone.open(f"/phone/#at={place.pk}.{late}")
    phone.reads(GATE, "签退后")
    phone.tap("确认签退")
    phone.reads("签退已记下")
    phone.arrives()
    left = CheckOut.objects.get(member=member)
    assert (left.method, left.place_id) == ("code", place.pk)
    assert Quarantined.objects.count() == 0
    phone.check()


def test_a_task_from_claim_to_sign_out(arrival: Arrival, phones: Callable[[], Phone]) -> None:
    phone = phones()
    come_in(phone, arrival, MEMBER)
    phone.offline()
    phone.page.locator("footer .act", has_text="签到").tap()
    phone.tap("没有码，直接签到")
    phone.reads("签到已记下")
    phone.photograph("real-today")
    phone.tap("任务")
    phone.tap("认领")
    phone.reads("您认领的")
    phone.photograph("real-tasks")
    phone.tap("完成")
    phone.reads(WORK)
    phone.page.get_by_label("加一").first.tap()
    phone.page.locator("#note").fill(NOTE)
    phone.page.locator("footer .act", has_text="完成").tap()
    phone.reads("已完成")
    phone.tap("签退")
    phone.tap("没有码，直接签退")
    phone.reads("签退已记下")
    phone.photograph("real-left")
    phone.tap("我回来了，再签到")
    phone.tap("没有码，直接签到")
    phone.reads("签到已记下", "签退")
    phone.offline(False)
    phone.arrives()
    member = arrival.world.members[MEMBER]
    assert CheckIn.objects.filter(member=member).count() == 2
    claim = Claim.objects.get(member=member)
    assert claim.finished_at is not None
    steps = TaskStep.objects.filter(task=claim.task_id, step=Step.FINISHED, member=member)
    assert [one.note for one in steps] == [NOTE]
    assert CheckOut.objects.filter(member=member).count() == 1
    assert Quarantined.objects.count() == 0
    phone.check()


def test_two_people_on_one_phone(arrival: Arrival, phones: Callable[[], Phone]) -> None:
    """One hands the phone on offline; nobody's unsent is lost, and neither reads the other's."""
    phone = phones()
    come_in(phone, arrival, MEMBER)
    phone.tap("设置")
    phone.tap("换人")
    come_in(phone, arrival, OTHER)
    phone.offline()
    _signs_in(phone)
    phone.tap("设置")
    phone.tap("换人")
    phone.reads("1条未发送")
    phone.tap(MEMBER[0])
    phone.unlock()
    phone.reads("还没签到")
    _signs_in(phone)
    phone.reads("2条未发送")
    phone.offline(False)
    phone.arrives()
    for name in (MEMBER, OTHER):
        member = arrival.world.members[name]
        assert CheckIn.objects.filter(member=member).count() == 1
        assert Device.objects.get(member=member).whole_upto == 1
    phone.check()


def _signs_in(phone: Phone) -> None:
    phone.page.locator("footer .act", has_text="签到").tap()
    phone.tap("没有码，直接签到")
    phone.reads("签到已记下")


def test_hurt_in_three_taps(arrival: Arrival, phones: Callable[[], Phone]) -> None:
    """What happened, whether somebody must stand in: kept offline, and whom to call at once."""
    phone = phones()
    come_in(phone, arrival, MEMBER)
    phone.offline()
    phone.tap("受伤了")
    phone.tap("摔伤、扭伤")
    phone.tap("需要替班")
    phone.reads("您今天不用再上岗", LEADER, "急救")
    phone.tap("好了")
    phone.tap("健康申报")
    phone.tap("不舒服")
    phone.reads("请先休息")
    phone.back()
    phone.offline(False)
    phone.arrives()
    member = arrival.world.members[MEMBER]
    hurt = Injury.objects.get(member=member)
    assert (hurt.happened, hurt.stand_in) == ("fall", True)
    assert HealthStatement.objects.get(member=member).well is False
    assert Quarantined.objects.count() == 0
    phone.check()


def test_what_is_unsent_is_handed_over(arrival: Arrival, phones: Callable[[], Phone]) -> None:
    """A phone is given up without a signal; another one brings its records to the server."""
    given, other = phones(), phones()
    come_in(given, arrival, MEMBER)
    given.offline()
    _signs_in(given)
    given.tap("设置")
    given.tap("不再使用这部手机")
    given.tap("清除")
    given.reads("还有没发送的记录")
    with given.page.expect_download() as saved:
        given.tap("移交未发送的记录")
    given.reads("共1条")
    come_in(other, arrival, OTHER)
    other.tap("设置")
    other.page.locator("input[type=file]").set_input_files(saved.value.path())
    other.reads("服务器已收到1条")
    member = arrival.world.members[MEMBER]
    assert CheckIn.objects.filter(member=member).count() == 1
    given.tap("清除")
    given.reads("登记一次，没有信号也能用")
    assert str(FENGLIN) not in given.page.evaluate("JSON.stringify(localStorage)")
    for phone in (given, other):
        phone.check()
