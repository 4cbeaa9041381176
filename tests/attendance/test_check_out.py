"""Signing out: the end of a sign-in, after midnight too, once, and corrected like it."""

from datetime import datetime, timedelta

import pytest

from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN, ZISONG
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.operations.check_ins import correct_check_in
from xiachen.attendance.operations.check_outs import (
    CheckOutEntry,
    check_out,
    correct_check_out,
)
from xiachen.attendance.queries.stays import stays_on
from xiachen.attendance.rules import duty
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Forbidden, Outcome
from xiachen.base.ids import uuid7
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

NIGHT = EVENING + timedelta(hours=14)


def leave(town: Town, member: object, hour: int, minute: int = 0, *, days: int = 0) -> Outcome:
    at = clock_at(hour, minute) + timedelta(days=days)
    entry = CheckOutEntry(id=uuid7(), community=FENGLIN, member=member, occurred_at=at)  # type: ignore[arg-type]
    (outcome,) = check_out(town.worker, entries=[entry], at=max(at, NIGHT))
    return outcome


def test_everybody_is_signed_out_with_one_list(town: Town) -> None:
    town.sign_in()
    entries = [
        CheckOutEntry(id=uuid7(), community=FENGLIN, member=one, occurred_at=clock_at(17, 30))
        for one in town.people
    ]
    outcomes = check_out(town.worker, entries=entries, at=EVENING)
    assert all(outcome.new for outcome in outcomes)
    assert set(CheckOut.objects.values_list("day", flat=True)) == {DAY}
    again = check_out(town.worker, entries=entries, at=EVENING)
    assert all(outcome.already for outcome in again)
    assert CheckOut.objects.count() == 11
    noted = AuditEntry.objects.get(action="attendance.check-out")
    assert set(noted.targets) == {one.id for one in entries}


def test_whoever_leaves_after_midnight_ends_the_day_before(town: Town) -> None:
    town.sign_in([town.world.local], clock_at(20, 0))
    assert leave(town, town.world.local, 4, days=1).new
    (stay,) = stays_on(town.secretary, DAY)[FENGLIN, town.world.local]
    assert stay.left == CheckOut.objects.get()


@pytest.mark.parametrize(
    ("hour", "days", "code"),
    [(8, 0, duty.BeforeSignIn.code), (9, 1, duty.NotSignedIn.code), (18, 3, duty.NotSignedIn.code)],
)
def test_a_sign_out_goes_with_a_sign_in_of_the_24_hours_before(
    town: Town, hour: int, days: int, code: str
) -> None:
    town.sign_in([town.world.local], clock_at(8, 12))
    outcome = leave(town, town.world.local, hour, days=days)
    assert outcome.refusal is not None and outcome.refusal.code == code
    assert not CheckOut.objects.exists()


@pytest.mark.parametrize(("hour", "doubtful"), [(0, False), (1, True), (8, True)])
def test_the_leader_looks_at_a_sign_out_that_comes_after_more_than_a_duty(
    town: Town, hour: int, doubtful: bool
) -> None:
    town.sign_in([town.world.local], clock_at(8, 12))
    assert leave(town, town.world.local, hour, days=1).new
    assert CheckOut.objects.get().doubtful is doubtful


def test_a_second_record_of_the_same_sign_out_says_when_it_was(town: Town) -> None:
    town.sign_in([town.world.local])
    assert leave(town, town.world.local, 17, 40).new
    outcome = leave(town, town.world.local, 17, 40)
    assert isinstance(outcome.refusal, duty.SignedOutAlready)
    assert "17:40" in str(outcome.refusal)


def test_the_neighbours_secretary_and_a_member_sign_nobody_out(town: Town) -> None:
    town.sign_in()
    entry = CheckOutEntry(
        id=uuid7(), community=FENGLIN, member=town.world.sent[0], occurred_at=clock_at(17, 0)
    )
    (far,) = check_out(town.outsider, entries=[entry], at=EVENING)
    assert isinstance(far.refusal, Forbidden)
    (other,) = check_out(town.local, entries=[entry], at=EVENING)
    assert isinstance(other.refusal, rules.OnlyOneself)
    with pytest.raises(Forbidden):
        check_out(town.world.scope(Role.INSPECTOR), entries=[entry], at=EVENING)
    assert not CheckOut.objects.exists()


def test_a_sign_out_next_door_ends_no_sign_in_here(town: Town) -> None:
    town.sign_in([town.world.local])
    entry = CheckOutEntry(
        id=uuid7(), community=ZISONG, member=town.world.local, occurred_at=clock_at(17, 0)
    )
    (outcome,) = check_out(town.world.system, entries=[entry], at=EVENING)
    assert isinstance(outcome.refusal, duty.NotSignedIn)


