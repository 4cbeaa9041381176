"""Packs to look at: with little in them, and with more than fits. Nobody in them exists."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

from tests.journeys.phone_door import Doc, doc, now_ms

COMMUNITY = 420111002044
_HERE = timezone(timedelta(hours=8))
_NAMES = (
    "闫澄砚",
    "欧阳霁岚",
    "覃牧遥",
    "单于启明",
    "解语棠",
    "仇望舒",
    "查砺锋",
    "盖若汐",
    "乐正云起",
)
PLACE = "枫林上城社区"
LONG_NAME = "阿卜杜热合曼·买买提依明江"
LONG_COMMUNITY = "武汉经济技术开发区沌口街道枫林上城第二社区居民委员会"
LONG_TEAM = "省枫林观测局机关第三党支部下沉工作队第二小组"
LONG_TITLE = "为独居老人和行动不便人员上门送药并核对用药清单，同时登记联系电话"
LONG_NOTICE = "关于做好低温雨雪天气居家人员生活物资保障和独居老人走访工作的通知"
_TEXT = "请各小组 7:30 到南门领取物资。\n穿好防护，带好工作证。"
_KINDS = (
    ("temperature-check", "测温登记", "Temperature checks"),
    ("groceries", "送菜上门", "Groceries to the door"),
    ("medicine", "代买药", "Medicines"),
    ("gate", "卡口值守", "Gate duty"),
    ("disinfection", "消杀", "Disinfection"),
    ("visits", "上门走访", "Door visits"),
    ("transport", "转运", "Transport"),
    ("hotline", "接热线", "Hotline"),
)
HOUR = 3_600_000
CALENDAR = "/needs/calendar/AaN5.WjZ0c2Vz"
LINES = (
    doc("line", community=COMMUNITY, role="secretary", name="宓安澜", phone="19970004444"),
    doc("line", community=COMMUNITY, role="community-worker", name="逄立冬", phone="19970005555"),
)
_DAY = 24 * HOUR
# Minutes added to and taken from the hours of so many days ago.
_CORRECTED = {0: 30, 2: -60}


def today() -> str:
    """Return the day where the phone is."""
    return datetime.now(_HERE).date().isoformat()


def _day(before: int) -> str:
    return (datetime.now(_HERE).date() - timedelta(days=before)).isoformat()


def few(member: str, *, name: str = "王小明", signed_in: bool = False) -> dict[str, list[Doc]]:
    """Return what a member of a small team carries, who also leads and looks after a grid."""
    now = now_ms()
    return {
        "me": [
            *_mine(member, name, PLACE, "观测局下沉队", now - HOUR if signed_in else None),
            _task("没有运输车辆，请安排运送蔬菜", wanted=3, left=2),
            _task("南门进出人员体温检测", wanted=1, left=0, mine="claimed"),
            *_notices(2),
            *_hours(3),
            _place("南门岗亭", "place-1"),
            doc("code", "code-1", place="place-1", community=COMMUNITY, day=today(),
                secret="MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI", step=60, digits=8),
        ],
        "team:1": _people((name, *_NAMES), member),
        "grid:1": grid(buildings=4, households=12, residents=30),
    }  # fmt: skip


def many(member: str) -> dict[str, list[Doc]]:
    """Return more than anybody carries, with names that hardly fit."""
    pack = few(member, name=LONG_NAME)
    now = now_ms()
    others = [one for one in pack["me"] if one["kind"] in ("work-kind", "code", "place")]
    return {
        "me": [
            *_mine(member, LONG_NAME, LONG_COMMUNITY, LONG_TEAM, now - 2 * HOUR, kinds=False,
                   leader_phone=""),
            *others,
            *LINES,
            _place("枫林上城社区居委会一楼服务大厅"),
            _place("北门"),
            *(_task(LONG_TITLE + str(n), wanted=9, left=n % 3, mine="claimed" if n == 4 else "")
              for n in range(30)),
            *_notices(25),
            *_hours(31),
        ],
        "team:1": _people((*_NAMES, LONG_NAME) * 6, member),
        "grid:1": grid(buildings=40, households=500, residents=1500),
    }  # fmt: skip


def nothing(member: str) -> dict[str, list[Doc]]:
    """Return the pack of somebody who has no duty."""
    return {"me": [doc("me", member=member, name="王小明", unit="观测局", roles=[], language="zh")]}


def _mine(
    member: str,
    name: str,
    community: str,
    team: str,
    since: int | None,
    *,
    kinds: bool = True,
    leader_phone: str = "19970000000",
) -> Iterable[Doc]:
    duty = {
        "community": COMMUNITY, "community_name": community, "team": "team", "team_name": team,
        "leader_name": "闫澄砚", "leader_phone": leader_phone, "from": _day(3), "to": _day(-9),
        "deadline": "08:30", "today": True,
    }  # fmt: skip
    yield doc("me", member=member, name=name, unit="观测局", roles=["leader"], language="zh")
    yield doc("duty", **duty)
    yield doc("standing", day=today(), signed_in_at=since, signed_out_at=None, well=None,
              fit_until=None)  # fmt: skip
    yield doc("pass", day=today(), name=name, team=team,
              link="/pass/" + "Ab3x" * 16)  # fmt: skip
    if kinds:
        # Each comes after those of which the emergency is more.
        yield from (
            doc("work-kind", code=code, zh=zh, en=en, order=n)
            for n, (code, zh, en) in reversed([*enumerate(_KINDS, 1)])
        )


def _place(name: str, identifier: str | None = None) -> Doc:
    where = {"community": COMMUNITY, "lat": 30.5, "lon": 114.3, "radius": 200}
    return doc("place", identifier, name=name, **where)


def _task(title: str, *, wanted: int, left: int, mine: str = "") -> Doc:
    return doc("task", community=COMMUNITY, kind="other", title=title, state="open",
               people_wanted=wanted, places_left=left, mine=mine)  # fmt: skip


def _notices(count: int) -> Iterable[Doc]:
    for n in range(count):
        title = "明日集中核酸检测安排" if n % 2 else LONG_NOTICE
        yield doc("notice", title=title, text=_TEXT, at=now_ms() - n * 11 * HOUR, read=n > 0)


def _hours(count: int) -> Iterable[Doc]:
    first = datetime.combine(datetime.now(_HERE).date(), datetime.min.time(), _HERE)
    came = int(first.astimezone(UTC).timestamp() * 1000) + 8 * HOUR
    for n in range(count):
        left = None if n == 1 else came - n * _DAY + 9 * HOUR
        yield doc("hours", day=_day(n), **{"in": came - n * _DAY}, out=left,
                  minutes=(540 if left else 0) + _CORRECTED.get(n, 0), open=not left,
                  stays=2 if n == 0 else 1, corrected=_CORRECTED.get(n, 0))  # fmt: skip
    # Of many days the last 31 are told.
    days = count + 2 if count == 31 else count
    yield doc("hours-total", minutes=540 * count - 570, days=days, calendar=CALENDAR)


def _people(names: Iterable[str], member: str) -> list[Doc]:
    return [
        doc("person", member=member if n == 0 else f"person-{n}", name=name, phone=f"1997{n:07d}",
            signed_in_at=now_ms() - 60_000 * n if 0 < n < 3 else None, signed_out_at=None,
            fit=n != 5)
        for n, name in enumerate(names)
    ]  # fmt: skip


def grid(*, buildings: int, households: int, residents: int) -> list[Doc]:
    """Return a grid's doors and who lives behind them."""
    return [
        *(doc("building", f"building-{n}", compound="枫林上城",
              number="商业综合楼附属公寓A座" if n == 8 else str(n + 1), floors=18, units=2)
          for n in range(buildings)),
        doc("gate", compound="枫林上城", name="南门", open=True),
        doc("gate", compound="枫林上城", name="北侧消防通道门", open=False),
        *(doc("household", f"household-{n}", building=f"building-{n % buildings}",
              unit=str(1 + n % 2), door=f"{1 + n // buildings}{1 + n % 4:02d}", kind="home",
              vacant=n % 9 == 8)
          for n in range(households)),
        *(doc("resident", f"resident-{n}", household=f"household-{n % households}",
              name=_NAMES[n % 9] + (str(n) if n >= 1500 else ""),
              phone="" if n % 3 else f"1998{n:07d}")
          for n in range(residents)),
        doc("head", building="building-0", name="逄立冬", phone="19970001111",
            role="building-head"),
        doc("head", name="晁雨晴", phone="19970002222", role="grid-head"),
        doc("call", role="community-worker", name="枫林上城社区", phone="02700001234"),
        doc("call", role="doctor", name="宓安澜", phone="19970003333"),
    ]  # fmt: skip
