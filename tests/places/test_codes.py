import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiachen.places.rules.codes import (
    Level,
    NotADivisionCode,
    NotAGridCode,
    ancestors_of,
    code_from,
    community_of_grid,
    grid_code,
    is_local,
    level_of,
    parent_of,
    range_of,
)

codes = st.integers(11 * 10**10, 10**12 - 1)
communities = codes.filter(lambda code: code % 1000 != 0)


@pytest.mark.parametrize(
    ("code", "level"),
    [
        (420000000000, Level.PROVINCE),
        (420100000000, Level.PREFECTURE),
        (420106000000, Level.COUNTY),
        (420106012000, Level.TOWNSHIP),
        (420106012020, Level.COMMUNITY),
    ],
)
def test_the_zeros_at_the_end_tell_the_level(code: int, level: Level) -> None:
    assert level_of(code) is level


def test_a_community_has_four_divisions_above_it() -> None:
    assert ancestors_of(420106012020) == (420000000000, 420100000000, 420106000000, 420106012000)


def test_a_town_of_a_prefecture_without_counties_lies_directly_below_it() -> None:
    assert parent_of(441900003000) == 441900000000
    assert ancestors_of(441900003001) == (440000000000, 441900000000, 441900003000)


def test_a_province_has_nothing_above_it() -> None:
    assert parent_of(420000000000) is None
    assert ancestors_of(420000000000) == ()


def test_a_county_is_a_range_of_codes() -> None:
    assert range_of(420106000000) == (420106000000, 420106999999)


def test_a_community_is_a_range_of_one() -> None:
    assert range_of(420106012020) == (420106012020, 420106012020)


@given(codes)
def test_every_division_lies_in_the_ranges_of_all_above_it_and_of_no_higher_level(
    code: int,
) -> None:
    for ancestor in ancestors_of(code):
        low, high = range_of(ancestor)
        assert low <= code <= high
        assert level_of(ancestor) < level_of(code)


@given(codes)
def test_going_up_by_parents_gives_the_ancestors(code: int) -> None:
    seen = []
    above = parent_of(code)
    while above is not None:
        seen.append(above)
        above = parent_of(above)
    assert tuple(reversed(seen)) == ancestors_of(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("42", 420000000000),
        ("4201", 420100000000),
        ("420106", 420106000000),
        ("420106012", 420106012000),
        ("420106012020", 420106012020),
    ],
)
def test_short_codes_are_filled_with_zeros(text: str, code: int) -> None:
    assert code_from(text) == code


@pytest.mark.parametrize(
    "text", ["", "4", "42010", "0", "000000000000", "４２", "42a1", "-42", "1e"]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(NotADivisionCode):
        code_from(text)


@pytest.mark.parametrize("number", [0, -420106012020, 42, 420106012020001])
def test_a_number_of_another_length_has_no_level(number: int) -> None:
    with pytest.raises(NotADivisionCode):
        level_of(number)


def test_communities_made_here_start_with_99() -> None:
    assert is_local(990000000001)
    assert level_of(990000000001) is Level.COMMUNITY
    assert not is_local(420106012020)


@given(communities, st.integers(1, 999))
def test_a_grid_code_is_the_community_and_three_digits(community: int, number: int) -> None:
    assert str(grid_code(community, number)) == f"{community}{number:03d}"
    assert community_of_grid(grid_code(community, number)) == community


@pytest.mark.parametrize("number", [0, 1000, -1])
def test_a_grid_number_outside_1_to_999_is_refused(number: int) -> None:
    with pytest.raises(NotAGridCode):
        grid_code(420106012020, number)


def test_only_communities_have_grids() -> None:
    with pytest.raises(NotADivisionCode):
        grid_code(420106012000, 1)
    with pytest.raises(NotAGridCode):
        community_of_grid(420106012000001)
    with pytest.raises(NotAGridCode):
        community_of_grid(420106012020000)
