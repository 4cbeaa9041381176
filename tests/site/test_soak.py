"""Ten kills of the running site; `make soak` does two hundred, with restore and full disk."""

from collections.abc import Iterator

import pytest
from bench import harm, trials
from bench.client import Ledger
from bench.house import House
from bench.town import Town

from tests.prepared import prepared_home

# One house for all of them, though runs go side by side.
pytestmark = pytest.mark.xdist_group("soak")


@pytest.fixture(scope="module")
def inhabited() -> Iterator[tuple[House, Town]]:
    with harm.inhabited(prepared_home()) as both:
        yield both


def test_ten_kills_lose_nothing_that_was_acknowledged(inhabited: tuple[House, Town]) -> None:
    house, town = inhabited
    ledger = Ledger()
    with harm.phones(house, town, ledger):
        harm.kill_at_random(house, ledger, times=10, seed=7)
    seen = harm.verdict(house, ledger)
    assert seen.good, str(seen)


def test_a_request_cut_off_after_its_commit_is_known_when_offered_again(
    inhabited: tuple[House, Town],
) -> None:
    house, town = inhabited
    assert trials.failpoints_of(house, town, times=1) == ("accepted", "already")


def test_the_harness_finds_what_was_acknowledged_and_thrown_away(
    inhabited: tuple[House, Town],
) -> None:
    house, town = inhabited
    assert "red" in trials.lies_are_found(house, town)
