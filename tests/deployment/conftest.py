"""The crew for tests that commit."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.deployment.crew import Crew
    from tests.world import World


@pytest.fixture
def committed(committed_world: "World") -> "Crew":
    # Models can be imported only after Django is set up, and this file is read before.
    from tests.deployment.crew import make_crew

    return make_crew(committed_world)
