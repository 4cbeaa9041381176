"""What the tests of this folder start from."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.attendance.town import Town
    from tests.world import World


@pytest.fixture
def town(world: "World") -> "Town":
    """The town's first day on site: eleven have come and reported in."""
    from tests.attendance.town import arrive

    return arrive(world)
