"""Roll-calls as people paste them from a chat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import NAMES
from xiachen.papers.rollcall import Doubt, RollCallLine, parse


def told(text: str) -> list[tuple[int | None, str, str, str]]:
    return [(one.number, one.name, one.phone, one.rest) for one in parse(text)]


def only(text: str) -> RollCallLine:
    [line] = parse(text)
    return line


def test_a_roll_call_as_the_chat_makes_it() -> None:
    text = """#接龙
3月1日枫林社区到岗
例 姓名 单位 电话

1. 张三 13800000000 已到
2、李四（城建局）
３．王五，１３９００００００００
4. 赵六🌸 已到岗
5️⃣ 钱七
⑥孙八 请假
"""
    assert told(text) == [
        (1, "张三", "13800000000", "已到"),
        (2, "李四", "", "城建局"),
        (3, "王五", "13900000000", ""),
        (4, "赵六", "", "已到岗"),
        (5, "钱七", "", ""),
        (6, "孙八", "", "请假"),
    ]
    assert all(not one.doubts for one in parse(text))
    assert [one.line for one in parse(text)] == [5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    "start",
    ["1.", "1、", "1．", "1 ", "1)", "（1）", "(1)", "【1】", "1:", "1-", "1", "第1号", "01. "],
)
def test_a_number_is_written_in_many_ways(start: str) -> None:
    assert told(f"{start}张三 已到") == [(1, "张三", "", "已到")]


@pytest.mark.parametrize("name", NAMES)
def test_rare_surnames_are_surnames(name: str) -> None:
    line = only(f"7. {name} 已到")
    assert (line.name, line.doubts) == (name, ())


@pytest.mark.parametrize(
    ("said", "name", "rest"),
    [
        ("城建局 张三", "张三", "城建局"),
        ("黄陂区水务局张三", "", "黄陂区水务局张三"),
        ("张三已到岗", "张三", "已到岗"),
        ("姓名：张三 单位：城建局", "张三", "城建局"),
        ("迪丽·买买提 到岗", "迪丽·买买提", "到岗"),
        ("欧阳霁岚(观测局)8:20到", "欧阳霁岚", "观测局 8 20到"),
        ("张代明 已到", "张代明", "已到"),
    ],
)
def test_the_name_is_found_where_it_stands(said: str, name: str, rest: str) -> None:
    line = only(f"1. {said}")
    assert (line.name, line.rest) == (name, rest)


def test_several_people_in_one_line_are_several_people() -> None:
    assert told("3. 王五、赵六和钱七 已到") == [
        (3, "王五", "", "已到"),
        (3, "赵六", "", "已到"),
        (3, "钱七", "", "已到"),
    ]
    assert all(not one.doubts for one in parse("3. 王五、赵六和钱七 已到"))
    assert [one.doubts for one in parse("3. 王五 赵六 已到")] == [(Doubt.SEVERAL,)] * 2


def test_a_number_for_each_person_goes_with_them_and_one_for_two_with_nobody() -> None:
    both = "1. 王五13800000000、赵六13900000000"
    assert [one.phone for one in parse(both)] == ["13800000000", "13900000000"]
    shared = parse("1. 王五、赵六 13800000000")
    assert [one.phone for one in shared] == ["", ""]
    assert all(Doubt.SEVERAL in one.doubts for one in shared)


def test_entries_run_together_come_apart() -> None:
    assert told("1.张三2.李四 8.20到3、王五") == [
        (1, "张三", "", ""),
        (2, "李四", "", "8.20到"),
        (3, "王五", "", ""),
    ]


def test_a_line_below_belongs_to_the_entry_above_unless_it_names_somebody() -> None:
    assert told("1. 张三\n城建局\n已到\n2. 李四\n王五 已到") == [
        (1, "张三", "", "城建局 已到"),
        (2, "李四", "", ""),
        (None, "王五", "", "已到"),
    ]


def test_a_line_without_a_number_that_names_somebody_is_asked_and_never_dropped() -> None:
    lines = parse("组织者 张三\n1. 李四\n王五 已到")
    assert [(one.name, one.doubts) for one in lines] == [
        ("张三", (Doubt.UNNUMBERED,)),
        ("李四", ()),
        ("王五", (Doubt.UNNUMBERED,)),
    ]


def test_without_numbers_each_line_is_an_entry() -> None:
    assert told("张三 已到\n\n李四 13800000000") == [
        (None, "张三", "", "已到"),
        (None, "李四", "13800000000", ""),
    ]


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("已到", Doubt.NO_NAME),
        ("13800000000", Doubt.NO_NAME),
        ("Amy", Doubt.NO_NAME),
        ("迪丽热巴", Doubt.UNSURE),
        ("黄陂区水务局张三", Doubt.UNSURE),
        ("代李四 已到", Doubt.STANDS_IN),
        ("张三代李四签到", Doubt.STANDS_IN),
        ("张三（替李四）", Doubt.STANDS_IN),
        ("张三等3人", Doubt.OTHERS),
        ("张三+2", Doubt.OTHERS),
        ("张三一家", Doubt.OTHERS),
        ("张三 1380000000", Doubt.PHONE),
        ("张三 138000000001", Doubt.PHONE),
    ],
)
def test_what_is_not_certain_is_asked(said: str, doubt: Doubt) -> None:
    assert only(f"1. {said}").doubts == (doubt,)


def test_who_answers_for_another_is_not_taken_for_them() -> None:
    assert only("1. 代李四 已到").name == "李四"
    assert only("1. 张三代李四签到").name == "张三"


def test_the_same_name_again_is_asked_unless_the_phone_differs() -> None:
    lines = parse("1. 张三\n2. 张三 已到\n3. 李四 13800000000\n4. 李四 13900000000")
    assert [one.doubts for one in lines] == [(), (Doubt.TWICE,), (), ()]


def test_nothing_is_nobody() -> None:
    assert parse("") == parse("#接龙\n\n\n") == []


@given(st.text(max_size=200))
def test_whatever_is_pasted_is_answered(text: str) -> None:
    for one in parse(text):
        assert one.name or one.doubts
        assert not one.phone or (len(one.phone) == 11 and one.phone.isdigit())
