"""What the tests of this folder start from."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

if TYPE_CHECKING:
    from tests.command.first_day import FirstDay
    from tests.world import World


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """Bulletins are written in Chinese unless a test says otherwise."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def first_day(world: "World") -> "FirstDay":
    """The town's first day: eleven on site in time, each with work, two needs met."""
    from tests.command.first_day import play

    return play(world)
