"""Chasing those who are missing: one text, what they say, and nothing of illness in it."""

import pytest
from django.test import Client

from tests.attendance.town import Town, clock_at
from tests.command.first_day import oblige_bureau
from tests.world import DAY, LIAISON, OUTSIDER, SENT
from xiachen.attendance.models.records import Answer
from xiachen.base.errors import Forbidden, NotFound
from xiachen.command.models import Reminder
from xiachen.command.operations.reminding import record_answer, remind_missing, view_person
from xiachen.command.rules.reminding import NobodyToRemind, TooManyToRemind
from xiachen.command.rules.supervision import SupervisionWordsMissing
from xiachen.mobilisation.operations.excuses import excuse
from xiachen.notices.models.messages import Message
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

NOON = clock_at(12, 0)


@pytest.fixture
def town(town: Town) -> Town:
    """All eleven have reported in, the first three are on site."""
    town.sign_in(town.people[:3])
    return town


def test_one_text_names_those_who_are_missing_and_nobody_else(town: Town) -> None:
    people, world = town.people, town.world
    oblige_bureau(world)
    excuse(town.liaison, member=people[5], reason="ill", from_day=DAY, to_day=DAY, at=NOON)
    chosen = [*people[:6], world.members[LIAISON]]
    told = remind_missing(town.liaison, members=chosen, day=DAY, at=NOON)
    head, *lines, foot = told.text.splitlines()
    assert head == "【枫林镇疫情】3月1日报到签到提醒"
    assert foot == "如有特殊情况，请及时告知联系人。"
    said = [line.rstrip("。").split("：") for line in lines]
    assert [(words, set(names.split("、"))) for words, names in said] == [
        ("未登记居住社区，请告知居住地", {LIAISON}),
        ("已报到，请到岗签到", {SENT[3], SENT[4]}),
        ("已签到，尚无干事记录", {SENT[0], SENT[1], SENT[2]}),
    ]
    assert SENT[5] not in told.text and "病" not in told.text
    assert told.people == 6
    noted = Reminder.objects.filter(kind="reminded")
    assert {one.member_id for one in noted} == {*people[:5], world.members[LIAISON]}
    seen = AuditEntry.objects.get(action="command.remind-missing")
    assert set(seen.targets) == {one.member_id for one in noted}


def test_reminders_are_counted_and_shown_with_what_was_said(town: Town) -> None:
    member = town.people[4]
    for _ in range(2):
        remind_missing(town.liaison, members=[member], day=DAY, at=NOON)
    record_answer(town.liaison, member=member, day=DAY, words="路上堵车", at=NOON)
    person = view_person(town.liaison, member=member, day=DAY)
    assert (len(person.reminded), person.words) == (2, ["路上堵车"])
    said = Answer.objects.get()
    assert (said.gap, said.excuses) == ("not-present", False)


def test_what_somebody_says_who_is_on_no_list_is_kept_too(town: Town) -> None:
    liaison = town.world.members[LIAISON]
    record_answer(town.liaison, member=liaison, day=DAY, words="住在邻市", at=NOON)
    assert view_person(town.liaison, member=liaison, day=DAY).words == ["住在邻市"]
    assert not Answer.objects.exists()
    with pytest.raises(SupervisionWordsMissing):
        record_answer(town.liaison, member=liaison, day=DAY, words="  ", at=NOON)


def test_who_has_come_meanwhile_or_is_not_theirs_is_not_reminded(town: Town) -> None:
    world = town.world
    town.work(town.people[:1])
    nothing_expected = world.members[LIAISON]
    for members in ([town.people[0]], [nothing_expected], [world.members[OUTSIDER]], []):
        with pytest.raises(NobodyToRemind):
            remind_missing(town.liaison, members=members, day=DAY, at=NOON)
    with pytest.raises(TooManyToRemind):
        remind_missing(town.liaison, members=world.sent * 21, day=DAY, at=NOON)
    assert not Reminder.objects.exists()


def test_others_can_neither_remind_nor_read(town: Town) -> None:
    member = town.people[4]
    for scope in (town.outsider, town.headquarters):
        with pytest.raises(Forbidden):
            remind_missing(scope, members=[member], day=DAY, at=NOON)
        with pytest.raises(NotFound):
            view_person(scope, member=member, day=DAY)


def test_a_reminder_sent_to_phones_names_nobody(town: Town) -> None:
    told = remind_missing(
        town.liaison,
        members=town.people[3:5],
        day=DAY,
        at=NOON,
        site="http://town.example/notices/read/",
    )
    assert (told.sent, told.without_number) == (2, 0)
    assert Message.objects.count() == 2
    notice = Reminder.objects.values_list("notice", flat=True).distinct().get()
    assert notice is not None


def test_the_screens_lead_from_the_list_to_the_text_and_the_answer(town: Town) -> None:
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    client.force_login(town.world.accounts[Role.LIAISON])
    member = town.people[4]
    day = f"?day={DAY}"
    page = client.get(f"/{day}").content.decode()
    assert f"/command/people/{member}/" in page
    text = client.post(f"/command/people/remind{day}", {"members": [str(member), "x"]})
    assert SENT[4] in text.content.decode()
    gone = client.post(f"/command/people/remind{day}", {"members": []}, follow=True)
    assert "请重新查看名单" in gone.content.decode()
    wrong = client.post(f"/command/people/{member}/answer", {"words": ""})
    assert wrong.status_code == 422
    client.post(f"/command/people/{member}/answer", {"words": "堵车", "excuses": "on"})
    assert SENT[4] in client.get(f"/{day}&show=answered").content.decode()
    excused = {"reason": "kept", "from_day": str(DAY), "to_day": str(DAY)}
    client.post(f"/command/people/{town.people[5]}/excuse", excused)
    card = client.get(f"/command/people/{town.people[5]}/").content.decode()
    assert "登记请假" not in card
    worker = Client()
    worker.force_login(town.world.accounts[Role.COMMUNITY_WORKER])
    assert worker.get(f"/command/people/{member}/").status_code == 404


def test_a_role_without_units_is_told_that_there_is_nobody(town: Town) -> None:
    client = Client()
    client.force_login(town.world.accounts[Role.MEMBER])
    member = town.people[0]
    assert client.post("/command/people/remind", {"members": [str(member)]}).status_code in (
        302,
        403,
    )
    answer = client.post(f"/command/people/{member}/answer", {"words": "路上堵车"})
    assert answer.status_code in (403, 404)
    assert not Reminder.objects.exists()
