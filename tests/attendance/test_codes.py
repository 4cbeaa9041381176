"""Codes by which people sign in: RFC 6238's vectors, the day's table, the printed one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attendance.town import clock_at
from tests.world import DAY
from xiachen.attendance.rules import codes, evidence
from xiachen.attendance.rules.evidence import Method, Near
from xiachen.attendance.rules.points import gcj02_of_wgs84, in_china, wgs84_of_gcj02
from xiachen.base import clock

SECRET = b"12345678901234567890123456789012"
MIDNIGHT = clock_at(0, 0)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, 46119246),
        (1111111109, 68084774),
        (1111111111, 67062674),
        (1234567890, 91819424),
        (2000000000, 90698825),
        (20000000000, 77737706),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: int) -> None:
    assert codes.hotp(SECRET, seconds // 30) == code


def test_a_code_is_shown_for_a_whole_minute_with_its_noughts() -> None:
    eight = clock_at(8, 0)
    shown = {codes.code_at(SECRET, eight + timedelta(seconds=s)) for s in range(60)}
    assert len(shown) == 1
    all_day = [codes.code_at(SECRET, MIDNIGHT + timedelta(minutes=m)) for m in range(1440)]
    assert {len(code) for code in all_day} == {8}
    assert any(code.startswith("0") for code in all_day)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 1439), st.integers(0, 59))
def test_every_code_of_a_day_tells_its_minute(secret: bytes, minute: int, second: int) -> None:
    moment = MIDNIGHT + timedelta(minutes=minute, seconds=second)
    code = codes.code_at(secret, moment)
    shown = codes.shown_at(code, [(secret, MIDNIGHT)], near=moment)
    assert shown == MIDNIGHT + timedelta(minutes=minute)
    assert codes.step_of(moment, MIDNIGHT) == minute


@given(st.binary(min_size=32, max_size=32), st.integers(0, 10**8 - 1))
def test_whatever_the_table_finds_was_shown_then_and_it_misses_nothing(
    secret: bytes, number: int
) -> None:
    code = f"{number:08d}"
    found = codes.moments_of(secret, MIDNIGHT, code)
    assert all(codes.code_at(secret, moment) == code for moment in found)
    for step in (0, 719, 1439):
        moment = MIDNIGHT + timedelta(minutes=step)
        assert moment in codes.moments_of(secret, MIDNIGHT, codes.code_at(secret, moment))


def test_of_two_minutes_with_one_code_the_nearer_one_is_meant() -> None:
    secrets = [(bytes([n]) * 32, MIDNIGHT + n * timedelta(days=1)) for n in range(2)]
    moments = [codes.moments_of(s, b, codes.code_at(s, b)) for s, b in secrets]
    assert moments == [[MIDNIGHT], [MIDNIGHT + timedelta(days=1)]]
    # The same secret on two days stands for a code that was shown twice.
    twice = [(SECRET, MIDNIGHT), (SECRET, MIDNIGHT)]
    code = codes.code_at(SECRET, MIDNIGHT)
    assert codes.shown_at(code, twice, near=MIDNIGHT + timedelta(hours=1)) == MIDNIGHT


def test_another_day_has_other_codes() -> None:
    one, two = (codes.secret_of_day(SECRET, DAY + n * timedelta(days=1)) for n in range(2))
    assert one != two
    assert codes.secret_of_day(SECRET, DAY) == one
    assert codes.shown_at(codes.code_at(two, MIDNIGHT), [(one, MIDNIGHT)], near=MIDNIGHT) is None


@pytest.mark.parametrize("code", ["", "1234567", "123456789", "1234567a", "²²²²²²²²", "-1234567"])
def test_what_is_no_code_is_found_nowhere(code: str) -> None:
    assert codes.moments_of(SECRET, MIDNIGHT, code) == []


def test_codes_may_be_typed_as_people_type_them() -> None:
    code = codes.code_at(SECRET, MIDNIGHT)
    spaced = f" {code[:4]} {code[4:]}"
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for one in (spaced, wide, f"{code[:4]}-{code[4:]}"):
        assert codes.moments_of(SECRET, MIDNIGHT, one) == [MIDNIGHT]


def test_each_poster_has_a_code_of_its_own_that_is_read_forgivingly() -> None:
    first, second = codes.poster_code(SECRET, 1), codes.poster_code(SECRET, 2)
    assert first != second
    assert not set(first + second) & set("OILU")
    assert codes.poster_number(SECRET, 2, second) == 2
    assert codes.poster_number(SECRET, 2, first) == 1
    assert codes.poster_number(SECRET, 1, second) is None
    read = first.lower().replace("0", "o").replace("1", "l")
    assert codes.poster_number(SECRET, 1, f"{read[:5]} {read[5:]}") == 1
    assert codes.poster_number(SECRET, 1, "") is None


def test_where_a_clock_is_changed_the_day_still_begins_at_its_midnight() -> None:
    assert clock.midnight(DAY) == MIDNIGHT
    begin = datetime(2020, 2, 29, 16, tzinfo=UTC)
    assert codes.step_of(begin + timedelta(minutes=7, seconds=59), begin) == 7


def test_evidence_is_ranked_as_it_proves() -> None:
    order = [
        (Method.LIST, Near.UNKNOWN),
        (Method.CODE, Near.NEAR),
        (Method.CODE, Near.UNKNOWN),
        (Method.POSTER, Near.NEAR),
        (Method.POSTER, Near.UNKNOWN),
        (Method.SELF, Near.NEAR),
    ]
    ranks = [evidence.rank(*one) for one in order]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 6
    assert all(evidence.rank(method, near) in ranks for method in Method for near in Near)


def test_whoever_is_signed_in_by_somebody_else_stood_on_a_list() -> None:
    assert evidence.method_of("code", oneself=False) is Method.LIST
    assert evidence.method_of("code", oneself=True) is Method.CODE
    assert evidence.method_of("list", oneself=True) is Method.SELF
    assert evidence.method_of("by magic", oneself=True) is Method.SELF
    assert evidence.near_of("next door") is Near.UNKNOWN


def test_far_away_or_long_after_is_to_be_looked_at_and_nothing_else_is() -> None:
    eight, later = clock_at(8, 0), clock_at(8, 10)
    assert not evidence.is_doubtful(near=Near.NEAR, shown_at=eight, said=later)
    assert evidence.is_doubtful(near=Near.NEAR, shown_at=eight, said=later + timedelta(seconds=1))
    assert evidence.is_doubtful(near=Near.FAR)
    assert not evidence.is_doubtful(near=Near.UNKNOWN, shown_at=eight, said=None)


def test_a_point_on_a_chinese_map_is_found_again_on_the_earth() -> None:
    # Tian'anmen, as two published conversions of the same point give it.
    north, east = gcj02_of_wgs84(39.90734, 116.39089)
    assert (round(north, 4), round(east, 4)) == (39.9087, 116.3971)
    north, east = wgs84_of_gcj02(39.90874, 116.39713)
    assert (round(north, 5), round(east, 5)) == (39.90734, 116.39089)


@given(st.floats(18.3, 53.5), st.floats(73.7, 134.7))
def test_conversion_there_and_back_is_exact_to_a_hand(latitude: float, longitude: float) -> None:
    there = gcj02_of_wgs84(latitude, longitude)
    north, east = wgs84_of_gcj02(*there)
    assert abs(north - latitude) < 1e-6
    assert abs(east - longitude) < 1e-6


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_outside_china_maps_show_points_where_they_are(latitude: float, longitude: float) -> None:
    if not in_china(latitude, longitude):
        assert gcj02_of_wgs84(latitude, longitude) == (latitude, longitude)


def test_the_days_secret_depends_on_the_date_only() -> None:
    assert codes.secret_of_day(SECRET, date(2020, 3, 1)).hex() == (
        "8db75e8b1bc35fea7773866a6346963917404b468936e0719bc3890b694bd05a"
    )
