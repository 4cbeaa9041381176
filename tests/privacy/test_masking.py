"""A mask takes any text, shows what it promises, and depends on nothing that it hides."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiachen.privacy.masking import (
    BANDS,
    COMPOUND_SURNAMES,
    Masked,
    age_band,
    mask_address,
    mask_birth,
    mask_door,
    mask_identity,
    mask_name,
    mask_phone,
)

TODAY = date(2020, 2, 20)
MASKS = [
    mask_name,
    mask_identity,
    mask_phone,
    mask_address,
    mask_door,
    lambda text: mask_birth(text, TODAY),
]
han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1)
digits = st.text("0123456789", min_size=10, max_size=10)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("欧阳振华", "欧阳**"),
        ("歐陽振華", "歐陽**"),
        ("欧阳", "欧*"),
        ("迪丽热巴", "迪**"),
        ("阿不都热依木·买买提", "阿**"),
        ("𠮷野家", "𠮷**"),
        ("John Smith", "J**"),
        ("Ли", "Л*"),
        (" 张三 ", "张*"),
        ("张", "*"),
        ("", ""),
        ("123", "**"),
        ("·张三", "**"),
    ],
)
def test_of_a_name_the_surname_is_shown(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("420106199001011234", "4201**********1234"),
        ("42010619900101123x", "4201**********123X"),
        (" 420106 19900101 1234", "4201**********1234"),
        ("４２０１０６１９９００１０１１２３４", "4201**********1234"),
        ("420106900101123", "****"),
        ("E12345678", "****"),
        ("", ""),
    ],
)
def test_of_an_identity_number_both_ends_are_shown(number, shown):
    assert mask_identity(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812348000", "138****8000"),
        ("138-1234-8000", "138****8000"),
        ("+86 138 1234 8000", "138****8000"),
        ("8613812348000", "138****8000"),
        ("027-88881234", "****"),
        ("13812348000转1", "****"),
        ("", ""),
    ],
)
def test_of_a_mobile_number_both_ends_are_shown(number, shown):
    assert mask_phone(number) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("湖北省武汉市武昌区中南路街道百瑞景社区3栋2单元501", "湖北省武汉市武昌区中南路街道****"),
        ("北京市朝阳区建国路9号", "北京市朝阳区****"),
        ("恩施土家族苗族自治州来凤县绿水镇1号", "恩施土家族苗族自治州来凤县绿水镇****"),
        ("武汉市洪山区民主路市场12号", "武汉市洪山区****"),
        ("洪山区民主路市场12号", "洪山区****"),
        ("哈尔滨市道里区", "哈尔滨市道里区"),
        ("翠园小区3栋", "****"),
        ("3栋2单元501", "****"),
        ("", ""),
    ],
)
def test_of_an_address_what_is_above_the_community_is_shown(address, shown):
    assert mask_address(address) == shown


@pytest.mark.parametrize(
    ("door", "shown"),
    [
        ("3栋2单元501室", "3栋****"),
        ("A座 1203", "A座****"),
        ("十二号楼", "十二号楼"),
        ("3-2-501", "****"),
        ("501", "****"),
        ("", ""),
    ],
)
def test_of_a_door_the_building_is_shown(door, shown):
    assert mask_door(door) == shown


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        ("2020-02-20", "0–13"),
        ("2006-02-21", "0–13"),
        ("2006-02-20", "14–17"),
        ("2002-02-20", "18–29"),
        ("1940-02-21", "70–79"),
        ("1940-02-20", "80+"),
        ("1850-01-01", "80+"),
        ("2020-02-21", ""),
        ("1990", "****"),
        ("", ""),
    ],
)
def test_of_a_birth_the_band_of_ages_is_shown(birth, band):
    assert mask_birth(birth, TODAY) == band


def test_whoever_is_born_on_the_29th_of_february_comes_of_age_on_the_first_of_march():
    birth = date(2004, 2, 29)
    assert age_band(birth, date(2022, 2, 28)) == "14–17"
    assert age_band(birth, date(2022, 3, 1)) == "18–29"


@given(st.dates(), st.dates())
def test_nobody_grows_younger(birth, on):
    bands = ("", *BANDS)
    later = min(on, date.max - timedelta(days=1)) + timedelta(days=1)
    assert bands.index(age_band(birth, on)) <= bands.index(age_band(birth, later))


@pytest.mark.parametrize("mask", MASKS)
@given(text=st.text() | st.text("0123456789*Xx栋座省市区县街道镇 -é́一二张欧阳"))
def test_a_mask_takes_any_text_and_changes_nothing_the_second_time(mask, text):
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize("mask", MASKS[:3])
@given(text=st.text(min_size=1) | han | st.text("0123456789", min_size=1, max_size=20))
def test_nobody_is_shown_whole(mask, text):
    # Of text without any sign that is kept (such as “-”) nothing is shown at all.
    assert text == "*" * len(text) or "*" in mask(text) or not mask(text)
    assert sum(character != "*" for character in mask(text)) < max(len(text), 1)


@given(han, han, han)
def test_a_masked_name_does_not_depend_on_the_given_name(surname, one, other):
    same_stars = min(len(one), 2) == min(len(other), 2)
    first = surname[0]
    whole = {first + one[0], first + other[0]}
    if same_stars and not whole & COMPOUND_SURNAMES:
        assert mask_name(first + one) == mask_name(first + other)


@given(digits, digits)
def test_a_masked_identity_number_does_not_depend_on_its_middle(one, other):
    assert mask_identity(f"4201{one}1234") == mask_identity(f"4201{other}1234")


@given(digits, digits)
def test_a_masked_phone_does_not_depend_on_its_middle(one, other):
    assert mask_phone(f"138{one[:4]}8000") == mask_phone(f"138{other[:4]}8000")


@given(st.text())
def test_a_masked_number_shows_nothing_of_what_is_no_such_number(text):
    for mask, length in ((mask_identity, 18), (mask_phone, 11)):
        if mask(text) not in ("", "****"):
            assert len(mask(text)) == length


@given(st.text() | st.text("0123456789市区县路号"))
def test_a_masked_address_shows_no_number(text):
    shown = mask_address(text)
    assert not any(c.isdigit() and not "一" <= c <= "鿿" for c in shown)
    assert not any(c.isascii() and c != "*" for c in shown)


@given(st.text(), st.text())
def test_what_follows_the_street_does_not_change_a_masked_address(one, other):
    street = "湖北省武汉市武昌区中南路街道"
    masked = {mask_address(f"{street}9{rest}") for rest in (one, other)}
    assert masked == {f"{street}****"}


KEYS = ["name", "identity", "phone", "address", "door", "birth", "case_class", "note"]
people = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), st.text(max_size=20))


@given(people)
def test_a_masked_person_has_the_same_keys_and_is_masked_once(values):
    masked = Masked(values, on=TODAY)
    assert set(masked) == set(values)
    assert Masked(masked, on=TODAY) == masked


def test_a_masked_person_shows_nothing_else():
    person = {
        "name": "欧阳振华",
        "identity": "420106199001011234",
        "phone": "13812348000",
        "address": "武汉市武昌区中南路街道1号",
        "door": "3栋2单元501",
        "birth": "1990-01-01",
        "case_class": "密接",
        "note": "",
    }
    assert dict(Masked(person, on=TODAY)) == {
        "name": "欧阳**",
        "identity": "4201**********1234",
        "phone": "138****8000",
        "address": "武汉市武昌区中南路街道****",
        "door": "3栋****",
        "birth": "30–39",
        "case_class": "****",
        "note": "",
    }


def test_a_masked_person_holds_nothing_of_what_it_hides():
    masked = Masked({"name": "王振华", "phone": "13812348000"}, on=TODAY)
    held = repr(masked) + repr(masked._shown)
    assert "振华" not in held
    assert "1234" not in held
