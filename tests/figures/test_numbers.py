from datetime import date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiachen.figures.numbers import (
    EXACT,
    LEDGER,
    NUMERALS,
    SCALED,
    CannotPrint,
    Floor,
    FloorWord,
    Language,
    Style,
    as_of,
    clock,
    day,
    display,
    language_of,
    percent,
    ratio,
    share,
    share_in_words,
    span,
    whole_day,
)
from xiachen.figures.numerals import parse
from xiachen.figures.units import (
    KILOGRAM,
    MONTH,
    PERSON,
    UNITS,
    YUAN,
    Quantity,
    UnlikeUnits,
    unit,
)

BARE = Style(noun=False)
NONE = Style(none=True)


def floored(step: int, word: FloorWord = "余", **style: bool) -> Style:
    return Style(floor=Floor(step, word), **style)


@pytest.mark.parametrize(
    ("value", "code", "style", "printed"),
    [
        (10, "person", EXACT, "10人"),
        (11, "person", EXACT, "11人"),
        (4, "group", NUMERALS, "四个小组"),
        (42, "box", EXACT, "42箱"),
        (10000, "head", floored(10000), "1万余名"),
        (205, "work_team", BARE, "205个"),
        (2, "batch", NUMERALS, "两批"),
        (3228, "head", EXACT, "3228名"),
        (12920, "head", EXACT, "12920名"),
        (943, "piece", EXACT, "943件"),
        (2340000, "piece", floored(10000), "234万余件"),
        (2343211, "piece", floored(10000), "234万余件"),
        (11950000, "yuan", floored(10000), "1195万余元"),
        (80, "person", floored(10, "多"), "80多人"),
        (2, "time_a_day", NUMERALS, "每天两次"),
        (644, "household", EXACT, "644户"),
        (24, "hour", EXACT, "24小时"),
        (3, "shift_rotation", NUMERALS, "三班倒"),
        (7, "checkpoint", BARE, "7个"),
        (232, "head", EXACT, "232名"),
        (3, "squad", EXACT, "3支"),
        (7, "grid", BARE, "7个"),
        (Decimal("2.5"), "tonne", EXACT, "2.5吨"),
        (Decimal("2.50"), "tonne", EXACT, "2.5吨"),
        (100, "jin", floored(10, "多"), "100多斤"),
        (11, "day", EXACT, "11天"),
        (6, "pair", EXACT, "6双"),
        (2000000, "yuan", floored(1000000, "多"), "200多万元"),
        (2004556, "yuan", floored(1000000, "多"), "200多万元"),
        (4556, "person", EXACT, "4556人"),
        (Decimal("22481234.56"), "yuan", floored(10000), "2248万余元"),
        (681, "person_time", EXACT, "681人次"),
        (3400, "person_time", floored(100), "3400余人次"),
        (3499, "person_time", floored(100), "3400余人次"),
        (18, "family", EXACT, "18家"),
        (43, "person", EXACT, "43人"),
        (20, "day", floored(10), "20余天"),
        (12, "hour", floored(1, "以上"), "12小时以上"),
        (2, "acceptance_level", NUMERALS, "两级验收"),
        (1, "person", NUMERALS, "一人"),
        (6, "street", BARE, "6个"),
        (36, "community", EXACT, "36个社区"),
        (6, "department", NUMERALS, "六部门"),
        (10000, "person", floored(10000, "多", unit=False), "1万多"),
        (4, "case", EXACT, "4例"),
        (0, "case", NONE, "无"),
        (1, "month", floored(1, "多"), "1个多月"),
        (Decimal("1.3"), "month", floored(1, "多"), "1个多月"),
        (361876, "household", EXACT, "361876户"),
        (658787, "person", EXACT, "658787人"),
        (1000, "yuan", EXACT, "1000元"),
        (8, "volunteer", BARE, "8个"),
        (1100000, "yuan", SCALED, "110万元"),
        (100, "organisation", floored(10, "多", noun=False), "100多个"),
        (780, "party_organisation", floored(10, "多", noun=False), "780多个"),
        (Decimal("1351824.99"), "yuan", EXACT, "1351824.99元"),
        (100, "set", EXACT, "100套"),
        (5, "bus_route", BARE, "5条"),
        (2, "courtyard", BARE, "2个"),
        (28, "person_time", EXACT, "28人次"),
        (1, "metre", floored(1, "以上", numerals=True), "一米以上"),
        (114, "provincial_department", BARE, "114个"),
        (110, "squad", floored(10, "多"), "110多支"),
        (44000, "person", floored(1000, "多"), "4.4万多人"),
        (44999, "person", floored(1000, "多"), "4.4万多人"),
        (3, "squad", NUMERALS, "三支"),
    ],
)
def test_figures_print_as_five_published_accounts_print_them(
    value: int | Decimal, code: str, style: Style, printed: str
) -> None:
    assert display(Quantity(value, unit(code)), "zh-hans", style) == printed


