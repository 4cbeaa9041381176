"""The cast of the area's tests."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.mobilisation.cast import Cast
    from tests.world import World


# Models can be imported only after Django is set up, and this file is read before.
@pytest.fixture
def cast(world: "World") -> "Cast":
    from tests.mobilisation.cast import Cast

    return Cast(world=world)


@pytest.fixture
def committed(committed_world: "World") -> "Cast":
    from tests.mobilisation.cast import Cast

    return Cast(world=committed_world)
