"""The street in which the tests of places happen; it stands in the list that is shipped."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .town import Street


@pytest.fixture
def street(db: None) -> "Street":
    """Who acts."""
    from .town import ELSEWHERE, HERE, Street, secretary_of

    return Street(secretary_of(HERE), secretary_of(ELSEWHERE))
