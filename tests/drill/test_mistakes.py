"""What is said to somebody who writes a scenario and makes a usual mistake."""

import inspect
import sys
from pathlib import Path
from types import FunctionType

import pytest

from tests.drill.files import SEND, SMALL
from tests.drill.test_reading import faults
from xiachen.drill.operations.playing import play
from xiachen.drill.operations.verbs.table import ADAPTERS
from xiachen.drill.rules.allowed import ASKED, roles_for
from xiachen.drill.rules.faults import EventForbidden
from xiachen.drill.rules.verbs.table import VERBS
from xiachen.incidents.operations import set_parameter
from xiachen.people.operations.accounts import give_grant

TASK = """
[[event]]
at = "10:00"
by = "organiser"
do = "needs.issue-task"
with = { kind = "patrol", title = "巡查" }
"""
TEAM = """
[[event]]
at = "10:00"
by = "organiser"
do = "deployment.form-team"
with = { type = "work-team", name = "一队" }
"""
DEADLINE = '[[parameter]]\nname = "attendance.deadline"\nvalue = "07:30"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TASK.replace("issue-task", "complete-task"), "needs.finish-task"),
        (TASK.replace("patrol", "patroll"), "patrol"),
        (TASK.replace("patrol", "flood-supply"), "flood-supplies"),
        (TEAM.replace("work-team", "workteam"), "work-team"),
        (SEND.replace('["staff"]', '["staff-9"]'), "staff-1 to staff-4"),
        (SEND.replace('["staff"]', '["staff-2..7"]'), "staff-1 to staff-4"),
        (DEADLINE.replace('"07:30"', '"七点半"'), "07:30"),
        (DEADLINE.replace('"07:30"', '"7:30"'), "07:30"),
        (DEADLINE.replace('"07:30"', "07:30:00"), "as text"),
        (DEADLINE.replace("deadline", "dedline"), "attendance.deadline"),
        (
            TASK.replace("needs.issue-task", "incidents.set-parameter").replace(
                'kind = "patrol", title = "巡查"', 'name = "attendance.deadline", value = 8'
            ),
            "07:30",
        ),
    ],
)
def test_a_usual_mistake_is_answered_with_what_to_write(text: str, said: str) -> None:
    (fault,) = faults(SMALL + text)
    assert said in fault and "line " in fault


def test_codes_that_do_not_exist_are_answered_with_where_the_list_is() -> None:
    for text in (TASK.replace("patrol", "x"), TASK.replace("issue-task", "x")):
        (fault,) = faults(SMALL + text)
        assert "docs/scenarios.md" in fault


@pytest.mark.parametrize(
    "written", ["title = “小演练”", "title = ＂小演练＂", "title = 「小演练」"]
)
def test_chinese_quotes_are_called_so(written: str) -> None:
    (fault,) = faults(SMALL.replace('title = "小演练"', written))
    assert "straight" in fault and "line 3" in fault


def test_chinese_quotes_inside_a_text_are_not_the_mistake() -> None:
    (fault,) = faults(SMALL.replace('title = "小演练"', 'title = "“小”演练" x'))
    assert "straight" not in fault


@pytest.mark.parametrize(
    "again",
    [
        '[[people]]\nhandle = "staff"\ncount = 3\n',
        '[[unit]]\nhandle = "bureau"\nname = "局"\nlevel = "city"\ndivision = 4201\n',
    ],
)
def test_a_handle_given_twice_is_one_mistake(again: str) -> None:
    (fault,) = faults(SMALL.replace("[[account]]", again + "\n[[account]]", 1) + SEND)
    assert "already" in fault


def test_a_group_that_clashes_with_a_person_is_one_mistake() -> None:
    one = '[[people]]\nhandle = "staff-2"\n\n[[people]]\nhandle = "staff"'
    assert len(faults(SMALL.replace('[[people]]\nhandle = "staff"', one) + SEND)) == 1


def test_who_may_not_do_an_event_is_named_with_those_who_may(db: None, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL + TASK, "utf-8")
    with pytest.raises(EventForbidden) as refused:
        play(str(path))
    said = str(refused.value)
    for word in ("“organiser”", "needs.issue-task", "secretary", "[base.forbidden]", "[[event]] 2"):
        assert word in said


def _with_helpers(operation: FunctionType) -> str:
    """Return an operation's source with that of the functions of its module that it calls."""
    source, more = inspect.getsource(operation), True
    while more:
        more = False
        for name, value in vars(sys.modules[operation.__module__]).items():
            if inspect.isfunction(value) and f"{name}(" in source:
                value = inspect.unwrap(value)
                text = inspect.getsource(value)
                if text not in source:
                    source, more = source + text, True
    return source


@pytest.mark.parametrize("verb", list(VERBS))
def test_the_roles_of_a_verb_are_those_that_its_operation_asks_for(verb: str) -> None:
    adapter = inspect.unwrap(ADAPTERS[verb])
    source = inspect.getsource(adapter)
    called = [
        inspect.unwrap(value)
        for name, value in vars(sys.modules[adapter.__module__]).items()
        if f"{name}(" in source and inspect.isfunction(value) and ".operations" in value.__module__
    ]
    elsewhere = {"incidents.set-parameter": set_parameter, "people.give-grant": give_grant}
    called = [inspect.unwrap(elsewhere[verb])] if verb in elsewhere else called
    sources = "".join(_with_helpers(one) for one in called if "drill" not in one.__module__)
    for can in ASKED[verb]:
        assert f"Can.{can.name}" in sources, can
    assert roles_for(verb)
