"""How many people make how many squads of which sizes."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from xiachen.base.ids import uuid7
from xiachen.deployment.rules import (
    NobodyToDivide,
    NoSplit,
    SizesCrossed,
    SplitImpossible,
    deal,
    squad_sizes,
)


def test_eleven_people_in_four_squads_are_three_three_three_and_two() -> None:
    assert squad_sizes(11, 4, smallest=2, largest=3) == (3, 3, 3, 2)


def test_eleven_people_in_three_squads_are_refused_with_how_many_would_do() -> None:
    with pytest.raises(SplitImpossible) as refused:
        squad_sizes(11, 3, smallest=2, largest=3)
    with override("en"):
        assert str(refused.value) == (
            "11 people in groups of 2 to 3 need at least 4 and at most 5 groups."
        )


def test_sizes_that_no_number_of_squads_meets_are_refused() -> None:
    with pytest.raises(NoSplit):
        squad_sizes(5, 2, smallest=3, largest=4)
    with pytest.raises(SizesCrossed):
        squad_sizes(5, 2, smallest=3, largest=2)
    with pytest.raises(SizesCrossed):
        squad_sizes(5, 2, smallest=0, largest=2)
    with pytest.raises(NobodyToDivide):
        squad_sizes(0, 1, smallest=1, largest=3)


numbers = st.integers(1, 400)


@given(people=numbers, count=numbers, smallest=st.integers(1, 30), more=st.integers(0, 30))
def test_a_split_holds_everybody_evenly_or_says_truly_that_none_does(
    people: int, count: int, smallest: int, more: int
) -> None:
    largest = smallest + more
    possible = count * smallest <= people <= count * largest
    try:
        sizes = squad_sizes(people, count, smallest=smallest, largest=largest)
    except (NoSplit, SplitImpossible) as refused:
        assert not possible
        if isinstance(refused, SplitImpossible):
            for end in ("fewest", "most"):
                enough = int(str(refused.values[end]))
                assert (
                    sum(squad_sizes(people, enough, smallest=smallest, largest=largest)) == people
                )
        return
    assert possible
    assert sum(sizes) == people
    assert len(sizes) == count
    assert smallest <= min(sizes) <= max(sizes) <= min(largest, min(sizes) + 1)


@given(people=st.integers(1, 60), count=st.integers(1, 20))
def test_dealing_gives_each_person_one_place_and_each_squad_its_size(
    people: int, count: int
) -> None:
    count = min(people, count)
    everybody = [uuid7() for _ in range(people)]
    sizes = squad_sizes(people, count, smallest=1, largest=people)
    groups = deal(everybody, sizes)
    assert tuple(map(len, groups)) == sizes
    assert sorted(one for group in groups for one in group) == sorted(everybody)
    assert [group[0] for group in groups] == everybody[:count]
