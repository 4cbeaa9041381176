"""Invented names, and tables of Chinese text in a terminal."""

from itertools import islice

from xiachen.drill.rules.invented import names
from xiachen.drill.rules.lines import Line, filled, holes, table, width


def test_a_seed_always_draws_the_same_names() -> None:
    first, again, other = (list(islice(names(seed), 50)) for seed in (7, 7, 8))
    assert first == again != other


def test_sixteen_thousand_people_have_different_names() -> None:
    drawn = list(islice(names(1), 16_148))
    assert len(set(drawn)) == 16_148
    assert all(2 <= len(name) <= 3 for name in drawn)


def test_chinese_characters_take_two_columns() -> None:
    assert (width("到岗11人"), width("abc"), width("（8:30）")) == (8, 3, 8)


def test_columns_are_aligned_whatever_their_language() -> None:
    heading, chinese, latin = table(("expected", "found"), [("到岗11人",) * 2, ("a", "b")]).split(
        "\n"
    )
    assert heading.index("found") == 10
    assert width(chinese[: chinese.rindex("到岗")]) == 10
    assert latin.index("b") == 10


def test_a_line_is_filled_with_what_it_asks_for() -> None:
    pattern = "到岗率{attendance.on-time%}({attendance.on-time:beside}前)"
    asked = holes(pattern)
    assert asked == ("attendance.on-time%", "attendance.on-time:beside")
    assert filled(pattern, dict(zip(asked, ("100%", "8:30"), strict=True))) == "到岗率100%(8:30前)"
    assert filled(pattern, {}) == "到岗率?(?前)"


def test_a_line_is_equal_only_when_it_says_the_same() -> None:
    assert Line("派出10人", "派出10人").equal
    assert not Line("派出10人", "派出9人").equal