@pytest.mark.parametrize(
    ("value", "code", "style", "printed"),
    [
        (1, "person", EXACT, "1 person"),
        (11, "person", EXACT, "11 people"),
        (361876, "household", EXACT, "361,876 households"),
        (2, "time_a_day", EXACT, "2 times a day"),
        (4, "group", NUMERALS, "four groups"),
        (12, "group", NUMERALS, "12 groups"),
        (0, "case", EXACT, "0 cases"),
        (0, "case", NONE, "none"),
        (44000, "person", SCALED, "44,000 people"),
        (2340000, "piece", SCALED, "2.34 million pieces"),
        (2343211, "piece", SCALED, "2,343,211 pieces"),
        (2343211, "piece", floored(10000), "more than 2.34 million pieces"),
        (83, "person", floored(10, "多"), "over 80 people"),
        (Decimal("1.3"), "month", floored(1, "多"), "over 1 month"),
        (13, "hour", floored(1, "以上"), "at least 13 hours"),
        (2100000000, "yuan", SCALED, "2.1 billion yuan"),
        (Decimal("1351824.99"), "yuan", EXACT, "1,351,824.99 yuan"),
        (Decimal("2.5"), "kilogram", EXACT, "2.5\u202fkg"),
        (Decimal("36.5"), "celsius", EXACT, "36.5\u202f°C"),
        (100, "percent", EXACT, "100%"),
    ],
)
def test_figures_print_in_english(
    value: int | Decimal, code: str, style: Style, printed: str
) -> None:
    assert display(Quantity(value, unit(code)), "en", style) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (9999, "9999人"),
        (10000, "1万人"),
        (44000, "4.4万人"),
        (44123, "44123人"),
        (99_990_000, "9999万人"),
        (100_000_000, "1亿人"),
        (123_450_000, "12345万人"),
        (1_200_000_000_000, "12000亿人"),
        (-44000, "-4.4万人"),
    ],
)
def test_scaling_never_loses_anything(value: int, printed: str) -> None:
    assert display(Quantity(value, PERSON), "zh-hans", SCALED) == printed


@pytest.mark.parametrize(
    ("value", "style", "printed"),
    [
        (44123, floored(10, "多"), "44120多人"),
        (12920, floored(100), "1.29万余人"),
        (123_456_789, floored(10**7, "多"), "1.2亿多人"),
        (1_234_567_890, floored(10**9, "多"), "10多亿人"),
        (2_340_000, floored(10**5, "多"), "230多万人"),
        (23, floored(10, numerals=True), "二十余人"),
        (23456, floored(10**4, "多", numerals=True), "两万多人"),
        (1_351_824, floored(10, "多", grouped=True), "1,351,820多人"),
        (80, Style(floor=Floor(10, plain_when_exact=True)), "80人"),
        (83, Style(floor=Floor(10, plain_when_exact=True)), "80余人"),
        (7, floored(10), "7人"),
        (0, floored(10), "0人"),
        (0, floored(10, none=True), "无"),
    ],
)
def test_floors_stand_where_the_step_is(value: int, style: Style, printed: str) -> None:
    assert display(Quantity(value, PERSON), "zh-hans", style) == printed


