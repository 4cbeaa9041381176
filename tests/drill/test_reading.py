"""Reading scenario files: what they mean, and what is said when they cannot be right."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.utils import translation

from tests.drill.files import DOCS, SEND, SMALL, documented
from xiachen.drill.queries import files
from xiachen.drill.rules.documents import extend, read_document
from xiachen.drill.rules.faults import NoScenario, ScenarioFaulty
from xiachen.drill.rules.grammar import HEADER, SECTIONS
from xiachen.drill.rules.reading import scenario_from
from xiachen.drill.rules.scenario import Scenario
from xiachen.drill.rules.verbs.table import VERBS
from xiachen.people.rules import Reach, reach_of
from xiachen.privacy.scope import Role


def read(text: str) -> Scenario:
    return scenario_from(read_document(text, "small.toml"), name="small", digest="")


def faults(text: str) -> list[str]:
    with pytest.raises(ScenarioFaulty) as refused:
        read(text)
    return [str(fault) for fault in refused.value.faults]


def test_a_small_file_is_read_whole() -> None:
    scenario = read(SMALL + SEND)
    assert scenario.day == date(2020, 3, 1)
    staff = ("staff-1", "staff-2", "staff-3", "staff-4")
    assert (scenario.people, len(scenario.entries("people"))) == (4, 4)
    call, send = scenario.events
    assert (call.at, call.by, call.made) == (datetime(2020, 3, 1, 8), "organiser", "call")
    assert send.arguments.texts("members") == staff


def test_the_only_community_need_not_be_named() -> None:
    assert read(SMALL + SEND).events[1].arguments.text("community") == "here"


def test_events_follow_the_clock_and_not_the_file() -> None:
    early = SEND.replace('at = "09:00"', 'at = "2020-02-29 09:00"').replace("send", "early")
    text = SMALL.replace('at = "08:00"', 'at = "2020-02-28 08:00"') + SEND + early
    assert [event.id for event in read(text).events] == ["call", "early", "send"]


def test_a_range_names_some_of_a_group() -> None:
    event = read(SMALL + SEND.replace('"staff"', '"staff-2..3"')).events[1]
    assert event.arguments.texts("members") == ("staff-2", "staff-3")


def test_every_shipped_scenario_can_be_read() -> None:
    listed = files.scenarios()
    assert {"s0", "s0-late", "s0-idle", "s0-absent", "s0-three-groups"} <= {x.name for x in listed}
    assert [one.fault for one in listed if one.fault] == []
    assert all(one.title and one.events and one.people for one in listed)


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known() -> None:
    text = SMALL.replace('level = "city"', 'levle = "city"')
    assert any(
        "line 12, [[unit]] 1" in one and "levle" in one and "level" in one for one in faults(text)
    )


def test_an_unknown_verb_is_answered_with_the_nearest() -> None:
    (fault,) = faults(SMALL + SEND.replace("mobilisation.dispatch", "mobilisation.despatch"))
    assert "mobilisation.dispatch" in fault and "[[event]] 2" in fault


def test_an_unknown_handle_is_answered_with_the_nearest() -> None:
    (fault,) = faults(SMALL + SEND.replace('"bureau"', '"bureua"'))
    assert "bureua" in fault and "bureau" in fault


def test_a_handle_of_another_thing_is_unknown() -> None:
    (fault,) = faults(SMALL + SEND.replace('document = "call"', 'document = "bureau"'))
    assert "document" in fault


def test_a_handle_cannot_be_used_before_it_is_made() -> None:
    (fault,) = faults(SMALL + SEND.replace('at = "09:00"', 'at = "07:00"'))
    assert "2020-03-01 08:00" in fault


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("day = 2020-02-30", ""),
        ('day = "2020-02-30"', "2020-02-30"),
        ('day = "1.3.2020"', "1.3.2020"),
    ],
)
def test_a_day_that_does_not_exist_is_refused(written: str, shown: str) -> None:
    found = faults(SMALL.replace("day = 2020-03-01", written))
    assert len(found) == 1 and shown in found[0]


@pytest.mark.parametrize("time", ["24:10", "8点", "2020-02-30 08:00", "08:00+08:00"])
def test_a_time_that_does_not_exist_is_refused(time: str) -> None:
    assert len(faults(SMALL.replace('"08:00"', f'"{time}"'))) == 1


def test_two_secretaries_are_refused() -> None:
    branch = """
[[party]]
handle = "party"
name = "机关党委"

