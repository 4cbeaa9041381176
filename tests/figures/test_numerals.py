from decimal import Decimal

import cn2an
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xiachen.figures.numerals import (
    CannotSpell,
    NotANumeral,
    Numeral,
    counting,
    in_capitals,
    in_chinese,
    parse,
)


@pytest.mark.parametrize(
    ("text", "value", "is_floor", "rest"),
    [
        ("两批", "2", False, "批"),
        ("四个小组", "4", False, "个小组"),
        ("三支", "3", False, "支"),
        ("六部门", "6", False, "部门"),
        ("十二", "12", False, ""),
        ("二十余", "20", True, ""),
        ("二十多天", "20", True, "天"),
        ("一百零五", "105", False, ""),
        ("一百一十", "110", False, ""),
        ("1万余", "10000", True, ""),
        ("1万余名", "10000", True, "名"),
        ("3400余人次", "3400", True, "人次"),
        ("4.4万多", "44000", True, ""),
        ("４．４万多人", "44000", True, "人"),
        ("１２３", "123", False, ""),
        ("壹佰", "100", False, ""),
        ("2千3", "2300", False, ""),
        ("两万三件", "23000", False, "件"),
        ("二百五", "250", False, ""),
        ("一千零三", "1003", False, ""),
        ("3万2000人", "32000", False, "人"),
        ("1万05", "10005", False, ""),
        ("1亿2000万", "120000000", False, ""),
        ("2.5万亿", "2500000000000", False, ""),
        ("200多万元", "2000000", True, "元"),
        ("十几万人", "100000", True, "人"),
        ("百余名", "100", True, "名"),
        ("80+人", "80", True, "人"),
        ("1个多月", "1", True, "个月"),
        ("2吨多", "2", True, "吨"),
        ("12小时以上", "12", True, "小时"),
        ("12小时及以上", "12", True, "小时"),
        ("一米以上", "1", True, "米"),
        ("2.5 吨", "2.5", False, "吨"),
        ("2.5\u202fkg", "2.5", False, "kg"),
        ("100千克", "100", False, "千克"),
        ("3个多功能厅", "3", False, "个多功能厅"),
        ("100%", "100", False, "%"),
        ("1,351,824.99元", "1351824.99", False, "元"),
        ("壹佰叁拾伍万壹仟捌佰贰拾肆元玖角玖分", "1351824.99", False, "元"),
        ("壹拾万柒仟元零伍角叁分", "107000.53", False, "元"),
        ("壹佰元零伍分", "100.05", False, "元"),
        ("壹佰元整", "100", False, "元"),
        ("二〇二〇年", "2020", False, "年"),
        ("零例", "0", False, "例"),
        ("无", "0", False, ""),
    ],
)
def test_numbers_are_read_as_people_write_them(
    text: str, value: str, is_floor: bool, rest: str
) -> None:
    assert parse(text) == Numeral(Decimal(value), is_floor, rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "人",
        "约100人",
        "近百人",
        "千户",
        "2-3人",
        "三至五人",
        "三四个",
        "五六人",
        "三四百人",
        "两年半",
        "两个半小时",
        "8:30",
        "11/11",
        "3、5人",
        "1,23",
        "12345,678",
        "1.2.3",
        "三百五千",
        "两千三万",
        "三百万二万",
        "十十",
        "3多5",
        "9" * 17,
        "9" * 40 + "万",
        "一万亿亿",
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_refused(text: str) -> None:
    with pytest.raises(NotANumeral):
        parse(text)


@given(
    st.text(
        "0123456789０１２.,，一二两三十百千万亿零〇余多几个月小时以上元角分整半-~壹佰", max_size=12
    )
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = parse(text)
    except NotANumeral:
        return
    assert read.value >= 0
    assert read.rest == read.rest.strip()


@given(st.integers(0, 99_999_999))
@example(10_001_000)
@example(10_000_001)
@example(20_020_020)
def test_every_number_survives_numerals_and_back(number: int) -> None:
    assert parse(in_chinese(number)) == Numeral(Decimal(number), False, "")
    assert parse(f"{counting(number)}个") == Numeral(Decimal(number), False, "个")


@given(st.integers(0, 10**16 - 1))
def test_larger_numbers_survive_too(number: int) -> None:
    assert parse(in_chinese(number)).value == number


@given(st.integers(0, 99_999_999))
def test_numerals_are_those_of_another_program(number: int) -> None:
    other = cn2an.an2cn(number)
    expected = other[1:] if other.startswith("一十") else other
    assert in_chinese(number) == expected


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (102, "一百零二"),
        (110, "一百一十"),
        (1010, "一千零一十"),
        (10_500, "一万零五百"),
        (110_000, "十一万"),
        (1_000_000_000_000, "一万亿"),
    ],
)
def test_numerals_print_as_they_are_spoken(number: int, printed: str) -> None:
    assert in_chinese(number) == printed


def test_only_a_plain_two_turns_into_liang_before_a_measure_word() -> None:
    assert [counting(n) for n in (1, 2, 4, 12, 20)] == ["一", "两", "四", "十二", "二十"]


@pytest.mark.parametrize(
    ("yuan", "printed"),
    [
        ("1351824.99", "壹佰叁拾伍万壹仟捌佰贰拾肆元玖角玖分"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("10", "壹拾元整"),
        ("100.05", "壹佰元零伍分"),
        ("100.50", "壹佰元伍角"),
        ("1010.01", "壹仟零壹拾元零壹分"),
        ("100001", "壹拾万零壹元整"),
        ("1100000", "壹佰壹拾万元整"),
        ("110000000", "壹亿壹仟万元整"),
    ],
)
def test_a_voucher_says_its_amount_in_capitals(yuan: str, printed: str) -> None:
    assert in_capitals(Decimal(yuan)) == printed


@given(st.integers(0, 10**13))
def test_capitals_read_back_to_the_fen(fen: int) -> None:
    printed = in_capitals(Decimal(fen) / 100)
    if "元" in printed:
        assert parse(printed) == Numeral(Decimal(fen) / 100, False, "元")
    assert printed == cn2an.an2cn(str(Decimal(fen) / 100), "rmb")


@pytest.mark.parametrize("yuan", ["0.001", "-1", "-0.01", "1e17"])
def test_an_amount_no_voucher_can_carry_is_refused(yuan: str) -> None:
    with pytest.raises(CannotSpell):
        in_capitals(Decimal(yuan))


@pytest.mark.parametrize("number", [-1, 10**16])
def test_numbers_out_of_range_are_not_spelled(number: int) -> None:
    with pytest.raises(CannotSpell):
        in_chinese(number)