@given(
    st.integers(0, 10**10),
    st.integers(1, 9),
    st.sampled_from(["余", "多", "以上"]),
    st.booleans(),
)
def test_a_floor_is_never_above_the_true_value_nor_a_step_below(
    value: int, power: int, word: FloorWord, numerals: bool
) -> None:
    style = Style(floor=Floor(10**power, word), numerals=numerals)
    printed = parse(display(Quantity(value, PERSON), "zh-hans", style))
    assert printed.value <= value < printed.value + 10**power
    assert printed.rest == "人"
    assert printed.is_floor == (value >= 10**power)


@given(st.integers(0, 10**13), st.integers(1, 9), st.sampled_from(["余", "多", "以上"]))
def test_an_english_floor_is_never_above_the_true_value(
    value: int, power: int, word: FloorWord
) -> None:
    printed = display(Quantity(value, PERSON), "en", Style(floor=Floor(10**power, word)))
    assert _read_english(printed) <= value < _read_english(printed) + 10**power


def _read_english(printed: str) -> Decimal:
    words = [w for w in printed.split() if w not in {"more", "than", "over", "at", "least"}]
    scale = {"million": 10**6, "billion": 10**9}.get(words[1], 1)
    return Decimal(words[0].replace(",", "")) * scale


@given(
    st.decimals(min_value=0, max_value=10**10, places=2), st.sampled_from([EXACT, SCALED, LEDGER])
)
def test_money_reads_back_to_the_fen(yuan: Decimal, style: Style) -> None:
    printed = display(Quantity(yuan, YUAN), "zh-hans", style)
    assert (parse(printed).value, parse(printed).rest) == (yuan, "元")


@pytest.mark.parametrize(
    ("yuan", "style", "printed"),
    [
        ("1351824.90", EXACT, "1351824.90元"),
        ("1351824.90", SCALED, "1351824.90元"),
        ("1351824.90", NUMERALS, "1351824.90元"),
        ("1351824.99", Style(grouped=True), "1,351,824.99元"),
        ("1000", LEDGER, "1,000.00元"),
        ("0.05", EXACT, "0.05元"),
        ("-12.50", EXACT, "-12.50元"),
    ],
)
def test_money_has_no_decimals_or_both(yuan: str, style: Style, printed: str) -> None:
    assert display(Quantity(Decimal(yuan), YUAN), "zh-hans", style) == printed


def test_money_finer_than_a_fen_is_refused_rather_than_rounded() -> None:
    with pytest.raises(CannotPrint):
        display(Quantity(Decimal("0.005"), YUAN), "zh-hans")


@pytest.mark.parametrize("step", [0, -10, 5, 20, Decimal("0.3"), Decimal("NaN")])
def test_a_step_that_is_no_power_of_ten_is_refused(step: int | Decimal) -> None:
    with pytest.raises(CannotPrint):
        Floor(step)


def test_a_floor_of_a_loss_or_of_single_people_is_refused() -> None:
    with pytest.raises(CannotPrint):
        display(Quantity(-83, PERSON), "zh-hans", floored(10))
    with pytest.raises(CannotPrint):
        display(Quantity(8, PERSON), "zh-hans", floored(1, "多"))


def test_months_may_be_floored_in_ones_and_tens() -> None:
    month = Quantity(Decimal("20.5"), MONTH)
    assert display(month, "zh-hans", floored(1, "多")) == "20个多月"
    assert display(month, "zh-hans", floored(10, "多")) == "20多个月"


