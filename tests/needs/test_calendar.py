"""One's own calendar: duties with deadlines and tasks, a secret link, and nobody else's name."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from icalendar import Calendar, Component

from tests.attendance.screens import signed_in, text
from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN, LOCAL, SENT
from xiachen.attendance.operations.calendars import make_calendar_link
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.attendance.queries.calendars import CalendarLinkOver, feed_path, token_of
from xiachen.base.ids import uuid7
from xiachen.incidents.operations import close_incident, set_parameter
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.operations.releases import release
from xiachen.needs.operations.catalogue import install_catalogue
from xiachen.needs.operations.claims import claim_task
from xiachen.needs.operations.tasks import issue_task
from xiachen.needs.queries.calendars import feed
from xiachen.privacy.scope import Role, system_scope


def events(town: Town, *, at: datetime = EVENING, language: str = "zh-hans") -> list[Component]:
    link = make_calendar_link(town.local, language=language, at=at)
    content = feed(system_scope(), token=token_of(town.local, link), at=at)
    found = Calendar.from_ical(content)
    assert found.get("version") == "2.0" and found.get("prodid")
    return list(found.walk("VEVENT"))


def days(found: list[Component]) -> list[date]:
    return [one["DTSTART"].dt.date() for one in found if isinstance(one["DTSTART"].dt, datetime)]


def test_each_day_on_duty_stands_there_with_place_deadline_and_zone(town: Town) -> None:
    set_parameter(
        town.world.system,
        incident=town.incident,
        name="attendance.deadline",
        value="07:45",
        from_day=DAY + timedelta(days=2),
        community=FENGLIN,
    )
    found = events(town)
    assert days(found) == [DAY + timedelta(days=number) for number in range(29)]
    first, third = found[0], found[2]
    # As the phone writes it too (phone/tests/calendar.test.ts), under the same number.
    assert first["SUMMARY"] == "上岗：8:30前签到，枫林上城社区居民委员会"
    stay = Enrolment.objects.get(member=town.world.local)
    assert first["UID"] == f"duty-{stay.pk}-20200301@xiachen"
    (reminder,) = first.walk("VALARM")
    assert reminder["TRIGGER"].dt == timedelta(0)
    assert reminder["DESCRIPTION"] == first["SUMMARY"]
    assert first["DTSTART"].dt == datetime(2020, 3, 1, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert "7:45" in third["SUMMARY"]
    assert first["DTEND"].dt == datetime(2020, 3, 1, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert first["DTEND"].dt.astimezone(UTC).hour == 0
    assert first["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert "枫林上城" in first["LOCATION"]


def test_the_same_entry_keeps_its_uid_and_the_file_is_as_the_standard_asks(town: Town) -> None:
    link = make_calendar_link(town.local, language="en", at=EVENING)
    token = token_of(town.local, link)
    content = feed(system_scope(), token=token, at=EVENING)
    again = feed(system_scope(), token=token, at=EVENING + timedelta(days=1))

    def uids(given: bytes) -> list[str]:
        return [str(one["UID"]) for one in Calendar.from_ical(given).walk("VEVENT")]

    assert len(set(uids(content))) == len(uids(content))
    assert set(uids(content)) < set(uids(again))
    assert b"BEGIN:VTIMEZONE\r\n" in content and b"TZID:Asia/Shanghai" in content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.count(b"\n") == content.count(b"\r\n")
    assert all(one.get("DTSTAMP") for one in Calendar.from_ical(content).walk("VEVENT"))


def test_it_ends_with_the_stay_with_being_off_duty_and_with_the_incident(town: Town) -> None:
    stay = Enrolment.objects.get(member=town.world.local)
    release(town.secretary, enrolment=stay.pk, last_day=DAY + timedelta(days=3), at=EVENING)
    assert days(events(town))[-1] == DAY + timedelta(days=3)
    unwell = HealthEntry(
        id=uuid7(),
        community=FENGLIN,
        member=town.world.local,
        occurred_at=clock_at(9, 0),
        well=False,
    )
    state_health(town.local, entries=[unwell], at=EVENING)
    assert days(events(town)) == []
    assert days(events(town, at=EVENING + timedelta(days=2))) == [DAY, DAY + timedelta(days=1)]
    close_incident(town.world.system, incident=town.incident, at=EVENING)
    assert days(events(town, at=EVENING + timedelta(days=2))) == [DAY]


def test_tasks_that_one_has_claimed_stand_there_and_no_other(town: Town) -> None:
    install_catalogue()
    for title in ("给独居老人送药", "别人的任务"):
        task = issue_task(
            town.secretary, community=FENGLIN, kind="patrol", title=title, at=clock_at(9, 0)
        )
        if title == "给独居老人送药":
            claim_task(
                town.local,
                community=FENGLIN,
                task=task.pk,
                member=town.world.local,
                at=clock_at(9, 5),
            )
    whole = [one for one in events(town) if not isinstance(one["DTSTART"].dt, datetime)]
    assert ["给独居老人送药" in one["SUMMARY"] for one in whole] == [True]
    assert whole[0]["DTSTART"].dt == DAY


def test_it_names_nobody_and_another_link_ends_the_former(town: Town) -> None:
    client = signed_in(town, Role.MEMBER)
    assert "No link has been made" in text(client.get("/needs/calendar/"))
    assert client.post("/needs/calendar/make").status_code == 302
    page = text(client.get("/needs/calendar/"))
    path = feed_path(town.local)
    assert path in page and "webcal:" in page
    answer = Client().get(path)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    content = answer.content.decode()
    assert LOCAL not in content and not any(name in content for name in SENT)
    client.post("/needs/calendar/make")
    assert Client().get(path).status_code == 410
    other = feed_path(town.local)
    assert other != path and Client().get(other).status_code == 200
    client.post("/needs/calendar/end")
    assert Client().get(other).status_code == 410 and feed_path(town.local) == ""


@pytest.mark.parametrize("spoilt", ["x", "AZ.AA", "é"])
def test_a_forged_link_opens_nothing(db: None, spoilt: str) -> None:
    assert Client().get(f"/needs/calendar/{spoilt}.ics").status_code == 410
    with pytest.raises(CalendarLinkOver):
        feed(system_scope(), token=spoilt, at=EVENING)


def test_an_account_of_nobody_has_no_calendar(town: Town) -> None:
    client = signed_in(town, Role.HEADQUARTERS)
    assert client.post("/needs/calendar/make").status_code == 404
