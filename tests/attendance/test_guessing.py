"""Guessing codes: so many wrong ones a day, and after them not even a right one counts."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.attendance.test_evidence import by_code, gate, shown, signed
from tests.attendance.town import EVENING, Town
from xiachen.attendance.models.records import CheckIn, CheckOut, CodeUse
from xiachen.attendance.models.signing import SignInPlace, WrongCode
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.operations.signing import forget_wrong_codes
from xiachen.attendance.queries.signing import poster_of
from xiachen.attendance.rules import codes
from xiachen.privacy.scope import system_scope

DAY = timedelta(days=1)


@pytest.fixture
def place(town: Town) -> SignInPlace:
    return gate(town)


def wrong(town: Town, place: SignInPlace, member: UUID, count: int) -> list[CheckInEntry]:
    """Return sign-ins by codes that were never shown."""
    right = {shown(town, place)}
    made = (f"{n:08d}" for n in range(100))
    return [by_code(place, member, code) for code in made if code not in right][:count]


def said(town: Town, entries: list[CheckInEntry], at: object = EVENING) -> list[str]:
    outcomes = check_in(town.local, entries=entries, at=at)  # type: ignore[arg-type]
    return [one.refusal.code if one.refusal else "" for one in outcomes]


def test_ten_wrong_codes_are_mistyped_and_after_them_no_guess_survives(
    town: Town, place: SignInPlace
) -> None:
    local = town.world.local
    right = by_code(place, local, shown(town, place))
    guesses = wrong(town, place, local, 12)
    outcomes = said(town, [*guesses, right])
    assert outcomes == ["attendance.wrong-code"] * 10 + ["attendance.too-many-wrong-codes"] * 3
    assert not CheckIn.objects.exists()
    assert not CodeUse.objects.exists()
    assert WrongCode.objects.count() == 10
    assert said(town, [right]) == ["attendance.too-many-wrong-codes"]
    assert "按名单" in str(codes.TooManyWrongCodes())


def test_whoever_mistypes_a_few_times_signs_in_all_the_same(town: Town, place: SignInPlace) -> None:
    local = town.world.local
    for guess in wrong(town, place, local, 9):
        assert said(town, [guess]) == ["attendance.wrong-code"]
    assert said(town, [by_code(place, local, shown(town, place))]) == [""]


def test_one_persons_guesses_are_no_others_and_none_of_tomorrows(
    town: Town, place: SignInPlace
) -> None:
    local, other = town.world.local, town.people[0]
    said(town, wrong(town, place, local, 11))
    entry = by_code(place, other, shown(town, place))
    assert signed(replace(town.local, member=other), entry).new
    right = by_code(place, local, shown(town, place))
    assert said(town, [right], EVENING + DAY) == [""]


def test_the_leader_signs_in_by_the_list_whoever_gave_too_many(
    town: Town, place: SignInPlace
) -> None:
    local = town.world.local
    said(town, wrong(town, place, local, 11))
    entry = replace(by_code(place, local, ""), method="list", place=None)
    assert signed(town.worker, entry).new


def test_posters_and_sign_outs_are_counted_with_the_others(town: Town, place: SignInPlace) -> None:
    local = town.world.local
    said(town, wrong(town, place, local, 9))
    poster = by_code(place, local, "0000000000", method="poster")
    assert said(town, [poster]) == ["attendance.wrong-code"]
    right = poster_of(town.secretary, place=place)
    hanging = by_code(place, local, right, method="poster")
    assert said(town, [hanging]) == ["attendance.too-many-wrong-codes"]
    leaving = CheckOutEntry(
        **{name: getattr(hanging, name) for name in CheckOutEntry.__dataclass_fields__}
    )
    (outcome,) = check_out(town.local, entries=[leaving], at=EVENING)
    assert isinstance(outcome.refusal, codes.TooManyWrongCodes)
    assert not CheckOut.objects.exists()


def test_wrong_codes_are_forgotten_after_some_days(town: Town, place: SignInPlace) -> None:
    said(town, wrong(town, place, town.world.local, 3))
    assert forget_wrong_codes(system_scope(), at=EVENING + DAY) == 0
    assert forget_wrong_codes(system_scope(), at=EVENING + 9 * DAY) == 3
    assert not WrongCode.objects.exists()