def test_a_corrected_sign_out_stands_in_place_of_the_first(town: Town) -> None:
    town.sign_in([town.world.local])
    leave(town, town.world.local, 17, 40)
    first = CheckOut.objects.get()
    correct_check_out(
        town.secretary,
        community=FENGLIN,
        check_out=first.pk,
        occurred_at=clock_at(19, 5),
        at=EVENING,
        reason="写错了时间",
    )
    (standing,) = CheckOut.objects.standing()
    assert standing.occurred_at == clock_at(19, 5) and standing.reverses_id == first.pk
    with pytest.raises(rules.CorrectedAlready):
        correct_check_out(
            town.secretary,
            community=FENGLIN,
            check_out=first.pk,
            occurred_at=None,
            at=EVENING,
            reason="又改",
        )
    with pytest.raises(duty.BeforeSignIn):
        correct_check_out(
            town.secretary,
            community=FENGLIN,
            check_out=standing.pk,
            occurred_at=clock_at(7, 0),
            at=EVENING,
            reason="又改",
        )


def twice(town: Town) -> tuple[list[CheckIn], list[CheckOut]]:
    """Let somebody come and leave twice: 8:12–12:00 and 14:00–18:00."""
    town.sign_in([town.world.local])
    leave(town, town.world.local, 12)
    town.sign_in([town.world.local], clock_at(14, 0))
    leave(town, town.world.local, 18)
    return list(CheckIn.objects.order_by("pk")), list(CheckOut.objects.order_by("pk"))


def put_right(town: Town, row: CheckIn | CheckOut, hour: int | None) -> None:
    occurred_at = None if hour is None else clock_at(hour, 0)
    rest = {"occurred_at": occurred_at, "at": EVENING, "reason": "写错了时间"}
    if isinstance(row, CheckIn):
        correct_check_in(town.secretary, community=FENGLIN, check_in=row.pk, **rest)  # type: ignore[arg-type]
    else:
        correct_check_out(town.secretary, community=FENGLIN, check_out=row.pk, **rest)  # type: ignore[arg-type]


def shown(town: Town) -> list[tuple[datetime, datetime | None]]:
    found = stays_on(town.secretary, DAY)[FENGLIN, town.world.local]
    return [(one.came.occurred_at, one.left and one.left.occurred_at) for one in found]


def test_nothing_is_moved_past_what_lies_beside_it(town: Town) -> None:
    (first_in, second_in), (first_out, second_out) = twice(town)
    for row, hour, refusal in (
        (first_in, 13, duty.AfterSignOut),
        (second_in, 11, duty.AfterSignOut),
        (second_in, 12, duty.AfterSignOut),
        (second_in, 19, duty.AfterSignOut),
        (first_out, 15, duty.PastSignIn),
        (first_out, 8, duty.BeforeSignIn),
        (second_out, 13, duty.BeforeSignIn),
    ):
        with pytest.raises(refusal):
            put_right(town, row, hour)
    put_right(town, second_in, 13)
    put_right(town, first_out, 11)
    assert shown(town) == [
        (clock_at(8, 12), clock_at(11, 0)),
        (clock_at(13, 0), clock_at(18, 0)),
    ]


def test_what_others_noted_of_the_same_leaving_goes_with_the_correction(town: Town) -> None:
    _ins, (first, _second) = twice(town)
    leave(town, town.world.local, 12, 3)
    put_right(town, CheckOut.objects.get(occurred_at=clock_at(12, 3)), 11)
    assert shown(town)[0] == (clock_at(8, 12), clock_at(11, 0))
    with pytest.raises(rules.CorrectedAlready):
        put_right(town, first, 10)
    leave(town, town.world.local, 11, 30)
    put_right(town, CheckOut.objects.get(occurred_at=clock_at(11, 30)), None)
    assert shown(town) == [(clock_at(8, 12), clock_at(18, 0))]


def test_a_sign_out_taken_back_can_be_given_again(town: Town) -> None:
    town.sign_in([town.world.local])
    leave(town, town.world.local, 12)
    correct_check_out(
        town.secretary,
        community=FENGLIN,
        check_out=CheckOut.objects.get().pk,
        occurred_at=None,
        at=EVENING,
        reason="没有离开",
    )
    assert not CheckOut.objects.standing().exists()
    assert leave(town, town.world.local, 18).new
    assert CheckOut.objects.standing().get().occurred_at == clock_at(18, 0)