def test_a_thin_space_stands_only_before_latin_units() -> None:
    metre = Quantity(5, unit("metre"))
    assert display(metre, "zh-hans") == "5米"
    assert display(metre, "en") == "5\u202fm"
    assert display(Quantity(3, KILOGRAM), "zh-hans") == "3公斤"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_unit_prints(language: Language) -> None:
    for each in UNITS:
        printed = display(Quantity(12, each), language)
        assert "12" in printed
        assert (each.zh if language == "zh-hans" else each.many) in printed


def test_a_range_prints_once_when_its_ends_are_equal() -> None:
    two, three = Quantity(2, PERSON), Quantity(3, PERSON)
    assert span(two, three, "zh-hans") == "2-3人"
    assert span(two, three, "en") == "2–3 people"
    assert span(three, three, "zh-hans") == "3人"
    with pytest.raises(UnlikeUnits):
        span(two, Quantity(3, MONTH), "zh-hans")


@pytest.mark.parametrize(
    ("part", "whole", "places", "printed"),
    [
        (11, 11, 0, "100%"),
        (999, 1000, 0, "99%"),
        (9999, 10000, 1, "99.9%"),
        (1, 3, 2, "33.33%"),
        (1, 1000, 0, "<1%"),
        (1, 10000, 1, "<0.1%"),
        (0, 7, 0, "0%"),
        (12, 11, 0, "109%"),
        (0, 0, 0, "—"),
    ],
)
def test_a_hundred_per_cent_means_all(part: int, whole: int, places: int, printed: str) -> None:
    assert percent(part, whole, places) == printed


def test_a_share_says_what_it_is_of() -> None:
    assert ratio(11, 11) == "11/11"
    assert share(11, 11, "zh-hans") == "100%（11/11）"
    assert share(10, 11, "en", places=1) == "90.9% (10/11)"
    assert share_in_words(11, 11, "zh-hans") + "完成报到" == "全部完成报到"
    assert share_in_words(0, 0, "zh-hans") == "无"
    assert share_in_words(5, 10, "en") == "50%"


@pytest.mark.parametrize(("part", "whole"), [(-1, 5), (1, -5)])
def test_a_negative_share_is_refused(part: int, whole: int) -> None:
    with pytest.raises(CannotPrint):
        percent(part, whole)


def test_dates_print_in_both_languages() -> None:
    leap_day = date(2020, 2, 29)
    assert day(leap_day, "zh-hans") == "2月29日"
    assert day(leap_day, "zh-hans", year=True) == "2020年2月29日"
    assert day(leap_day, "en", year=True) == "29 February 2020"
    assert whole_day(leap_day, "zh-hans") == "2月29日0—24时"
    assert whole_day(leap_day, "en") == "29 February, 0:00–24:00"
    assert clock(time(8, 30)) == "8:30"
    assert clock(time(0, 5)) == "0:05"


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        (date(2020, 3, 7), "截至3月7日", "as of 7 March"),
        (datetime(2020, 3, 2), "截至3月1日24时", "as of 24:00 on 1 March"),
        (datetime(2020, 3, 1), "截至2月29日24时", "as of 24:00 on 29 February"),
        (datetime(2020, 3, 1, 18), "截至3月1日18时", "as of 18:00 on 1 March"),
        (datetime(2020, 3, 1, 8, 31), "截至3月1日8时31分", "as of 8:31 on 1 March"),
        (None, "截至目前", "to date"),
    ],
)
def test_a_cut_off_says_until_when(moment: date | None, chinese: str, english: str) -> None:
    assert (as_of(moment, "zh-hans"), as_of(moment, "en")) == (chinese, english)


def test_the_year_of_a_cut_off_is_that_of_the_day_that_ended() -> None:
    assert as_of(datetime(2021, 1, 1), "zh-hans", year=True) == "截至2020年12月31日24时"


def test_a_language_is_found_for_every_code() -> None:
    assert [language_of(c) for c in ("zh-hans", "zh-CN", "ZH", "en-gb", "fr")] == [
        *("zh-hans", "zh-hans", "zh-hans"),
        *("en", "en"),
    ]
