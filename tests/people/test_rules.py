"""Phones, identity numbers, sorting by pinyin, and which roles go together."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiachen.people import rules
from xiachen.people.rules import IdentityFault, PhoneFault
from xiachen.privacy.scope import Role


@pytest.mark.parametrize(
    "number", ["34052419800101001X", "11010519491231002X", "440524188001010014"]
)
def test_published_identity_numbers_are_right(number: str) -> None:
    assert rules.identity_fault(number) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("340524800101001", IdentityFault.OLD),
        ("34052419800101001", IdentityFault.SHAPE),
        ("34052419800230001X", IdentityFault.BIRTH),
        ("340524198001010019", IdentityFault.CHECK),
        ("X40524198001010011", IdentityFault.SHAPE),
    ],
)
def test_a_wrong_identity_number_says_what_is_wrong(number: str, fault: IdentityFault) -> None:
    assert rules.identity_fault(number) is fault


def test_a_small_x_and_full_width_digits_are_kept_in_one_form() -> None:
    assert rules.plain("３４０５２４ 19800101-001x") == "34052419800101001X"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86", "0086", "86"]))
def test_a_mobile_number_is_kept_without_its_country_code(phone: str, country: str) -> None:
    spaced = f"{country} {phone[:3]} {phone[3:7]}-{phone[7:]}"
    assert rules.phone_number(spaced) == phone
    assert rules.phone_fault(rules.phone_number(spaced)) is None


@pytest.mark.parametrize("text", ["12345678901", "1380013800", "027-88888888", "一三八", ""])
def test_what_is_no_mobile_number_is_refused(text: str) -> None:
    assert rules.phone_fault(rules.phone_number(text)) is PhoneFault.NOT_MOBILE


@given(st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_never_passes(place: int, shift: int) -> None:
    number = "440524188001010014"
    wrong = str((int(number[place]) + shift) % 10)
    assert rules.identity_fault(number[:place] + wrong + number[place + 1 :]) is not None


def test_surnames_are_sorted_as_they_are_read() -> None:
    names = ["曾山", "仇安", "单于启", "张三", "解语"]
    keys = sorted(names, key=lambda name: rules.sort_key(name))
    assert keys == ["单于启", "仇安", "解语", "曾山", "张三"]


def test_the_reading_of_a_surname_can_be_given() -> None:
    assert rules.sort_key("盖山", surname_reading="gai").startswith("gai shan")
    assert rules.sort_key("盖山").startswith("ge shan")


def test_an_administrator_holds_no_role_that_sees_people() -> None:
    assert not rules.may_stand_together(Role.ADMINISTRATOR, Role.SECRETARY)
    assert not rules.may_stand_together(Role.PRIVACY_OFFICER, Role.ADMINISTRATOR)
    assert rules.may_stand_together(Role.ADMINISTRATOR, Role.AUDITOR)
    assert rules.may_stand_together(Role.SECRETARY, Role.TEAM_LEADER)


def test_periods_share_the_days_at_both_ends() -> None:
    first = (date(2020, 3, 1), date(2020, 3, 5))
    assert rules.overlap(first, (date(2020, 3, 5), None))
    assert not rules.overlap(first, (date(2020, 3, 6), None))
    assert rules.overlap((date(2020, 1, 1), None), (date(2021, 1, 1), date(2021, 1, 1)))
