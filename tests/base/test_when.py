"""Moments as a person says them."""

from datetime import datetime

import pytest
from django.utils import translation

from xiachen.base import clock
from xiachen.base.templatetags.when import when

NOW = datetime.fromisoformat("2020-03-02T00:10:00+08:00")


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        ("2020-03-02T00:05:00+08:00", "今天 0:05", "today 0:05"),
        ("2020-03-01T16:05:00+00:00", "今天 0:05", "today 0:05"),
        ("2020-03-01T23:59:59+08:00", "昨天 23:59", "yesterday 23:59"),
        ("2020-02-29T09:45:00+08:00", "2020年2月29日 9:45", "Feb. 29, 2020 9:45"),
    ],
)
def test_the_day_is_said_as_near_as_it_is(
    moment: str, chinese: str, english: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for language, words in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert when(datetime.fromisoformat(moment)) == words


def test_no_moment_is_nothing() -> None:
    assert when(None) == ""
