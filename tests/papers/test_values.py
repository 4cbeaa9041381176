"""Cells as offices fill them, in one form for each kind of content."""

import pytest

from xiachen.papers.intake import Content
from xiachen.papers.rules.values import Misread, understood


@pytest.mark.parametrize(
    "said",
    [
        "2020-03-01",
        "2020.3.1",
        "2020/3/1",
        "2020年3月1日",
        "2020年03月01号",
        "20200301",
        "2020-03-01 08:20",
        "43891",
        "二〇二〇年三月一日",
        "二零二零年三月一日",
    ],
)
def test_a_day_is_written_in_many_ways(said: str) -> None:
    assert understood(Content.DAY, said) == "2020-03-01"


@pytest.mark.parametrize(
    "said", ["3月1日", "2020年", "2020-02-30", "下周", "123", "3/1/2020", "99999"]
)
def test_what_is_no_certain_day_is_said(said: str) -> None:
    with pytest.raises(Misread):
        understood(Content.DAY, said)


@pytest.mark.parametrize(
    ("content", "said", "meant"),
    [
        (Content.NUMBER, "12", "12"),
        (Content.NUMBER, "1,200", "1200"),
        (Content.NUMBER, "十二", "12"),
        (Content.NUMBER, "3人", "3"),
        (Content.NUMBER, "1.5", "1.5"),
        (Content.NUMBER, "12.0", "12"),
        (Content.PHONE, "138 0000-0000", "13800000000"),
        (Content.PHONE, "13800000000.0", "13800000000"),
        (Content.PHONE, "+86 13800000000", "+8613800000000"),
        (Content.PHONE, "13800000000/13900000000", "13800000000/13900000000"),
        (Content.PHONE, "027-88888888、13900000000", "027-88888888、13900000000"),
        (Content.IDENTITY, " 42011119900101 123x ", "42011119900101123X"),
        (Content.FLAG, "是", "1"),
        (Content.FLAG, "√", "1"),
        (Content.FLAG, "YES", "1"),
        (Content.FLAG, "否", ""),
        (Content.FLAG, "—", ""),
        (Content.TEXT, "张　三".replace("\u3000", " "), "张三"),
        (Content.TEXT, "张三 李四", "张三 李四"),
        *((content, "  ", "") for content in Content),
    ],
)
def test_a_cell_has_one_form(content: Content, said: str, meant: str) -> None:
    assert understood(content, said) == meant


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (Content.NUMBER, "很多"),
        (Content.FLAG, "也许"),
        (Content.PHONE, "1.38E+10"),
        (Content.IDENTITY, "4.20111E+17"),
    ],
)
def test_what_a_column_is_not_for_is_said_without_the_value(content: Content, said: str) -> None:
    with pytest.raises(Misread) as caught:
        understood(content, said)
    assert said not in str(caught.value.words)


@pytest.mark.parametrize("content", Content)
def test_a_number_that_has_lost_digits_is_no_number(content: Content) -> None:
    with pytest.raises(Misread):
        understood(content, "420111199001011232", lost=True)
