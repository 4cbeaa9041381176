"""Moments as a person says them."""

from datetime import datetime

import pytest
from django.utils import translation

from xiachen.base import clock
from xiachen.base.templatetags.when import day_and_time, when, when_to_the_second

NOW = datetime.fromisoformat("2020-03-02T00:10:00+08:00")


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        ("2020-03-02T00:05:00+08:00", "今天 0:05", "today 0:05"),
        ("2020-03-01T16:05:00+00:00", "今天 0:05", "today 0:05"),
        ("2020-03-01T23:59:59+08:00", "昨天 23:59", "yesterday 23:59"),
        ("2020-03-03T23:59:00+08:00", "明天 23:59", "tomorrow 23:59"),
        ("2020-02-29T09:45:00+08:00", "2月29日 9:45", "Feb. 29, 9:45"),
        ("2020-03-04T09:45:00+08:00", "3月4日 9:45", "March 4, 9:45"),
        ("2019-12-31T09:45:00+08:00", "2019年12月31日 9:45", "Dec. 31, 2019 9:45"),
    ],
)
def test_the_day_is_said_as_near_as_it_is(
    moment: str, chinese: str, english: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for language, words in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert when(datetime.fromisoformat(moment)) == words


@pytest.mark.parametrize(
    ("moment", "chinese"),
    [
        ("2020-03-02T00:05:07+08:00", "今天 0:05:07"),
        ("2020-02-29T09:45:00+08:00", "2月29日 9:45:00"),
    ],
)
def test_records_that_are_compared_say_the_second(
    moment: str, chinese: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with translation.override("zh-hans"):
        assert when_to_the_second(datetime.fromisoformat(moment)) == chinese


def test_on_paper_no_day_is_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with translation.override("zh-hans"):
        assert day_and_time(NOW) == "3月2日 0:10"
        assert day_and_time(datetime.fromisoformat("2021-01-01T00:00+08:00")) == "2021年1月1日 0:00"


def test_no_moment_is_nothing() -> None:
    assert when(None) == when_to_the_second(None) == day_and_time(None) == ""
