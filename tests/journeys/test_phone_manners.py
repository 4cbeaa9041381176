"""What a tired thumb meets: a keypad that stays, a list that folds, a link that is no good."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import phone_packs
from tests.journeys.phone import Phone
from tests.journeys.phone_door import Door, doc, open_door

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.id"


@pytest.fixture
def door() -> Iterator[Door]:
    with open_door() as door:
        door.packs = phone_packs.many(door.member)
        yield door


@pytest.fixture
def phone(browser: Browser, door: Door) -> Iterator[Phone]:
    phone = Phone(browser, door.address)
    yield phone
    assert phone.faults == []
    phone.context.close()


def test_the_keypad_stays_while_a_pin_is_chosen_and_after_a_wrong_one(phone: Phone) -> None:
    phone.open("/phone/#enrol=token")
    phone.tap("登记")
    phone.type_pin("123456")
    phone.reads("太好猜")
    phone.type_pin()
    phone.reads("再输一次")
    assert "太好猜" not in phone.text
    assert phone.page.evaluate(FOCUSED) == "pin"
    phone.type_pin()
    phone.page.locator("#pin").wait_for(state="detached")
    phone.reopen().type_pin("654321")
    phone.reads("密码不对")
    assert phone.page.evaluate(FOCUSED) == "pin"
    expect(phone.page.locator("#pin")).to_have_value("")


def test_after_many_wrong_pins_it_says_why_it_takes_long(phone: Phone) -> None:
    phone.enrol("/phone/#enrol=token").reopen()
    for _ in range(7):
        phone.type_pin("654321")
        expect(phone.page.locator("#pin")).to_have_value("", timeout=20_000)
    phone.type_pin("654321")
    phone.reads("输错多次")


def test_a_sign_in_code_on_a_phone_that_is_nobodys(phone: Phone, door: Door) -> None:
    phone.open("/phone/#at=place-1.p.ABCDEFGHJK")
    phone.reads("您扫的是签到码，这部手机还没有登记")
    online = phone.page.locator("footer a")
    assert online.get_attribute("href") == "/attendance/at/#at=place-1.p.ABCDEFGHJK"
    phone.tap("登记这部手机")
    expect(phone.page.locator("#token")).to_have_value("")


def test_a_link_that_is_used_up_asks_for_another(phone: Phone, door: Door) -> None:
    door.refusal = (409, "sync.token-used", "这个链接已经用过了。请向队长要新的链接。")
    phone.open("/phone/#enrol=token")
    phone.tap("登记")
    phone.reads("这个链接已经用过了")
    expect(phone.page.locator("#token")).to_have_value("")
    expect(phone.page.locator("footer .act", has_text="登记")).to_have_count(0)


def test_the_kinds_of_work_fold_around_the_chosen_one(phone: Phone) -> None:
    phone.enrol("/phone/#enrol=token")
    phone.tap("记工作")
    expect(phone.page.locator(".pick")).to_have_count(6)
    phone.tap("其他2种")
    expect(phone.page.locator(".pick")).to_have_count(8)
    phone.tap("接热线")
    expect(phone.page.locator(".pick")).to_have_count(7)
    expect(phone.page.locator(".pick[aria-pressed=true]")).to_have_text("接热线")


def test_a_refused_sign_in_takes_its_promise_back(phone: Phone, door: Door) -> None:
    """The foot promises no more than is known, and one sentence is true at a time."""
    door.outcome = {
        "outcome": "quarantined",
        "code": "attendance.wrong-code",
        "words": "这个码不是这里的。",
    }
    door.packs = phone_packs.few(door.member)
    phone.enrol("/phone/#enrol=token")
    phone.tap("只签自己")
    phone.page.locator("#code").fill("12345678")
    phone.page.get_by_role("button", name="签到", exact=True).tap()
    expect(phone.page.locator("footer [role=status]")).to_have_text("这个码不是这里的。")
    phone.reads("还没签到", "1条没有被接收")
    phone.tap("全部已送达")
    phone.reads("请用现在的码再签一次")
    assert "不用重填" not in phone.text


def test_two_people_and_a_code_that_was_scanned(phone: Phone, door: Door) -> None:
    """The code waits while somebody says who they are, and names who signs in."""
    door.packs = phone_packs.few(door.member)
    phone.enrol("/phone/#enrol=token")
    # The whole name comes with the pack, and the place with it.
    phone.reads("王小明")
    door.member, door.name = "other", "单于启明"
    door.packs = phone_packs.few("other", name=door.name)
    phone.open("/phone/#enrol=another").tap("登记")
    phone.choose_pin()
    phone.reads("单于启明")
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.offline()
    phone.page.close()
    phone.page = phone.tab()
    phone.open("/phone/#at=place-1.12345678")
    phone.tap("王")
    phone.unlock()
    phone.reads("南门岗亭", "王小明")
    phone.tap("确认签到")
    phone.reads("签到已记下")


def test_what_was_not_accepted_of_others_is_theirs(phone: Phone, door: Door) -> None:
    door.outcome = {"outcome": "quarantined", "code": "sync.outside", "words": "不在范围内。"}
    door.packs = phone_packs.few(door.member)
    phone.enrol("/phone/#enrol=token")
    phone.stand("work")
    phone.page.locator(".pick").first.tap()
    phone.tap("记下")
    phone.stand("today")
    phone.reads("1条没有被接收")
    door.member, door.name = "other", "单于启明"
    door.packs = phone_packs.few("other", name=door.name)
    phone.open("/phone/#enrol=another").tap("登记")
    phone.choose_pin()
    phone.reads("单于启明")
    assert "没有被接收" not in phone.text
    phone.tap("全部已送达")
    phone.reads("其他人有1条没有被接收")


def test_whoever_is_hurt_is_not_urged_to_sign_in(phone: Phone, door: Door) -> None:
    door.packs = phone_packs.few(door.member)
    door.packs.pop("team:1")
    phone.enrol("/phone/#enrol=token")
    phone.reads("还没签到")
    phone.tap("受伤了")
    phone.tap("割伤")
    phone.tap("需要替班")
    phone.tap("好了")
    phone.reads("您已停岗")
    assert "还没签到" not in phone.text
    expect(phone.page.locator("footer .act")).to_have_count(0)


def test_the_calendar_has_each_day_of_a_duty_without_an_end(phone: Phone, door: Door) -> None:
    door.packs = phone_packs.few(door.member)
    for one in door.packs["me"]:
        if one["kind"] == "duty":
            one["body"]["to"] = None
    phone.enrol("/phone/#enrol=token")
    phone.stand("hours")
    with phone.page.expect_download() as saved:
        phone.tap("加到手机日历")
    lines = saved.value.path().read_text().splitlines()
    first = date.fromisoformat(phone_packs.today())
    days = [first + timedelta(days=n) for n in range(29)]
    begun = [line for line in lines if line.startswith("DTSTART:")]
    assert begun == [f"DTSTART:{day:%Y%m%d}T080000" for day in days]
    assert lines.count("TRIGGER:PT0S") == len(days)


def test_the_buildings_of_a_grid_stand_in_their_order(phone: Phone, door: Door) -> None:
    """A drawn order of buildings, which says that it is no map; each leads to its doors."""
    door.packs = phone_packs.few(door.member)
    phone.enrol("/phone/#enrol=token")
    phone.tap("我的网格")
    phone.reads("枫林上城", "北侧消防通道门关闭，南门开放", "不是实际方位", "有事找谁")
    drawn = phone.page.locator(".plan button").all_inner_texts()
    assert [one.split("\n")[0] for one in drawn] == ["1栋", "2栋", "3栋", "4栋"]
    assert "逄立冬" in drawn[0]
    phone.page.locator(".plan button").nth(1).tap()
    expect(phone.page.locator("h1")).to_have_text("2栋")
    # Inside a building nobody says its number.
    assert re.findall(r"[\d-]+", phone.page.locator("li h2").first.inner_text()) == ["2-102"]
    phone.back()
    phone.page.get_by_role("searchbox").fill("2-2-102")
    phone.reads("找到1户")


def test_where_the_leader_has_no_number_the_community_is_called(phone: Phone, door: Door) -> None:
    phone.enrol("/phone/#enrol=token")
    phone.tap("受伤了")
    phone.reads("没有留电话", "社区书记")
    calls = [one.get_attribute("href") for one in phone.page.locator("section a").all()]
    assert calls == ["tel:19970004444", "tel:19970005555", "tel:120"]


def test_where_nobody_can_be_called_it_says_so(phone: Phone, door: Door) -> None:
    door.packs["me"] = [one for one in door.packs["me"] if one["kind"] != "line"]
    phone.enrol("/phone/#enrol=token")
    phone.tap("受伤了")
    phone.reads("没有登记队长和社区的电话")
    phone.back()
    phone.tap("健康申报")
    phone.tap("不舒服")
    phone.reads("请先休息", "没有登记队长和社区的电话")
    assert [one for one in ("当面", "打个电话") if one in phone.text] == []


def test_whoever_is_off_duty_has_no_pass_and_no_way_back_by_feeling_well(
    phone: Phone, door: Door
) -> None:
    phone.enrol("/phone/#enrol=token")
    phone.tap("健康申报")
    phone.tap("不舒服")
    phone.reads("社区或医生确认可以上岗")
    assert phone.page.locator("footer .act:not(.plain)").count() == 0
    phone.tap("正常")
    phone.reads("已记下：正常。上岗要等社区或医生确认", "您已停岗")
    phone.tap("工作证")
    phone.reads("停岗期间没有工作证")
    assert "还没有下载" not in phone.text


def test_hours_that_differ_from_the_times_beside_them_say_why(phone: Phone, door: Door) -> None:
    phone.enrol("/phone/#enrol=token")
    phone.tap("我的时长和日历")
    phone.reads("有1天漏了签退", "下面列出最近31天")
    parted, open_day, short = (phone.page.locator("tr").nth(n) for n in (0, 1, 2))
    expect(parted).to_contain_text(re.compile("分2次.*更正.0.5小时"))
    expect(open_day).to_contain_text("未签退")
    expect(open_day).not_to_contain_text("小时")
    expect(short).to_contain_text("更正−1小时")
    expect(phone.page.locator("tr").nth(3).locator("small")).to_have_count(0)


def test_hours_are_fetched_when_somebody_looks_at_them(phone: Phone, door: Door) -> None:
    door.packs = phone_packs.few(door.member)
    phone.enrol("/phone/#enrol=token")
    phone.reads("全部已送达")
    phone.page.wait_for_timeout(1000)
    told = [one for one in door.packs["me"] if not one["kind"].startswith("hours")]
    total = doc("hours-total", minutes=9 * 60, days=1, calendar="")
    door.packs = door.packs | {"me": [*told, total]}
    phone.tap("我的时长和日历")
    phone.reads("1天 · 9小时")


def test_the_list_tells_of_those_who_came_that_they_are_unwell(phone: Phone, door: Door) -> None:
    door.packs = phone_packs.few(door.member)
    for one in door.packs["team:1"]:
        one["body"]["fit"] = one["body"]["member"] not in ("person-1", "person-5")
    phone.enrol("/phone/#enrol=token")
    phone.tap("名单签到")
    unwell = phone.page.locator("section .line", has_text="身体不适")
    expect(unwell).to_have_count(2)
    expect(unwell.filter(has_text="签到 ·")).to_have_count(1)


def test_whoever_comes_back_reads_one_state_at_a_time(phone: Phone, door: Door) -> None:
    door.packs = phone_packs.few(door.member, signed_in=True)
    door.packs.pop("team:1")
    door.packs["me"] = [one for one in door.packs["me"] if one["kind"] != "place"]
    phone.enrol("/phone/#enrol=token")
    phone.tap("签退")
    phone.page.locator("footer .act").tap()
    phone.reads("签退已记下")
    phone.tap("我回来了")
    phone.reads("正在签到")
    assert "签退" not in phone.text
    phone.tap("点这里撤销签到")
    phone.reads("已签退", "我回来了")


def test_two_who_look_alike_are_told_apart(phone: Phone, door: Door) -> None:
    door.packs = phone_packs.few(door.member)
    phone.enrol("/phone/#enrol=token")
    phone.reads("王小明")
    door.member, door.name = "other", "王语棠"
    door.packs = phone_packs.few("other", name=door.name)
    phone.open("/phone/#enrol=another").tap("登记")
    phone.choose_pin()
    phone.reads("王语棠")
    phone.reopen()
    lines = phone.page.locator("section .line")
    expect(lines).to_have_count(2)
    for n in range(2):
        expect(lines.nth(n)).to_contain_text(re.compile(rf"王\*\*\s*第{n + 1}个登记"))
    phone.photograph("alike")


def test_a_file_that_nobody_handed_over(phone: Phone, door: Door) -> None:
    phone.enrol("/phone/#enrol=token")
    phone.tap("设置")
    chosen = phone.page.locator("input[type=file]")
    photo = {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff"}
    chosen.set_input_files(photo)  # type: ignore[arg-type]
    phone.reads("这不是移交文件")
    # A browser tells of a choice only where the field is not left with the same file.
    expect(chosen).to_have_value("")


def test_a_calendar_that_follows_the_duties(phone: Phone, door: Door) -> None:
    phone.enrol("/phone/#enrol=token")
    phone.tap("我的时长和日历")
    followed = phone.page.locator("a", has_text="在日历应用里订阅")
    host = door.address.removeprefix("http://")
    assert followed.get_attribute("href") == f"webcal://{host}{phone_packs.CALENDAR}"
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    phone.tap("复制日历链接")
    phone.reads("已复制")
    copied = phone.page.evaluate("navigator.clipboard.readText()")
    assert copied == door.address + phone_packs.CALENDAR


def test_whoever_is_off_duty_and_still_there_signs_out(phone: Phone, door: Door) -> None:
    door.packs = phone_packs.few(door.member, signed_in=True)
    door.packs.pop("team:1")
    for one in door.packs["me"]:
        if one["kind"] == "duty":
            one["body"]["today"] = False
        if one["kind"] == "standing":
            one["body"] |= {"well": False, "fit_until": "2020-01-01"}
    phone.enrol("/phone/#enrol=token")
    phone.reads("您已停岗", "已签到", "今天")
    phone.photograph("off-duty-there")
    expect(phone.page.locator("footer .act")).to_have_text(["签退"])


def test_a_code_signs_out_only_where_one_is(phone: Phone, door: Door) -> None:
    door.packs = phone_packs.few(door.member, signed_in=True)
    elsewhere = phone_packs.COMMUNITY + 1
    where = {"community": elsewhere, "lat": None, "lon": None, "radius": 200}
    door.packs["me"].append(doc("place", "place-2", name="紫菘东门", **where))
    phone.enrol("/phone/#enrol=token")
    phone.reads("已签到")
    phone.open("/phone/#at=place-1.12345678")
    expect(phone.page.locator("footer .act")).to_have_text(["不是签退，我要签到", "确认签退"])
    phone.open("/phone/#at=place-2.12345678")
    phone.reads("紫菘东门")
    expect(phone.page.locator("footer .act")).to_have_text(["不是签到，我要签退", "确认签到"])
    phone.tap("不是签到，我要签退")
    expect(phone.page.locator("footer .act").last).to_have_text("确认签退")
    phone.open("/phone/#at=nowhere-yet.12345678")
    expect(phone.page.locator("footer .act")).to_have_text(["不是签到，我要签退", "确认签到"])


def test_a_screen_that_has_not_been_fetched_says_so_and_comes_later(
    browser: Browser, door: Door
) -> None:
    """Its file comes when it is first opened, unless the worker has kept it before."""
    phone = Phone(browser, door.address, worker=False)
    phone.enrol("/phone/#enrol=token")
    phone.reads("我的网格")
    phone.offline()
    phone.tap("我的网格")
    phone.reads("这一步要联网")
    phone.offline(False)
    phone.back()
    phone.tap("我的网格")
    phone.reads("有事找谁")
    phone.context.close()
