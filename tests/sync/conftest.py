"""What the tests of this folder start from."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.attendance.town import Town
    from tests.sync.holding import Holding
    from tests.world import World


@pytest.fixture
def town(world: "World") -> "Town":
    """The town's first day on site: eleven have come and reported in."""
    from tests.attendance.town import arrive

    return arrive(world)


@pytest.fixture
def holding(world: "World") -> "Holding":
    """What the roles of the town hold on their phones."""
    from tests.sync.holding import make_holding

    return make_holding(world)
