"""Groups in scenario files: entries that stand for many, spread over each other and over events."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.drill.files import SMALL
from xiachen.drill.rules.documents import read_document
from xiachen.drill.rules.faults import ScenarioFaulty
from xiachen.drill.rules.lines import figure_of, holes, rounded_down
from xiachen.drill.rules.reading import scenario_from
from xiachen.drill.rules.scenario import Scenario
from xiachen.drill.rules.spreading import one_of, share

OFFICES = """
[[unit]]
handle = "office"
count = 3
name = "演示单位{n}"
level = "city"
division = 4201

[[people]]
handle = "clerk"
count = 7
unit = "office"
"""

SEND_EACH = """
[[event]]
id = "send"
at = "09:00"
by = "organiser"
do = "mobilisation.dispatch"
each = "office"
as = "sent"
with = { document = "call", unit = "office", members = ["clerk"] }
"""

DAILY = """
[[event]]
id = "sign-in"
at = "08:00"
until = 2020-03-03
by = "organiser"
do = "attendance.check-in"
as = "sign-in"
with = { members = ["staff"] }
"""


def read(text: str) -> Scenario:
    return scenario_from(read_document(text, "small.toml"), name="small", digest="")


def faults(text: str) -> list[str]:
    with pytest.raises(ScenarioFaulty) as refused:
        read(text)
    return [str(fault) for fault in refused.value.faults]


@given(st.integers(0, 400), st.integers(1, 50))
def test_shares_are_consecutive_and_differ_by_one_at_most(things: int, turns: int) -> None:
    spread = [share(range(things), turn, turns) for turn in range(turns)]
    assert [one for part in spread for one in part] == list(range(things))
    sizes = [len(part) for part in spread]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] - sizes[-1] <= 1


@given(st.integers(1, 400), st.integers(1, 50))
def test_a_person_belongs_to_the_unit_in_whose_share_the_person_is(people: int, units: int) -> None:
    for person in range(people):
        unit = one_of(range(units), person, people)
        assert person in share(range(people), unit, units)


def test_3228_over_205_teams_is_what_the_province_sent() -> None:
    sizes = [len(share(range(3228), team, 205)) for team in range(205)]
    assert (sizes.count(16), sizes.count(15)) == (153, 52)


def test_a_group_of_units_has_numbered_names_and_its_people_spread() -> None:
    scenario = read(SMALL + OFFICES)
    names = [one.text("name") for one in scenario.entries("unit") if "office" in one.text("handle")]
    assert names == ["演示单位1", "演示单位2", "演示单位3"]
    units = [e.text("unit") for e in scenario.entries("people") if "clerk" in e.text("handle")]
    assert units == ["office-1"] * 3 + ["office-2"] * 2 + ["office-3"] * 2


def test_a_list_of_names_or_codes_is_a_group() -> None:
    text = OFFICES.replace("count = 3\n", "").replace('"演示单位{n}"', '["甲局", "乙局", "丙局"]')
    text += '[[community]]\nhandle = "there"\nis = ["420111002011", "420106012003"]\n'
    scenario = read(SMALL + text)
    assert [one.text("name") for one in scenario.entries("unit")][1:] == ["甲局", "乙局", "丙局"]
    there = [one.text("is") for one in scenario.entries("community")][1:]
    assert there == ["420111002011", "420106012003"]


def test_an_event_is_done_for_each_with_its_share() -> None:
    events = read(SMALL + OFFICES + SEND_EACH).events[1:]
    assert [one.arguments.text("unit") for one in events] == ["office-1", "office-2", "office-3"]
    assert [len(one.arguments.texts("members")) for one in events] == [3, 2, 2]
    assert [(one.id, one.made) for one in events[:2]] == [
        ("send-1", "sent-1"),
        ("send-2", "sent-2"),
    ]
    assert "turn 2" in str(events[1].place)


def test_what_each_event_made_is_a_group_again() -> None:
    recall = """
[[event]]
at = "10:00"
by = "organiser"
do = "mobilisation.recall"
each = "sent"
with = { dispatch = "sent", ground = "任务结束{n}" }
"""
    events = read(SMALL + OFFICES + SEND_EACH + recall).events[-3:]
    assert [one.arguments.text("dispatch") for one in events] == ["sent-1", "sent-2", "sent-3"]
    assert events[2].arguments.text("ground") == "任务结束3"


def test_a_daily_event_is_done_every_day_with_everybody() -> None:
    scenario = read(SMALL + DAILY)
    at = [one.at for one in scenario.events if one.do == "attendance.check-in"]
    assert at == [datetime(2020, 3, day, 8) for day in (1, 2, 3)]
    assert {len(e.arguments.texts("members")) for e in scenario.events[1:]} == {4}
    assert [one.made for one in scenario.events[1:]] == ["sign-in-1", "sign-in-2", "sign-in-3"]


def test_daily_events_stand_among_the_others_by_the_clock() -> None:
    other = DAILY.replace('"sign-in"', '"other"').replace("08:00", "07:00")
    ids = [one.id for one in read(SMALL + DAILY + other).events if one.id != "call"]
    assert ids == [f"{name}-{n}" for n in (1, 2, 3) for name in ("other", "sign-in")]


def test_an_account_of_a_group_acts_in_its_turn() -> None:
    accounts = '[[account]]\nname = "clerks"\ncount = 3\nrole = "organiser"\ndivision = 4201\n'
    text = SEND_EACH.replace('by = "organiser"', 'by = "clerks"')
    events = read(SMALL + OFFICES + accounts + text).events[1:]
    assert [one.by for one in events] == ["clerks-1", "clerks-2", "clerks-3"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('each = "office"', 'each = "ofice"', "office"),
        ('each = "office"', 'each = "clerk"', "fewer"),
        ('name = "演示单位{n}"', 'name = "演示单位"', "number"),
        ("count = 3", "count = 0", "one or more"),
        ('name = "演示单位{n}"', 'name = ["甲", "乙"]', "leave “count” out"),
        ('at = "09:00"', 'at = "09:00"\nuntil = 2020-02-01', "before the event"),
        ('each = "office"\n', "", "group of 3"),
    ],
)
def test_a_group_that_cannot_be_right_is_named(old: str, new: str, said: str) -> None:
    text = OFFICES + SEND_EACH
    if "clerk" in new:
        text = text.replace('["clerk"]', '["clerk-1..2"]')
    assert any(said in one for one in faults(SMALL + text.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("value", "hole", "said"),
    [
        (44_012, "a.b:多", "4.4万多"),
        (10_026, "a.b:多", "1万多"),
        (3_443, "a.b:余", "3400余"),
        (116, "a.b:多", "110多"),
        (84, "a.b:多", "80多"),
        (24, "a.b:余", "20余"),
        (24, "a.b", None),
    ],
)
def test_a_number_is_rounded_down_as_an_article_does(
    value: int, hole: str, said: str | None
) -> None:
    assert rounded_down(value, hole) == said
    assert figure_of(hole) == "a.b"
    assert holes(f"报名{{{hole}}}人") == (hole,)
