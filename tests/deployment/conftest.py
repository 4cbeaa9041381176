"""A team of eleven, sent to one community: ten from the bureau and one who joined there."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.deployment.crew import Crew


# Models can be imported only after Django is set up, and this file is read before.
@pytest.fixture
def crew(db: None) -> "Crew":
    from tests.deployment.crew import make_crew

    return make_crew()


@pytest.fixture
def committed(committed_db: None) -> "Crew":
    from tests.deployment.crew import make_crew

    return make_crew()
