"""Coming and leaving more than once a day: nothing is lost, and no order of arrival matters."""

from itertools import permutations

import pytest

from tests.attendance.town import EVENING, Town, clock_at, entry
from tests.world import DAY, FENGLIN
from xiachen.attendance.figures.days import FIGURES
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in, correct_check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.queries.funnels import funnel
from xiachen.attendance.queries.hours import hours_of
from xiachen.attendance.rules import duty
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.figures.queries import rolled, verify_rollups
from xiachen.privacy.models import AuditEntry

EARLY, LATE = clock_at(8, 5), clock_at(8, 40)


def come(town: Town, *entries: CheckInEntry) -> list[Outcome]:
    return check_in(town.worker, entries=entries, at=EVENING)


def leave(town: Town, hour: int, minute: int = 0) -> Outcome:
    entry = CheckOutEntry(
        id=uuid7(),
        community=FENGLIN,
        member=town.world.local,
        occurred_at=clock_at(hour, minute),
    )
    return check_out(town.worker, entries=[entry], at=EVENING)[0]


def minutes(town: Town) -> int | None:
    (day,) = hours_of(town.secretary, members=[town.world.local], first=DAY, last=DAY)[
        town.world.local
    ]
    return day.minutes


def numbers_are_right(town: Town) -> None:
    assert rolled(
        town.secretary, incident=town.incident, figure="attendance.signed-in", day=DAY
    ) == {FENGLIN: 1}
    assert (
        verify_rollups(town.world.system, incident=town.incident, figures=FIGURES, days=[DAY]) == []
    )
    assert funnel(town.secretary, incident=town.incident, day=DAY).present == 1


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_the_earliest_sign_in_stands_in_whatever_order_they_come(
    town: Town, order: tuple[int, int, int]
) -> None:
    times = [EARLY, LATE, clock_at(8, 50)]
    for place in order:
        (outcome,) = come(town, entry(town.world.local, times[place]))
        assert outcome.new or isinstance(outcome.refusal, rules.SignedInAlready)
    assert CheckIn.objects.standing().get().occurred_at == EARLY
    numbers_are_right(town)


@pytest.mark.parametrize("order", list(permutations([0, 1, 2])))
def test_the_earliest_of_one_list_stands(town: Town, order: tuple[int, int, int]) -> None:
    come(town, entry(town.world.local, clock_at(8, 55)))
    times = [EARLY, LATE, clock_at(8, 50)]
    outcomes = come(town, *(entry(town.world.local, times[place]) for place in order))
    assert sum(one.new for one in outcomes) == 1
    assert CheckIn.objects.standing().get().occurred_at == EARLY
    numbers_are_right(town)


def test_an_earlier_sign_in_says_who_recorded_it_and_changes_no_row(town: Town) -> None:
    first, earlier = entry(town.world.local, LATE), entry(town.world.local, EARLY)
    come(town, first)
    kept = CheckIn.objects.values().get(pk=first.id)
    assert come(town, earlier)[0].new
    assert CheckIn.objects.values().get(pk=first.id) == kept
    gone = CheckIn.objects.get(reverses_id=first.id)
    assert gone.void and CheckIn.objects.get(pk=earlier.id).reverses_id == gone.pk
    noted = AuditEntry.objects.filter(action="attendance.check-in").latest("pk")
    assert set(noted.targets) == {gone.pk, earlier.id}
    assert noted.subject == town.world.local
    # Both are known, whenever they come again.
    assert all(one.already for one in come(town, first, earlier))


def test_an_earlier_sign_in_lengthens_the_stay(town: Town) -> None:
    come(town, entry(town.world.local, LATE))
    assert leave(town, 17).new
    assert come(town, entry(town.world.local, EARLY))[0].new
    assert minutes(town) == 8 * 60 + 55


def test_what_somebody_has_put_right_is_not_put_back_by_a_phone(town: Town) -> None:
    come(town, entry(town.world.local, LATE))
    correct_check_in(
        town.secretary,
        community=FENGLIN,
        check_in=CheckIn.objects.get().pk,
        occurred_at=clock_at(8, 30),
        at=EVENING,
        reason="看了记录",
    )
    (outcome,) = come(town, entry(town.world.local, EARLY))
    assert isinstance(outcome.refusal, rules.CorrectedAlready)
    assert CheckIn.objects.standing().get().occurred_at == clock_at(8, 30)


def test_coming_again_after_leaving_is_not_called_known(town: Town) -> None:
    come(town, entry(town.world.local, EARLY))
    assert leave(town, 12).new
    (outcome,) = come(town, entry(town.world.local, clock_at(14, 0)))
    assert isinstance(outcome.refusal, duty.CameAgain)
    assert "12:00" in str(outcome.refusal)
    again = leave(town, 18)
    assert isinstance(again.refusal, duty.LeftAgain)
    assert "12:00" in str(again.refusal)
    assert minutes(town) == 3 * 60 + 55
    # During the stay it is the same sign-in.
    (within,) = come(town, entry(town.world.local, clock_at(11, 0)))
    assert isinstance(within.refusal, rules.SignedInAlready)


def test_coming_again_after_the_first_was_taken_back_does_not_pass_the_sign_out(
    town: Town,
) -> None:
    come(town, entry(town.world.local, EARLY))
    leave(town, 12)
    correct_check_in(
        town.secretary,
        community=FENGLIN,
        check_in=CheckIn.objects.get().pk,
        occurred_at=None,
        at=EVENING,
        reason="没有来",
    )
    (outcome,) = come(town, entry(town.world.local, clock_at(14, 0)))
    assert isinstance(outcome.refusal, duty.CameAgain)
    assert come(town, entry(town.world.local, clock_at(9, 0)))[0].new
    numbers_are_right(town)


def test_two_who_note_the_same_leaving_within_minutes_mean_the_same(town: Town) -> None:
    come(town, entry(town.world.local, EARLY))
    assert leave(town, 17).new
    assert isinstance(leave(town, 17, 5).refusal, duty.SignedOutAlready)
    assert isinstance(leave(town, 16, 55).refusal, duty.SignedOutAlready)
    assert isinstance(leave(town, 17, 6).refusal, duty.LeftAgain)
    assert isinstance(leave(town, 16, 54).refusal, duty.LeftAgain)
    assert CheckOut.objects.count() == 1
