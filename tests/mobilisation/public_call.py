"""A call for everybody who has its link, and what is sent to phones."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.mobilisation.calling import call
from tests.mobilisation.cast import Cast
from tests.oracle import ORACLE
from xiachen.base import clock
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.operations import phone_codes
from xiachen.privacy.scope import Scope

PHONE = "13912345678"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is sent to which number; the sending itself is done as well."""
    texts: list[tuple[str, str]] = []
    from xiachen.mobilisation.operations import telling

    for module in (phone_codes, telling):
        original = module.send_message

        def noted(scope: Scope, original: Any = original, **given: Any) -> Any:
            texts.append((given["phone"], given["text"]))
            return original(scope, **given)

        monkeypatch.setattr(module, "send_message", noted)
    return texts


@pytest.fixture
def made(cast: Cast) -> CallUp:
    now = clock.now()
    return call(
        cast,
        public=True,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
        headcount=1,
    )


def page_of(made: CallUp) -> str:
    return reverse("sign-up:page", args=[made.token])


def own_of(made: CallUp) -> str:
    return reverse("sign-up:own", args=[made.token])


def digits(sent: list[tuple[str, str]]) -> str:
    found = re.search(r"\d{6}", sent[-1][1])
    assert found
    return found[0]


def given(cast: Cast, **other: Any) -> dict[str, Any]:
    return {
        "name": "游子衿",
        "organisation": cast.department.pk,
        "phone": PHONE,
        "days": "",
        "from_day": "",
        "words": "会开车",
        **other,
    }


def less_typed(page: str) -> str:
    """A page without what was typed, the masked number among it, and without marks."""
    return re.sub(r'value="[^"]*"|[A-Za-z0-9]{64}|\d{3}\*{4}\d{4}', "", page)


@contextmanager
def typed() -> Iterator[None]:
    """The page shows again what somebody has typed."""
    with ORACLE.revealing():
        yield