[[event]]
at = "10:00"
by = "organiser"
do = "people.form-branch"
with = { name = "支部", approved_by = "party", members = ["staff"], secretary = %s }
"""
    (listed,) = faults(SMALL + branch % '["staff-1", "staff-2"]')
    assert "secretary" in listed and "[[event]] 2" in listed
    (group,) = faults(SMALL + branch % '"staff"')
    assert "4" in group


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("count = 4", "count = 0", "count"),
        ("count = 4", 'count = "four"', "whole number"),
        ('kind = "flood"', 'kind = "war"', "typhoon"),
        ('role = "organiser"', 'role = "organizer"', "organiser"),
        ("division = 4201", "division = 42010", "42010"),
        ('reader = "headquarters"', 'reader = "nobody"', "headquarters"),
        ('handle = "bureau"', 'handle = ""', "handle"),
        ('is = "武汉市洪山区关山街道枫林上城社区"', 'make = "新社区"', "street"),
        ("[[unit]]", "[[units]]", "unit"),
        ("[scenario]", "[Scenario]", "[scenario]"),
        ('title = "小演练"', "title = 小演练", "TOML"),
        ('id = "call"', "happened = 07:00:00", "happened"),
        ('as = "call"', 'as = "call"\nrefusd = "x"', "refused"),
    ],
)
def test_a_value_that_cannot_be_right_is_named(old: str, new: str, said: str) -> None:
    assert any(said in one for one in faults(SMALL.replace(old, new, 1)))


def test_all_mistakes_are_named_at_once() -> None:
    text = SMALL.replace("count = 4", "count = 0").replace('kind = "flood"', 'kind = "war"')
    assert len(faults(text)) == 2


def test_the_same_handle_twice_is_refused() -> None:
    again = '[[people]]\nhandle = "staff-2"\n'
    assert any("staff-2" in one for one in faults(SMALL + again))


def test_a_number_of_a_line_must_stand_in_its_values() -> None:
    line = '[[expect]]\nline = "派出{mobilisation.dispatched}人"\nvalues = { "other" = 1 }\n'
    assert len(faults(SMALL + line)) == 2


def test_a_percent_sign_in_a_file_is_no_placeholder() -> None:
    assert any("50%d" in one for one in faults(SMALL.replace('"flood"', '"50%d"')))


def change(text: str) -> Scenario:
    base = read_document(SMALL + SEND, "small.toml")
    header = '[scenario]\nextends = "small"\n'
    changed = extend(base, read_document(header + text, "changed.toml"))
    return scenario_from(changed, name="changed", digest="")


def test_an_extending_file_changes_only_the_keys_that_it_names() -> None:
    changed = change('[[event]]\nid = "send"\nat = "09:30"\nwith = { members = ["staff-1"] }\n')
    send = changed.events[1]
    assert send.at == datetime(2020, 3, 1, 9, 30)
    assert send.arguments.texts("members") == ("staff-1",)
    assert send.arguments.text("unit") == "bureau"


def test_an_extending_file_leaves_out_and_adds() -> None:
    changed = change('[[event]]\nid = "send"\nskip = true\n[[people]]\nhandle = "one"\n')
    assert [event.id for event in changed.events] == ["call"]
    assert changed.entries("people")[-1].text("handle") == "one"


def test_leaving_out_what_is_not_there_is_refused() -> None:
    with pytest.raises(ScenarioFaulty, match="sned"):
        change('[[event]]\nid = "sned"\nskip = true\n')


def test_files_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / f"{one}.toml").write_text(f'[scenario]\nextends = "{other}"\n')
    with pytest.raises(ScenarioFaulty, match="circle"):
        files.scenario(str(tmp_path / "a.toml"))


def test_a_file_extends_a_shipped_scenario_from_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[scenario]\nextends = "s0"\ntitle = "mine"\n')
    mine, shipped = files.scenario(str(path)), files.scenario("s0")
    assert (mine.name, mine.title, len(mine.events)) == ("mine", "mine", len(shipped.events))
    assert mine.digest != shipped.digest


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gbk.toml"
    path.write_bytes(SMALL.encode("gbk"))
    with pytest.raises(ScenarioFaulty, match="UTF-8"):
        files.scenario(str(path))


def test_a_scenario_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(NoScenario) as refused:
        files.scenario("s00")
    assert "s0-late" in str(refused.value)


@pytest.mark.parametrize("page", ["scenarios.md", "scenarios.zh.md"])
def test_the_documentation_names_every_verb_key_and_argument(page: str) -> None:
    text = (DOCS / page).read_text("utf-8")
    for name, verb in VERBS.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
        arguments = row.split(" | ")[2].replace("*", "").replace("…", "").split(", ")
        assert arguments == list(verb.takes), name
        assert row.rstrip(" |").endswith(verb.makes or ""), name
    for keys in (HEADER, *SECTIONS.values()):
        assert [key for key in keys if key not in text] == []


@pytest.mark.parametrize("page", ["scenarios.md", "scenarios.zh.md"])
def test_the_documentation_says_what_each_role_reaches(page: str) -> None:
    words = {
        Reach.DIVISION: "division",
        Reach.COMMUNITY: "community",
        Reach.ORGANISATION: "unit",
        Reach.TEAM: "team",
        Reach.MEMBER: "`member`",
        Reach.NOTHING: ("none", "无"),
    }
    roles = {role.value for role in Role if role is not Role.SYSTEM}
    reach: dict[str, str] = {}
    for line in (DOCS / page).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        named = cells[0].replace("、", ", ").split(", ")
        if roles.issuperset(named):
            reach |= dict.fromkeys(named, cells[1])
    assert set(reach) == roles
    for role in roles:
        expected = words[reach_of(Role(role))]
        said = (expected,) if isinstance(expected, str) else expected
        assert any(one in reach[role] for one in said), role


def test_mistakes_are_said_in_the_reader_s_language() -> None:
    with translation.override("zh-hans"):
        (fault,) = faults(SMALL + SEND.replace("mobilisation.dispatch", "mobilisation.despatch"))
        assert fault.startswith(
            "small.toml, 第 41 行, [[event]] 2: 没有动作“mobilisation.despatch”；"
            "是不是：mobilisation.dispatch"
        )


def test_both_languages_document_the_same_scenario() -> None:
    assert documented("scenarios.md") == documented("scenarios.zh.md")
