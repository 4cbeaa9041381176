from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiachen.figures.units import (
    FAMILY,
    GROUP,
    HEAD,
    HOUSEHOLD,
    JIN,
    PERSON,
    PERSON_TIME,
    PIECE,
    TONNE,
    UNITS,
    YUAN,
    NotAQuantity,
    Quantity,
    Unit,
    UnknownUnit,
    UnlikeUnits,
    total,
    unit,
    unit_named,
)


@pytest.mark.parametrize("left", [PERSON, PERSON_TIME, HOUSEHOLD, FAMILY])
@pytest.mark.parametrize("right", [PERSON, PERSON_TIME, HOUSEHOLD, FAMILY])
def test_people_times_households_and_families_never_mix(left: Unit, right: Unit) -> None:
    if left is right:
        assert Quantity(1, left) + Quantity(2, right) == Quantity(3, left)
        return
    with pytest.raises(UnlikeUnits):
        Quantity(1, left) + Quantity(2, right)


@pytest.mark.parametrize(
    "operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"]
)
def test_tonnes_and_jin_are_neither_added_nor_compared(operation: str) -> None:
    with pytest.raises(UnlikeUnits, match="tonne and jin"):
        getattr(Quantity(Decimal("2.5"), TONNE), operation)(Quantity(100, JIN))


def test_people_counted_by_two_measure_words_add_up() -> None:
    assert Quantity(3228, HEAD) + Quantity(12920, PERSON) == Quantity(16148, PERSON)
    assert hash(Quantity(2, HEAD)) == hash(Quantity(Decimal("2.0"), PERSON))


def test_unlike_quantities_are_unequal() -> None:
    assert Quantity(1, PERSON) != Quantity(1, HOUSEHOLD)
    assert Quantity(1, PERSON) != 1


def test_like_quantities_compare() -> None:
    assert Quantity(10, PERSON) < Quantity(11, PERSON) <= Quantity(11, HEAD)
    assert Quantity(12, PERSON) > Quantity(11, PERSON) >= Quantity(11, HEAD)


@given(st.lists(st.decimals(min_value=0, max_value=10**9, places=2)))
def test_a_total_is_exact_to_the_fen(amounts: list[Decimal]) -> None:
    assert total(YUAN, [Quantity(a, YUAN) for a in amounts]) == Quantity(sum(amounts), YUAN)


def test_a_total_refuses_one_unlike_quantity() -> None:
    with pytest.raises(UnlikeUnits):
        total(PIECE, [Quantity(943, PIECE), Quantity(42, unit("box"))])


@pytest.mark.parametrize("value", [1.5, True, Decimal("NaN"), Decimal("Infinity"), "3"])
def test_an_inexact_value_is_no_quantity(value: object) -> None:
    with pytest.raises(NotAQuantity):
        Quantity(value, PERSON)  # type: ignore[arg-type]


def test_every_unit_is_found_by_its_code_and_codes_differ() -> None:
    assert [unit(each.code) for each in UNITS] == list(UNITS)
    assert len(UNITS) > 50


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("人", "person"),
        ("人次", "person_time"),
        ("户", "household"),
        ("家", "family"),
        ("个小组", "group"),
        ("小组", "group"),
        ("个", "item"),
        ("次", "time"),
        ("个月", "month"),
        ("斤", "jin"),
        ("个工作队(组)", "work_team"),
        (" 箱 ", "box"),
    ],
)
def test_a_unit_is_found_by_its_chinese_name(text: str, code: str) -> None:
    assert unit_named(text).code == code


@pytest.mark.parametrize("text", ["", "人口", "名党员"])
def test_an_unknown_name_is_refused_rather_than_guessed(text: str) -> None:
    with pytest.raises(UnknownUnit):
        unit_named(text)


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(UnknownUnit):
        unit("crowd")


def test_a_counted_noun_has_a_measure_word() -> None:
    assert (GROUP.zh, GROUP.noun_zh, GROUP.name_zh) == ("个", "小组", "个小组")
