"""The rows of a seed."""

import random
from collections.abc import Callable

import pytest

from tests.base.owned_queries.rows import fill


@pytest.fixture
def filled(db: None) -> Callable[[int], random.Random]:
    def filled(seed: int) -> random.Random:
        chance = random.Random(seed)
        fill(chance)
        return chance

    return filled
