"""Scenarios that call up, choose, oblige, move, recall, notify and supervise."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.drill.files import SMALL
from xiachen.command.models import Supervision
from xiachen.deployment.models import Strength, TeamMove
from xiachen.drill.operations.playing import play
from xiachen.drill.queries.checking import check
from xiachen.mobilisation.models.duties import ReportDuty
from xiachen.mobilisation.models.sign_ups import SignUp
from xiachen.mobilisation.models.slips import Slip
from xiachen.mobilisation.models.stays import Enrolment, Release
from xiachen.notices.models.notices import Receipt

Written = Callable[[str], str]

PLACE = """
[[community]]
handle = "there"
is = "420111002011"

[[account]]
name = "secretary"
role = "secretary"
community = "here"

[[account]]
name = "street"
role = "street"
division = 420111

[[account]]
name = "liaison"
role = "liaison"
unit = "bureau"

[[account]]
name = "member"
member = "staff-1"
role = "member"
"""


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a scenario file and return its path."""

    def write(text: str) -> str:
        path = tmp_path / "mine.toml"
        path.write_text(SMALL + PLACE + text, "utf-8")
        return str(path)

    return write


def event(at: str, by: str, do: str, given: str, **more: str) -> str:
    """Return an event as a file writes it."""
    keys = "".join(f'{key.rstrip("_")} = "{value}"\n' for key, value in more.items())
    moment = f"2020-03-0{at}" if " " in at else at
    return f'\n[[event]]\nat = "{moment}"\nby = "{by}"\ndo = "{do}"\n{keys}with = {{ {given} }}\n'


CALL = event(
    "08:30",
    "organiser",
    "mobilisation.call-up",
    'document = "call", division = 420111, headcount = 2, asks = "值守", to_day = 2020-03-20, '
    'closes_at = "2020-03-02 18:00", units = ["bureau"], most = 2, '
    'criteria = [{ kind = "identity", value = "volunteer", weight = 5 }]',
    as_="called",
)
SIGN_UP = event("09:00", "liaison", "mobilisation.sign-up", 'call_up = "called", members = "staff"')
SEND = event(
    "09:00",
    "organiser",
    "mobilisation.dispatch",
    'document = "call", unit = "bureau", community = "here", members = ["staff"]',
    as_="sent",
)


def test_people_sign_up_are_chosen_and_wait(db: None, written: Written) -> None:
    one = 'call_up = "called", members = ["staff-%s"]'
    text = CALL + SIGN_UP
    text += event("10:00", "organiser", "mobilisation.accept", one % "1..2")
    text += event("10:10", "organiser", "mobilisation.put-on-waiting-list", one % "3")
    text += event("10:20", "organiser", "mobilisation.refuse", one % "4" + ', reason = "enough"')
    text += event("11:00", "liaison", "mobilisation.withdraw-sign-up", one % "2")
    text += event("12:00", "liaison", "mobilisation.confirm", one % "1")
    text += event("12:10", "liaison", "mobilisation.confirm", one % "3")
    text += event("13:00", "organiser", "mobilisation.close-call-up", 'call_up = "called"')
    play(written(text))
    states = sorted(SignUp.objects.values_list("state", flat=True))
    assert states == ["confirmed", "confirmed", "refused", "withdrawn"]


def test_more_than_are_asked_for_are_refused(db: None, written: Written) -> None:
    text = CALL + SIGN_UP
    three = 'call_up = "called", members = ["staff-1..3"]'
    text += event(
        "10:00", "organiser", "mobilisation.accept", three, refused="mobilisation.call-up-full"
    )
    path = written(text)
    play(path)
    (line,) = check(path)
    assert line.equal
    assert not SignUp.objects.filter(state="accepted").exists()


def test_somebody_who_has_not_signed_up_cannot_be_chosen(db: None, written: Written) -> None:
    text = CALL + event(
        "10:00",
        "organiser",
        "mobilisation.accept",
        'call_up = "called", members = ["staff-1"]',
        refused="base.not-found",
    )
    path = written(text)
    play(path)
    assert all(line.equal for line in check(path))


