"""An injury in three taps: recorded, stood down, a stand-in sought, and the papers in time."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN
from xiachen.attendance.figures.days import NOT_WORKING
from xiachen.attendance.models.injuries import Injury, InjuryStep
from xiachen.attendance.models.stand_ins import StandIn
from xiachen.attendance.operations.injuries import (
    InjuryEntry,
    record_injury,
    take_back_injury,
    tick_step,
    view_injuries,
    view_injury,
)
from xiachen.attendance.queries.funnels import funnel
from xiachen.attendance.queries.health import standings
from xiachen.attendance.queries.records import end_of
from xiachen.attendance.rules.injuries import UnknownStep, Who, steps_of
from xiachen.base.errors import Forbidden, NotFound, Outcome
from xiachen.base.ids import uuid7
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope


def hurt(
    town: Town,
    member: UUID,
    *,
    by: Scope | None = None,
    happened: str = "fall",
    stand_in: bool = True,
) -> Outcome:
    entry = InjuryEntry(
        id=uuid7(),
        community=FENGLIN,
        member=member,
        occurred_at=clock_at(10, 5),
        happened=happened,
        stand_in=stand_in,
    )
    (outcome,) = record_injury(by or town.local, entries=[entry], at=EVENING)
    return outcome


def test_the_injured_person_is_stood_down_at_once_and_a_stand_in_sought(town: Town) -> None:
    assert hurt(town, town.world.local).new
    assert standings(town.local, members=[town.world.local], day=DAY)[town.world.local].off_duty
    assert StandIn.objects.get().member_id == town.world.local


def test_nobody_who_was_hurt_on_site_is_asked_why_no_work_was_done(town: Town) -> None:
    member, idle = town.world.local, town.world.sent[0]
    town.sign_in([member, idle])
    cutoff = end_of(town.secretary, DAY)
    assert NOT_WORKING.value(town.secretary, cutoff) == 2
    assert hurt(town, member).new
    left = NOT_WORKING.opened(town.secretary, cutoff).values_list("member_id", flat=True)
    assert list(left) == [idle]
    assert funnel(town.secretary, incident=town.incident, day=DAY).not_working_count == 1


def test_nobody_is_sought_where_nobody_is_wanted(town: Town) -> None:
    assert hurt(town, town.world.local, stand_in=False).new
    assert standings(town.local, members=[town.world.local], day=DAY)[town.world.local].off_duty
    assert not StandIn.objects.exists()


def test_the_same_injury_sent_again_is_one(town: Town) -> None:
    entry = InjuryEntry(
        id=uuid7(),
        community=FENGLIN,
        member=town.world.local,
        occurred_at=clock_at(10, 5),
        happened="cut",
    )
    outcomes = record_injury(town.local, entries=[entry, entry], at=EVENING)
    assert [one.new for one in outcomes] == [True, False] and outcomes[1].already
    (other,) = record_injury(town.local, entries=[replace(entry, happened="heat")], at=EVENING)
    assert other.refusal and other.refusal.code == "attendance.other-content"
    assert Injury.objects.count() == 1


def test_what_happened_comes_from_the_short_list(town: Town) -> None:
    outcome = hurt(town, town.world.local, happened="fracture of the left radius")
    assert outcome.refusal and outcome.refusal.code == "attendance.unknown-happening"
    assert not Injury.objects.exists()


def test_the_list_of_papers_says_who_does_what_by_when(town: Town) -> None:
    injury = hurt(town, town.world.local).id
    line = view_injury(town.secretary, community=FENGLIN, injury=injury, day=DAY)
    due = {one.step.code: (one.due, one.step.who) for one in line.steps}
    assert due["application"] == (DAY + timedelta(days=30), Who.UNIT)
    assert line.apply_by == DAY + timedelta(days=30)
    assert line.person_by == DAY + timedelta(days=365)
    assert "police-report" not in due
    assert "police-report" in {one.code for one in steps_of("traffic")}
    assert line.next and line.next.step.code == "treatment"
    later = view_injury(
        town.secretary, community=FENGLIN, injury=injury, day=DAY + timedelta(days=31)
    )
    assert all(one.late for one in later.steps if one.step.code != "decision")


def test_steps_are_ticked_off_and_the_tick_is_taken_back_without_a_trace_lost(town: Town) -> None:
    injury = hurt(town, town.world.local).id

    def tick(step: str, *, done: bool, by: Scope | None = None) -> bool:
        scope = by or town.secretary
        return tick_step(scope, community=FENGLIN, injury=injury, step=step, done=done, at=EVENING)

    def done() -> int:
        return view_injury(town.secretary, community=FENGLIN, injury=injury, day=DAY).done

    assert tick("treatment", done=True, by=town.local) and done() == 1
    assert not tick("treatment", done=True) and done() == 1
    assert tick("treatment", done=False) and done() == 0
    assert not tick("treatment", done=False)
    assert tick("treatment", done=True) and done() == 1
    assert InjuryStep.objects.count() == 3
    with pytest.raises(UnknownStep):
        tick("police-report", done=True)
    with pytest.raises(NotFound):
        tick("account", done=True, by=town.outsider)


def test_injuries_are_shown_to_the_person_and_to_who_answers_for_them(town: Town) -> None:
    mine = hurt(town, town.world.local).id
    theirs = hurt(town, town.world.sent[0], by=town.worker).id
    assert view_injuries(town.secretary, day=DAY, number=1, size=50).total == 2
    assert view_injuries(town.outsider, day=DAY, number=1, size=50).total == 0
    assert [
        one.injury.pk for one in view_injuries(town.local, day=DAY, number=1, size=50).lines
    ] == [mine]
    with pytest.raises(NotFound):
        view_injury(town.local, community=FENGLIN, injury=theirs, day=DAY)
    with pytest.raises(NotFound):
        view_injury(town.outsider, community=FENGLIN, injury=mine, day=DAY)
    view_injury(town.local, community=FENGLIN, injury=mine, day=DAY)
    assert not AuditEntry.objects.filter(action="attendance.view-injury").exists()


def test_an_injury_that_was_none_is_taken_back_and_stays_in_the_records(town: Town) -> None:
    injury = hurt(town, town.world.local).id
    with pytest.raises(Forbidden):
        take_back_injury(town.local, community=FENGLIN, injury=injury, at=EVENING, reason="误报")
    take_back_injury(town.secretary, community=FENGLIN, injury=injury, at=EVENING, reason="误报")
    assert Injury.objects.count() == 2
    with pytest.raises(NotFound):
        view_injury(town.secretary, community=FENGLIN, injury=injury, day=DAY)


def test_a_role_without_sign_ins_records_no_injuries(town: Town) -> None:
    with pytest.raises(Forbidden):
        hurt(town, town.world.local, by=town.world.scope(Role.AUDITOR))
