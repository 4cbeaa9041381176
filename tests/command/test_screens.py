"""The pages of figures and bulletins, as each role gets them."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.attendance.town import clock_at
from tests.command.first_day import NEXT_DAY, FirstDay
from tests.world import FENGLIN, SENT
from xiachen.command.models import Bulletin, DeclaredFigure
from xiachen.privacy.masking import mask_name
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

DAY = "?day=2020-03-01"


def as_role(day: FirstDay, role: Role) -> Client:
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    client.force_login(day.town.world.accounts[role])
    return client


@pytest.fixture
def headquarters(first_day: FirstDay) -> Client:
    return as_role(first_day, Role.HEADQUARTERS)


def test_the_board_shows_the_day_with_both_coverages(
    first_day: FirstDay, headquarters: Client
) -> None:
    page = headquarters.get(f"/command/figures/{DAY}").content.decode()
    assert "两个全覆盖" in page
    assert "打开缺项" in page
    assert "11人" in page
    missing = headquarters.get(f"/command/figures/attendance.covered-communities/{DAY}&missing=1")
    assert "紫菘社区" in missing.content.decode()


def test_a_bulletin_is_issued_read_opened_and_revised(
    first_day: FirstDay, headquarters: Client
) -> None:
    asked = {"division": FENGLIN, "day": "2020-03-01", "until": "", "reason": ""}
    answer = headquarters.post("/command/bulletins/issue/", asked, follow=True)
    issued = Bulletin.objects.get()
    page = answer.content.decode()
    assert "到岗11人（含就地加入1人）" in page
    assert f"/command/bulletins/{issued.pk}/attendance.present/" in page
    text = headquarters.get(f"/command/bulletins/{issued.pk}/text")
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert "临时党支部1个（书记1 副书记1）" in text.content.decode()

    again = headquarters.post("/command/bulletins/issue/", asked | {"reason": "再发"})
    assert "没有变化" in again.content.decode()

    first_day.take_back(first_day.town.people[3])
    unsaid = headquarters.post("/command/bulletins/issue/", asked)
    assert "请用几个字说明" in unsaid.content.decode()
    revised = headquarters.post(
        "/command/bulletins/issue/", asked | {"reason": "一人误签"}, follow=True
    ).content.decode()
    assert "本版的变化" in revised
    assert "一人误签" in revised
    first = headquarters.get(f"/command/bulletins/{issued.pk}/").content.decode()
    assert "已有更新的版次" in first
    listed = headquarters.get("/command/bulletins/").content.decode()
    assert listed.count("枫林上城社区居民委员会</a></td>") == 1


def test_headquarters_read_rows_masked_and_the_secretary_in_full(
    first_day: FirstDay, headquarters: Client
) -> None:
    issued = first_day.issue()
    address = f"/command/bulletins/{issued.pk}/attendance.present/"
    masked = headquarters.get(address).content.decode()
    assert [name for name in SENT if name in masked] == []
    assert mask_name(SENT[0]) in masked
    entry = AuditEntry.objects.filter(action="command.open-rows").latest("at")
    assert len(entry.targets) == 11
    clear = as_role(first_day, Role.SECRETARY).get(address).content.decode()
    assert [name for name in SENT if name not in clear] == []


def test_every_number_of_the_house_opens_masked_for_headquarters(
    first_day: FirstDay, headquarters: Client
) -> None:
    issued = first_day.issue()
    for frozen in issued.figures.all():
        answer = headquarters.get(f"/command/bulletins/{issued.pk}/{frozen.figure}/")
        assert answer.status_code == 200, frozen.figure
        page = answer.content.decode()
        assert [name for name in SENT if name in page] == [], frozen.figure


def test_a_file_is_not_handed_over_without_a_second_factor(
    first_day: FirstDay, headquarters: Client
) -> None:
    issued = first_day.issue()
    address = f"/command/bulletins/{issued.pk}/attendance.present/?as=csv"
    assert headquarters.get(address).status_code == 403
    assert headquarters.get(address.replace("csv", "exe")).status_code == 404
    assert not AuditEntry.objects.filter(action="papers.export").exists()


def test_the_secretary_reads_and_does_not_issue(first_day: FirstDay) -> None:
    issued = first_day.issue()
    secretary = as_role(first_day, Role.SECRETARY)
    assert secretary.get(f"/command/bulletins/{issued.pk}/").status_code == 200
    asked = {"division": FENGLIN, "day": "2020-03-01", "until": "", "reason": "x"}
    answer = secretary.post("/command/bulletins/issue/", asked)
    assert Bulletin.objects.count() == 1
    assert answer.status_code in {200, 403}


def test_an_outsider_finds_no_bulletin_and_no_number(first_day: FirstDay) -> None:
    issued = first_day.issue()
    outsider = Client()
    outsider.force_login(first_day.town.world.outsider.account)
    for address in (
        f"/command/bulletins/{issued.pk}/",
        f"/command/bulletins/{issued.pk}/text",
        f"/command/bulletins/{issued.pk}/attendance.present/",
    ):
        assert outsider.get(address).status_code == 404, address
    assert outsider.get(f"/command/figures/{DAY}&division={FENGLIN}").status_code == 403
    assert str(issued.pk) not in outsider.get("/command/bulletins/").content.decode()


def test_a_figure_is_declared_corrected_and_printed_as_declared(
    first_day: FirstDay, headquarters: Client
) -> None:
    asked = {
        "division": FENGLIN,
        "name": "确诊病例",
        "value": "3",
        "unit": "例",
        "source": "市卫生健康委员会",
        "document_number": "",
        "as_of_day": "2020-03-01",
        "as_of_time": "12:00",
    }
    headquarters.post("/command/declared/", asked)
    twice = headquarters.post("/command/declared/", asked).content.decode()
    assert "已经登记过" in twice
    declared = DeclaredFigure.objects.get()
    issued = first_day.issue()
    page = headquarters.get(f"/command/bulletins/{issued.pk}/").content.decode()
    assert "确诊病例3例（市卫生健康委员会，截至3月1日12时）" in page
    headquarters.post(f"/command/declared/{declared.pk}/", {"value": "2", "reason": "重复一例"})
    second = first_day.issue(at=NEXT_DAY + timedelta(minutes=5), reason="引用数据更正")
    text = headquarters.get(f"/command/bulletins/{second.pk}/text").content.decode()
    assert "确诊病例2例" in text
    old = headquarters.get(f"/command/bulletins/{issued.pk}/text").content.decode()
    assert "确诊病例3例" in old


def test_a_revision_is_asked_for_with_the_former_time(
    first_day: FirstDay, headquarters: Client
) -> None:
    first_day.issue(at=clock_at(18, 0))
    page = headquarters.get(f"/command/bulletins/issue/{DAY}&division={FENGLIN}").content.decode()
    assert 'value="18:00"' in page
    assert "上一版统计3月1日0—18时" in page
    asked = {"division": FENGLIN, "day": "2020-03-01", "until": "18:00", "reason": "全天"}
    headquarters.post("/command/bulletins/issue/", asked | {"whole": "on"})
    changed = Bulletin.objects.get(revision=2)
    page = headquarters.get(f"/command/bulletins/{changed.pk}/").content.decode()
    assert "统计时段有变化" in page


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1999-12-31", "2100-01-01"])
@pytest.mark.parametrize("address", ["/", "/command/figures/", "/command/bulletins/issue/"])
def test_an_impossible_day_in_an_address_is_today(
    headquarters: Client, address: str, day: str
) -> None:
    answer = headquarters.get(f"{address}?day={day}")
    assert answer.status_code == 200
    assert headquarters.session.get("day") != day


def test_an_impossible_day_asked_of_the_service_is_refused(headquarters: Client) -> None:
    for address in ("figures", "funnel"):
        answer = headquarters.get(f"/api/v1/{address}?division={FENGLIN}&day=9999-12-31")
        assert answer.status_code == 422, address


def test_the_range_of_communities_made_here_is_no_choice(
    first_day: FirstDay, headquarters: Client
) -> None:
    for address in ("figures/", "bulletins/issue/"):
        page = headquarters.get(f"/command/{address}{DAY}").content.decode()
        assert "<option" in page
        assert "994200000000" not in page and "994201" not in page


def test_nobody_is_offered_a_number_that_is_refused(first_day: FirstDay) -> None:
    first_day.issue()
    for role in (Role.LIAISON, Role.INSPECTOR, Role.AUDITOR):
        client = as_role(first_day, role)
        home = client.get(f"/{DAY}").content.decode()
        links = set(re.findall(r'href="(/command/[^"]+)"', home))
        for link in links:
            assert client.get(link.replace("&amp;", "&")).status_code == 200, (role, link)
    liaison = as_role(first_day, Role.LIAISON)
    assert "职责范围内还没有签发简报" in liaison.get("/command/bulletins/").content.decode()


@pytest.mark.parametrize(
    "address",
    ["figures/no.such/", "bulletins/00000000-0000-7000-8000-000000000000/", "figures/../x/"],
)
def test_what_is_not_there_is_answered_as_such(headquarters: Client, address: str) -> None:
    assert headquarters.get(f"/command/{address}").status_code == 404


def test_pages_exist_in_english(first_day: FirstDay, headquarters: Client) -> None:
    issued = first_day.issue()
    headquarters.cookies["django_language"] = "en"
    page = headquarters.get(f"/command/bulletins/{issued.pk}/").content.decode()
    assert "11 people on site" in page
    assert "daily bulletin of those sent down" in page


def test_a_number_is_shown_in_groups_with_places_that_have_nothing(
    first_day: FirstDay, headquarters: Client
) -> None:
    address = f"/command/figures/mobilisation.forces/{DAY}"
    page = headquarters.get(f"{address}&by=community").content.decode()
    assert "紫菘社区" in page and "不可相加" in page
    kinds = headquarters.get(f"{address}&by=none-such").content.decode()
    assert "党员" in kinds
    issued = first_day.issue()
    frozen = headquarters.get(f"/command/bulletins/{issued.pk}/mobilisation.forces/?by=unit")
    assert first_day.town.world.bureau.name in frozen.content.decode()