def test_people_are_moved_and_recalled(db: None, written: Written) -> None:
    text = SEND + event(
        "2 09:00",
        "street",
        "mobilisation.move",
        'members = ["staff-1..2"], from_community = "here", community = "there", ground = "缺人"',
    )
    text += event(
        "3 09:00",
        "organiser",
        "mobilisation.recall",
        'dispatch = "sent", members = ["staff-3"], ground = "单位急需"',
    )
    play(written(text))
    there = Enrolment.objects.standing().filter(community=420111002011)
    assert there.count() == 2
    assert Release.objects.standing().count() == 3


def test_units_are_obliged_and_slips_count(db: None, written: Written) -> None:
    slip = 'members = ["staff-1"], place = "武昌区滨湖社区"'
    text = event(
        "08:40", "organiser", "mobilisation.oblige", 'document = "call", units = ["bureau"]'
    )
    text += event("09:00", "liaison", "mobilisation.enter-slip", slip)
    text += event(
        "09:30", "liaison", "mobilisation.take-back-slip", 'member = "staff-1", reason = "看错了"'
    )
    text += event(
        "10:00", "organiser", "mobilisation.lift-duty", 'unit = "bureau", reason = "另有任务"'
    )
    play(written(text))
    assert not ReportDuty.objects.standing().exists() and ReportDuty.objects.exists()
    assert not Slip.objects.standing().exists() and Slip.objects.exists()


def test_a_notice_is_sent_and_read(db: None, written: Written) -> None:
    text = event(
        "09:00",
        "organiser",
        "notices.send-notice",
        'title = "集合", body = "八点到社区", members = ["staff"], document = "call"',
        as_="told",
    )
    text += event("09:10", "member", "notices.read-notice", 'notice = "told"')
    play(written(text))
    assert Receipt.objects.count() == 1


def test_an_item_is_asked_answered_and_closed(db: None, written: Written) -> None:
    item = 'item = "item", words = "%s"'
    text = event(
        "09:00",
        "organiser",
        "command.issue-supervision",
        'title = "补齐报到", term = "2020-03-02 18:00", unit = "bureau"',
        as_="item",
    )
    text += event("10:00", "organiser", "command.remind-supervision", 'items = ["item"]')
    text += event("11:00", "liaison", "command.answer-supervision", item % "已通知")
    text += event("11:10", "organiser", "command.send-back-supervision", item % "请列出名单")
    text += event("12:00", "liaison", "command.answer-supervision", item % "名单附后")
    text += event("13:00", "organiser", "command.close-supervision", 'item = "item"')
    text += event(
        "14:00",
        "organiser",
        "command.issue-supervision",
        'title = "重复", term = "2020-03-02 18:00", unit = "bureau"',
        as_="other",
    )
    text += event(
        "14:10", "organiser", "command.withdraw-supervision", 'item = "other", words = "发重了"'
    )
    play(written(text))
    states = list(Supervision.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["closed", "withdrawn"]


def test_a_community_says_what_it_wants_and_lets_a_team_go(db: None, written: Written) -> None:
    team = SEND + event(
        "09:10",
        "organiser",
        "deployment.form-team",
        'type = "work-team", name = "一队", unit = "bureau"',
        as_="team",
    )
    team += event(
        "09:20", "organiser", "deployment.add-members", 'team = "team", members = ["staff"]'
    )
    team += event(
        "09:30", "organiser", "deployment.assign-team", 'team = "team", community = "here"'
    )
    asked = (
        'team = "team", giving = "here", receiving = "there", from_day = 2020-03-05, reason = "x"'
    )
    team += event("10:00", "organiser", "deployment.ask-move", asked, as_="first")
    team += event("10:10", "organiser", "deployment.take-back-move", 'move = "first"')
    team += event("10:20", "organiser", "deployment.ask-move", asked, as_="second")
    team += event("11:00", "secretary", "deployment.answer-move", 'move = "second", agrees = true')
    team += event("12:00", "secretary", "deployment.say-strength", 'community = "here", wanted = 6')
    team += event(
        "13:00", "secretary", "deployment.say-enough", 'community = "here", from_day = 2020-03-06'
    )
    play(written(team))
    assert [one.state for one in TeamMove.objects.order_by("pk")] == ["taken-back", "agreed"]
    assert Strength.objects.standing().count() == 2
