"""Correcting a sign-in: another row stands in its place, and what was there stays."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.attendance.town import EVENING, Town, clock_at, entry
from tests.world import DAY, FENGLIN
from xiachen.attendance.figures.days import FIGURES
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.operations.check_ins import check_in, correct_check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.queries.funnels import funnel
from xiachen.attendance.queries.records import end_of
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Forbidden, NotFound
from xiachen.base.ids import uuid7
from xiachen.base.models import Counter
from xiachen.figures.queries import rolled, verify_rollups
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Scope


@pytest.fixture
def late(town: Town) -> CheckIn:
    town.sign_in([town.world.local], clock_at(8, 31))
    return CheckIn.objects.get()


def correct(
    town: Town, row: CheckIn, minute: int | None = 21, *, scope: Scope | None = None
) -> CheckIn:
    return correct_check_in(
        scope or town.secretary,
        community=FENGLIN,
        check_in=row.pk,
        occurred_at=None if minute is None else clock_at(8, minute),
        at=EVENING,
        reason="the paper list says so",
    )


def test_the_right_time_stands_and_the_former_stays(town: Town, late: CheckIn) -> None:
    correction = correct(town, late)
    assert CheckIn.objects.count() == 2
    assert CheckIn.objects.standing().get() == correction
    assert correction.deadline == late.deadline
    assert funnel(town.secretary, incident=town.incident, day=DAY).on_time == 1
    audit = AuditEntry.objects.get(action="attendance.correct-check-in")
    assert (audit.subject, audit.reason) == (town.world.local, "the paper list says so")
    assert set(audit.targets) == {late.pk, correction.pk}


def test_a_bulletin_of_before_still_reads_the_former_time(town: Town, late: CheckIn) -> None:
    marks = dict(Counter.objects.values_list("community_id", "value"))
    correct(town, late)
    before = replace(end_of(town.secretary, DAY), marks=marks)
    found = funnel(town.secretary, incident=town.incident, day=DAY, cutoff=before)
    assert [line.minutes_late for line in found.late] == [1]


def test_a_sign_in_taken_back_lists_the_person_and_can_be_made_again(
    town: Town, late: CheckIn
) -> None:
    correct(town, late, None)
    found = funnel(town.secretary, incident=town.incident, day=DAY)
    assert found.present == 0
    assert town.world.local in {line.member for line in found.not_present}
    town.sign_in([town.world.local], clock_at(8, 12))
    assert funnel(town.secretary, incident=town.incident, day=DAY).on_time == 1


def test_a_row_is_corrected_once_and_then_the_row_in_its_place(town: Town, late: CheckIn) -> None:
    correction = correct(town, late)
    with pytest.raises(rules.CorrectedAlready):
        correct(town, late, 22)
    assert correct(town, correction, 23).occurred_at == clock_at(8, 23)
    assert CheckIn.objects.standing().count() == 1


def test_a_correction_keeps_the_day_the_past_and_gives_a_reason(town: Town, late: CheckIn) -> None:
    for occurred_at, refusal in (
        (clock_at(8, 0) - timedelta(days=1), rules.OtherDay),
        (EVENING + timedelta(minutes=6), rules.InFuture),
    ):
        with pytest.raises(refusal):
            correct_check_in(
                town.secretary,
                community=FENGLIN,
                check_in=late.pk,
                occurred_at=occurred_at,
                at=EVENING,
                reason="typing",
            )
    with pytest.raises(rules.ReasonMissing):
        correct_check_in(
            town.secretary,
            community=FENGLIN,
            check_in=late.pk,
            occurred_at=None,
            at=EVENING,
            reason="  ",
        )
    assert CheckIn.objects.count() == 1


def test_headquarters_corrects_and_others_do_not(town: Town, late: CheckIn) -> None:
    for scope in (town.worker, town.local, town.outsider):
        with pytest.raises(Forbidden):
            correct(town, late, scope=scope)
    correct(town, late, scope=town.headquarters)
    with pytest.raises(NotFound):
        correct_check_in(
            town.secretary,
            community=FENGLIN,
            check_in=uuid4(),
            occurred_at=None,
            at=EVENING,
            reason="typing",
        )


def signed(town: Town) -> int:
    """How many count as signed in, by the roll-up, which must be what the rows say."""
    system = town.world.system
    assert verify_rollups(system, incident=town.incident, figures=FIGURES, days=[DAY]) == []
    found = rolled(town.secretary, incident=town.incident, figure="attendance.signed-in", day=DAY)
    return found.get(FENGLIN, 0)


def test_what_others_noted_of_the_same_coming_goes_with_the_correction(
    town: Town, late: CheckIn
) -> None:
    town.sign_in([town.world.local], clock_at(8, 33))
    correct(town, late, 40)
    assert CheckIn.objects.standing().get().occurred_at == clock_at(8, 40)
    assert signed(town) == 1
    audit = AuditEntry.objects.get(action="attendance.correct-check-in")
    assert set(audit.targets) >= set(
        CheckIn.objects.exclude(reverses=None).values_list("pk", flat=True)
    )


def test_a_sign_in_taken_back_takes_back_what_others_noted_of_it(town: Town, late: CheckIn) -> None:
    town.sign_in([town.world.local], clock_at(8, 33))
    correct(town, late, None)
    assert not CheckIn.objects.standing().exists()
    assert signed(town) == 0
    town.sign_in([town.world.local], clock_at(8, 33))
    assert signed(town) == 1


def test_a_stay_taken_back_leaves_the_others(town: Town, late: CheckIn) -> None:
    leaving = CheckOutEntry(
        id=uuid7(), community=FENGLIN, member=town.world.local, occurred_at=clock_at(12, 0)
    )
    assert check_out(town.worker, entries=[leaving], at=EVENING)[0].new
    town.sign_in([town.world.local], clock_at(14, 0))
    correct(town, late, None)
    assert CheckIn.objects.standing().get().occurred_at == clock_at(14, 0)
    assert signed(town) == 1


def test_what_comes_late_from_a_phone_does_not_undo_a_correction(town: Town, late: CheckIn) -> None:
    correct(town, late, 40)
    (outcome,) = check_in(
        town.worker, entries=[entry(town.world.local, clock_at(8, 29))], at=EVENING
    )
    assert isinstance(outcome.refusal, rules.CorrectedAlready)
    (same,) = check_in(town.worker, entries=[entry(town.world.local, clock_at(8, 31))], at=EVENING)
    assert isinstance(same.refusal, rules.CorrectedAlready)


def test_a_stay_before_one_that_was_put_right_is_recorded(town: Town, late: CheckIn) -> None:
    leaving = CheckOutEntry(
        id=uuid7(), community=FENGLIN, member=town.world.local, occurred_at=clock_at(12, 0)
    )
    town.sign_in([town.world.local], clock_at(14, 0))
    assert check_out(town.worker, entries=[leaving], at=EVENING)[0].new
    correct_check_in(
        town.secretary,
        community=FENGLIN,
        check_in=CheckIn.objects.get(occurred_at=clock_at(14, 0)).pk,
        occurred_at=clock_at(14, 30),
        at=EVENING,
        reason="the paper list says so",
    )
    town.sign_in([town.world.local], clock_at(8, 0))
    assert signed(town) == 1
