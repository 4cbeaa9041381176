"""Signing in: in time or late, once a day, by whom, and what becomes of what cannot be."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.attendance.town import EVENING, Town, arrive, clock_at, entry
from tests.world import DAY, FENGLIN, NEIGHBOUR, ZISONG, World
from xiachen.attendance.figures.days import FIGURES
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.operations.check_ins import check_in, correct_check_in
from xiachen.attendance.queries.funnels import funnel
from xiachen.attendance.queries.records import check_ins, end_of
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Forbidden
from xiachen.figures.queries import rolled, verify_rollups
from xiachen.incidents.operations import set_parameter
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


def test_everybody_is_signed_in_with_one_list(town: Town) -> None:
    outcomes = town.sign_in()
    assert len(outcomes) == 11
    row = CheckIn.objects.get(member=town.world.local)
    assert row.day == DAY
    assert row.deadline == clock_at(8, 30)
    assert row.by_proxy
    assert row.recorded_by == town.worker.account
    assert rolled(
        town.secretary, incident=town.incident, figure="attendance.signed-in", day=DAY
    ) == {FENGLIN: 11}


@pytest.mark.parametrize(
    ("hour", "minute", "second", "late"),
    [
        (8, 29, 59, 0),
        (8, 30, 0, 0),
        (8, 30, 1, 1),
        (8, 31, 0, 1),
        (8, 31, 59, 1),
        (9, 5, 30, 35),
        (9, 42, 59, 72),
    ],
)
def test_8_30_is_in_time_and_a_second_later_is_late(
    town: Town, hour: int, minute: int, second: int, late: int
) -> None:
    town.sign_in([town.world.local], clock_at(hour, minute, second))
    found = funnel(town.secretary, incident=town.incident, day=DAY)
    assert found.present == 1
    assert found.on_time == (0 if late else 1)
    assert [line.minutes_late for line in found.late] == ([late] if late else [])


def test_the_deadline_of_the_community_and_day_is_kept_with_the_row(town: Town) -> None:
    set_parameter(
        town.world.system,
        incident=town.incident,
        name="attendance.deadline",
        value="08:00",
        from_day=DAY,
        community=FENGLIN,
    )
    town.sign_in([town.world.local], clock_at(8, 12))
    assert CheckIn.objects.get().deadline == clock_at(8, 0)
    found = funnel(town.secretary, incident=town.incident, day=DAY)
    assert [line.minutes_late for line in found.late] == [12]


def test_signing_in_oneself_is_not_by_proxy(town: Town) -> None:
    (outcome,) = check_in(town.local, entries=[entry(town.world.local)], at=EVENING)
    assert outcome.new
    assert not CheckIn.objects.get().by_proxy


def test_a_member_signs_in_nobody_else(town: Town) -> None:
    (outcome,) = check_in(town.local, entries=[entry(town.world.sent[0])], at=EVENING)
    assert isinstance(outcome.refusal, rules.OnlyOneself)
    assert not CheckIn.objects.exists()


def test_sending_the_same_list_again_changes_nothing(town: Town) -> None:
    entries = [entry(member) for member in town.people]
    check_in(town.worker, entries=entries, at=EVENING)
    again = check_in(town.worker, entries=entries, at=EVENING + timedelta(minutes=1))
    assert all(outcome.already for outcome in again)
    assert CheckIn.objects.count() == 11
    assert rolled(
        town.secretary, incident=town.incident, figure="attendance.signed-in", day=DAY
    ) == {FENGLIN: 11}


def test_an_id_that_comes_twice_in_one_list_is_written_once(town: Town) -> None:
    one = entry(town.world.local)
    first, second = check_in(town.worker, entries=[one, one], at=EVENING)
    assert first.new
    assert second.already
    other = replace(one, occurred_at=clock_at(8, 20))
    _, differing = check_in(town.worker, entries=[one, other], at=EVENING)
    assert isinstance(differing.refusal, rules.OtherContent)


def test_the_same_id_with_another_time_is_refused(town: Town) -> None:
    one = entry(town.world.local)
    check_in(town.worker, entries=[one], at=EVENING)
    changed = replace(one, occurred_at=clock_at(7, 0))
    (outcome,) = check_in(town.worker, entries=[changed], at=EVENING)
    assert isinstance(outcome.refusal, rules.OtherContent)
    assert CheckIn.objects.get().occurred_at == clock_at(8, 12)


def test_a_second_record_of_the_same_sign_in_says_when_it_was(town: Town) -> None:
    town.sign_in([town.world.local])
    (outcome,) = check_in(town.worker, entries=[entry(town.world.local)], at=EVENING)
    assert isinstance(outcome.refusal, rules.SignedInAlready)
    assert "8:12" in str(outcome.refusal)


def test_one_refused_entry_does_not_hold_the_others_up(town: Town) -> None:
    future = entry(town.people[1], EVENING + timedelta(minutes=6))
    unknown = entry(uuid4())
    entries = [entry(town.people[0]), future, unknown, entry(town.people[2])]
    outcomes = check_in(town.worker, entries=entries, at=EVENING)
    assert [outcome.new for outcome in outcomes] == [True, False, False, True]
    assert isinstance(outcomes[1].refusal, rules.InFuture)
    assert isinstance(outcomes[2].refusal, rules.UnknownPerson)


def test_a_phone_that_is_five_minutes_ahead_is_believed(town: Town) -> None:
    ahead = entry(town.world.local, EVENING + timedelta(minutes=5))
    (outcome,) = check_in(town.worker, entries=[ahead], at=EVENING)
    assert outcome.new


def test_a_device_that_has_lost_its_clock_is_told_so(town: Town) -> None:
    lost = entry(town.world.local, datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC))
    (outcome,) = check_in(town.worker, entries=[lost], at=EVENING)
    assert isinstance(outcome.refusal, rules.LongAgo)
    assert not CheckIn.objects.exists()


def test_somebody_nobody_expects_is_recorded_and_listed(town: Town) -> None:
    neighbour = town.world.members[NEIGHBOUR]
    town.sign_in([neighbour])
    found = funnel(town.secretary, incident=town.incident, day=DAY)
    assert [line.member for line in found.unreported] == [neighbour]
    assert found.present == 0


def test_the_secretary_next_door_cannot_sign_in_here(town: Town) -> None:
    (outcome,) = check_in(town.outsider, entries=[entry(town.world.local)], at=EVENING)
    assert isinstance(outcome.refusal, Forbidden)
    with pytest.raises(Forbidden):
        check_in(town.headquarters, entries=[entry(town.world.local)], at=EVENING)


def test_a_community_outside_the_operation_is_refused(town: Town) -> None:
    elsewhere = entry(town.world.local, community=420111002001)
    (outcome,) = check_in(town.world.scope(Role.MEMBER), entries=[elsewhere], at=EVENING)
    assert isinstance(outcome.refusal, rules.OutsideOperation)


def test_a_member_without_places_signs_in_where_the_operation_works(town: Town) -> None:
    there = entry(town.world.local, community=ZISONG)
    (outcome,) = check_in(town.world.scope(Role.MEMBER), entries=[there], at=EVENING)
    assert outcome.new


def test_the_outsider_reads_no_sign_in(town: Town) -> None:
    town.sign_in()
    assert not check_ins(town.outsider, end_of(town.outsider, DAY)).exists()
    found = funnel(town.outsider, incident=town.incident, day=DAY)
    assert (found.expected, found.present) == (0, 0)


def test_each_list_leaves_one_audit_row_that_names_the_records(town: Town) -> None:
    outcomes = town.sign_in()
    row = AuditEntry.objects.get(action="attendance.check-in")
    assert set(row.targets) == {outcome.id for outcome in outcomes}
    assert row.community == FENGLIN
    assert row.subject is None


def test_a_list_costs_the_same_few_statements_whatever_its_length(town: Town) -> None:
    counts = []
    for members in (town.people[:1], town.people[1:]):
        scope = replace(town.worker, members=frozenset(town.people))
        entries = [entry(member) for member in members]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            check_in(scope, entries=entries, at=EVENING)
        asked = [q["sql"] for q in captured if "SAVEPOINT" not in (q["sql"] or "")]
        counts.append(len(asked))
    assert counts == [5, 5]


def test_roll_ups_say_what_the_rows_say_after_every_turn(town: Town) -> None:
    town.sign_in()
    row = CheckIn.objects.get(member=town.world.local)
    correct_check_in(
        town.secretary,
        community=FENGLIN,
        check_in=row.pk,
        occurred_at=None,
        at=EVENING,
        reason="was at home",
    )
    town.sign_in([town.world.local], clock_at(8, 40))
    assert (
        verify_rollups(town.world.system, incident=town.incident, figures=FIGURES, days=[DAY]) == []
    )
    assert rolled(
        town.secretary, incident=town.incident, figure="attendance.signed-in", day=DAY
    ) == {FENGLIN: 11}


@pytest.mark.parametrize("apart", [0, 1])
def test_phones_that_sign_the_same_person_in_at_once_count_once(
    committed_world: World, apart: int
) -> None:
    town = arrive(committed_world)
    scope, member = town.worker, town.world.local
    gate = threading.Barrier(4)
    outcomes = []

    def send(minute: int) -> None:
        try:
            gate.wait(10)
            asked = [entry(member, clock_at(8, minute))]
            outcomes.extend(check_in(scope, entries=asked, at=EVENING))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=[one * apart]) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    new = 4 if apart else 1
    assert [outcome.new for outcome in outcomes].count(True) == new
    assert CheckIn.objects.count() == new
    assert rolled(scope, incident=town.incident, figure="attendance.signed-in", day=DAY) == {
        FENGLIN: 1
    }
