"""The tests of drill read refusals in English."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Say everything in English during a test."""
    with translation.override("en"):
        yield
