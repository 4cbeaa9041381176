"""Work taken from finished tasks: once for each person and task, and taken back with the task."""

from dataclasses import replace

import pytest

from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN
from xiachen.attendance.figures.days import FIGURES
from xiachen.attendance.models.records import WorkRecord
from xiachen.attendance.operations.work import (
    WorkEntry,
    correct_work,
    record_work,
    take_back_work,
)
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Forbidden, NotFound
from xiachen.base.ids import uuid7
from xiachen.figures.queries import rolled_total, verify_rollups


def work(town: Town, **change: object) -> WorkEntry:
    given: dict[str, object] = {
        "id": uuid7(),
        "community": FENGLIN,
        "member": town.people[0],
        "task": uuid7(),
        "kind": "patrol",
        "occurred_at": clock_at(15, 0),
        "times": 2,
    }
    return WorkEntry(**(given | change))  # type: ignore[arg-type]


def participations(town: Town) -> int:
    return rolled_total(
        town.headquarters, incident=town.incident, figure="attendance.participations", day=DAY
    )


def test_the_same_task_of_the_same_person_is_recorded_once(town: Town) -> None:
    first = work(town)
    assert record_work(town.worker, entries=[first], at=EVENING)[0].new
    again = replace(first, id=uuid7())
    assert record_work(town.worker, entries=[first, again], at=EVENING)[0].already
    assert record_work(town.worker, entries=[again], at=EVENING)[0].already
    assert WorkRecord.objects.count() == 1
    assert participations(town) == 2


def test_the_same_id_with_other_content_is_refused(town: Town) -> None:
    first = work(town)
    record_work(town.worker, entries=[first], at=EVENING)
    (outcome,) = record_work(town.worker, entries=[replace(first, times=9)], at=EVENING)
    assert isinstance(outcome.refusal, rules.OtherContent)


def test_work_taken_back_counts_no_more_and_can_be_done_again(town: Town) -> None:
    first = work(town)
    record_work(town.worker, entries=[first], at=EVENING)
    gone = take_back_work(
        town.secretary, community=FENGLIN, task=first.task, at=EVENING, reason="no"
    )
    assert [row.void for row in gone] == [True]
    assert participations(town) == 0
    (outcome,) = record_work(town.worker, entries=[replace(first, id=uuid7())], at=EVENING)
    assert outcome.new
    assert WorkRecord.objects.standing().count() == 1
    differences = verify_rollups(
        town.world.system, incident=town.incident, figures=FIGURES, days=[DAY]
    )
    assert differences == []


def test_only_the_secretary_takes_work_back(town: Town) -> None:
    first = work(town)
    record_work(town.worker, entries=[first], at=EVENING)
    for scope in (town.worker, town.local, town.outsider):
        with pytest.raises(Forbidden):
            take_back_work(scope, community=FENGLIN, task=first.task, at=EVENING, reason="x")
    assert WorkRecord.objects.standing().count() == 1


def test_work_without_a_task_is_recorded_as_often_as_it_was_done(town: Town) -> None:
    first = work(town, task=None, persons_served=5)
    second = replace(first, id=uuid7())
    outcomes = record_work(town.worker, entries=[first, second], at=EVENING)
    assert [one.new for one in outcomes] == [True, True]
    assert record_work(town.worker, entries=[first], at=EVENING)[0].already
    (other,) = record_work(town.worker, entries=[replace(first, times=3)], at=EVENING)
    assert isinstance(other.refusal, rules.OtherContent)
    assert WorkRecord.objects.count() == 2
    assert participations(town) == 4
    differences = verify_rollups(
        town.world.system, incident=town.incident, figures=FIGURES, days=[DAY]
    )
    assert differences == []


def test_work_without_a_task_stays_apart_from_the_work_of_a_task(town: Town) -> None:
    proven = work(town)
    apart = replace(proven, id=uuid7(), task=None)
    outcomes = record_work(town.worker, entries=[proven, apart], at=EVENING)
    assert [one.new for one in outcomes] == [True, True]
    assert proven.task is not None
    take_back_work(town.secretary, community=FENGLIN, task=proven.task, at=EVENING, reason="x")
    assert participations(town) == 2


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"kind": ""}, rules.KindMissing),
        ({"kind": "k" * 41}, rules.KindMissing),
        ({"times": 0}, rules.WrongAmount),
        ({"times": 1001}, rules.WrongAmount),
        ({"persons_served": -1}, rules.WrongAmount),
        ({"persons_served": 2**40}, rules.WrongAmount),
    ],
)
def test_amounts_that_cannot_be_are_refused_and_hold_nothing_up(
    town: Town, change: dict[str, object], refusal: type
) -> None:
    outcomes = record_work(
        town.worker, entries=[work(town, task=None, **change), work(town)], at=EVENING
    )
    assert isinstance(outcomes[0].refusal, refusal)
    assert outcomes[1].new


def served(town: Town) -> int:
    return rolled_total(
        town.headquarters, incident=town.incident, figure="attendance.served", day=DAY
    )


def test_corrected_work_counts_with_the_right_amounts_and_comes_back_by_no_resending(
    town: Town,
) -> None:
    first = work(town, task=None, persons_served=500)
    record_work(town.worker, entries=[first], at=EVENING)
    right = correct_work(
        town.secretary,
        community=FENGLIN,
        work=first.id,
        amounts=(1, 50),
        at=EVENING,
        reason="a nought too many",
    )
    assert (participations(town), served(town)) == (1, 50)
    assert record_work(town.worker, entries=[first], at=EVENING)[0].already
    with pytest.raises(rules.CorrectedAlready):
        correct_work(
            town.secretary,
            community=FENGLIN,
            work=first.id,
            amounts=(2, 2),
            at=EVENING,
            reason="again",
        )
    correct_work(
        town.secretary,
        community=FENGLIN,
        work=right.pk,
        amounts=None,
        at=EVENING,
        reason="not done",
    )
    assert (participations(town), served(town)) == (0, 0)
    assert record_work(town.worker, entries=[first], at=EVENING)[0].already
    assert not WorkRecord.objects.standing().exists()
    differences = verify_rollups(
        town.world.system, incident=town.incident, figures=FIGURES, days=[DAY]
    )
    assert differences == []


def test_only_who_answers_for_the_place_corrects_work_to_what_can_be(town: Town) -> None:
    first = work(town, task=None)
    record_work(town.worker, entries=[first], at=EVENING)
    asked = {"community": FENGLIN, "work": first.id, "at": EVENING, "reason": "x"}
    for scope in (town.worker, town.local, town.outsider):
        with pytest.raises(Forbidden):
            correct_work(scope, amounts=(1, 1), **asked)  # type: ignore[arg-type]
    with pytest.raises(rules.WrongAmount):
        correct_work(town.secretary, amounts=(0, 1), **asked)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        correct_work(town.secretary, amounts=(1, 1), **asked | {"work": uuid7()})  # type: ignore[arg-type]
    assert participations(town) == 2
