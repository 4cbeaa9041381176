"""The ledger of hours: one true total, corrections with a reason, and never one's own."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attendance.test_duty import LATER, serve
from tests.attendance.town import Town, clock_at
from tests.world import DAY, FENGLIN, ZISONG
from xiachen.attendance.figures.hours import AVERAGE_HOURS, DAYS_SERVED, HOURS
from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.models.records import CheckOut
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out, correct_check_out
from xiachen.attendance.operations.hours import (
    HoursEntry,
    correct_hours,
    take_back_correction,
    view_hours,
    view_ledger,
)
from xiachen.attendance.queries import duty
from xiachen.attendance.queries.hours import HoursTotal, hours_of, hours_totals
from xiachen.attendance.queries.records import end_of
from xiachen.attendance.rules.hours import LessThanNothing, MoreThanADay, OwnHours
from xiachen.base.errors import Forbidden, NotFound, Outcome
from xiachen.base.ids import uuid7
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope


def correct(
    town: Town,
    member: UUID,
    minutes: int,
    *,
    day: date = DAY,
    by: Scope | None = None,
    reason: str = "签退补记",
    community: int = FENGLIN,
) -> Outcome:
    entry = HoursEntry(
        id=uuid7(), community=community, member=member, day=day, minutes=minutes, reason=reason
    )
    (outcome,) = correct_hours(by or town.secretary, entries=[entry], at=LATER)
    return outcome


def stay(town: Town, member: UUID, came: float, left: float, *, community: int = FENGLIN) -> None:
    """Sign in and out at hours counted from the beginning of DAY."""
    start = clock_at(0, 0)
    at = start + timedelta(hours=came)
    (came_in,) = check_in(
        town.world.system,
        entries=[CheckInEntry(id=uuid7(), community=community, member=member, occurred_at=at)],
        at=LATER,
    )
    gone = start + timedelta(hours=left)
    (went,) = check_out(
        town.world.system,
        entries=[CheckOutEntry(id=uuid7(), community=community, member=member, occurred_at=gone)],
        at=LATER,
    )
    assert came_in.new and went.new, (came_in, went)


def total(town: Town, member: UUID, *, day: date = DAY + timedelta(days=20)) -> HoursTotal:
    return hours_totals(town.world.system, members=[member], day=day).get(member, HoursTotal())


def code(outcome: Outcome) -> str:
    return outcome.refusal.code if outcome.refusal else ""


def test_overlapping_stays_in_two_communities_count_once(town: Town) -> None:
    stay(town, town.world.local, 8, 12)
    stay(town, town.world.local, 10, 15, community=ZISONG)
    assert total(town, town.world.local).minutes == 7 * 60
    assert total(town, town.world.local).days == 1


def test_time_over_midnight_belongs_to_the_day_of_the_sign_in_and_counts_once(town: Town) -> None:
    member = town.world.local
    stay(town, member, 20, 32)
    stay(town, member, 31, 36, community=ZISONG)
    days = hours_of(town.world.system, members=[member], first=DAY, last=DAY + timedelta(days=1))
    assert [(one.day, one.minutes) for one in days[member]] == [
        (DAY, 12 * 60),
        (DAY + timedelta(days=1), 4 * 60),
    ]
    assert total(town, member).minutes == 16 * 60
    second = hours_of(
        town.world.system,
        members=[member],
        first=DAY + timedelta(days=1),
        last=DAY + timedelta(days=1),
    )
    assert [one.minutes for one in second[member]] == [4 * 60], "the day before is heeded"
    cutoff = end_of(town.secretary, DAY + timedelta(days=1))
    assert AVERAGE_HOURS.value(replace(town.secretary, places=((0, 10**12),)), cutoff) == 4


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    stays=st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 23), st.integers(1, 23), st.booleans()),
        max_size=7,
        unique_by=lambda one: (one[0], one[3]),
    )
)
def test_ledger_and_fatigue_agree_with_the_minutes_counted_one_by_one(
    town: Town, stays: list[tuple[int, int, int, bool]]
) -> None:
    member = town.world.local
    present: set[int] = set()
    ended = {True: -1, False: -1}
    days: set[int] = set()
    with transaction.atomic():
        for day, came, long, elsewhere in sorted(stays):
            start = day * 24 + came
            if start <= ended[elsewhere]:
                continue  # nobody signs in again where they have not signed out
            ended[elsewhere] = start + long
            stay(town, member, start, start + long, community=ZISONG if elsewhere else FENGLIN)
            present |= set(range(start, start + long))
            days.add(day)
        last = DAY + timedelta(days=4)
        found = total(town, member, day=last)
        assert found.minutes == len(present) * 60
        assert found.days == len(days)
        borne = duty.duties(town.world.system, end_of(town.world.system, last), members=[member])
        if found.days == 5:
            assert borne[member].seconds == found.minutes * 60
        transaction.set_rollback(True)


def test_a_sign_in_without_a_sign_out_is_a_day_without_time_and_is_shown_so(town: Town) -> None:
    member = town.world.sent[0]
    serve(town, member, 0, 1)
    serve(town, member, 1, 1, until=17)
    assert total(town, member) == HoursTotal(
        minutes=9 * 60,
        days=2,
        days_without_sign_out=1,
        first_day=DAY,
        last_day=DAY + timedelta(days=1),
    )
    found = view_ledger(town.secretary, member=member, day=DAY + timedelta(days=1))
    assert [(one.hours.no_sign_out, one.time) for one in found.days] == [
        (False, "9:00"),
        (True, "0:00"),
    ]
    assert correct(town, member, 8 * 60).new
    assert total(town, member).minutes == 17 * 60
    assert total(town, member).days_without_sign_out == 0


def test_an_afternoon_without_a_sign_out_is_told_though_the_morning_counts(town: Town) -> None:
    member = town.world.sent[0]
    stay(town, member, 8, 12)
    town.sign_in([member], clock_at(13, 0))
    found = total(town, member)
    assert (found.minutes, found.days, found.days_without_sign_out) == (4 * 60, 1, 1)
    (day,) = hours_of(town.secretary, members=[member], first=DAY, last=DAY)[member]
    assert day.no_sign_out
    assert correct(town, member, 4 * 60).new
    found = total(town, member)
    assert (found.minutes, found.days_without_sign_out) == (8 * 60, 0)


def test_a_correction_counts_in_ledger_fatigue_and_figure_alike(town: Town) -> None:
    member = town.world.sent[0]
    serve(town, member, 0, 1, until=16)
    assert correct(town, member, 45).new
    assert correct(town, member, -15).new
    cutoff = end_of(town.secretary, DAY)
    assert total(town, member).minutes == 8 * 60 + 30
    assert duty.duties(town.secretary, cutoff, members=[member])[member].seconds == 510 * 60
    assert HOURS.value(town.secretary, cutoff) == Decimal("8.5")
    assert AVERAGE_HOURS.value(town.secretary, cutoff) == Decimal("8.5")


def test_nobody_corrects_their_own_hours(town: Town) -> None:
    me = town.world.sent[0]
    serve(town, me, 0, 1)
    leader = replace(town.secretary, role=Role.TEAM_LEADER, member=me)
    assert code(correct(town, me, 60, by=leader)) == "attendance.own-hours"
    outcome = correct(town, me, 60)
    assert outcome.new
    with pytest.raises(Forbidden):
        take_back_correction(
            town.local, community=FENGLIN, correction=outcome.id, at=LATER, reason="不对"
        )
    with pytest.raises(OwnHours):
        take_back_correction(
            leader, community=FENGLIN, correction=outcome.id, at=LATER, reason="不对"
        )


@pytest.mark.parametrize(
    ("minutes", "day", "reason", "community", "refused"),
    [
        (0, DAY, "补记", FENGLIN, "attendance.no-minutes"),
        (2000, DAY, "补记", FENGLIN, "attendance.no-minutes"),
        (-541, DAY, "多记", FENGLIN, "attendance.less-than-nothing"),
        (901, DAY, "补记", FENGLIN, "attendance.more-than-a-day"),
        (60, DAY + timedelta(days=400), "补记", FENGLIN, "attendance.day-not-come"),
        (60, DAY, "  ", FENGLIN, "attendance.reason-missing"),
        (60, DAY, "补记", ZISONG, "base.forbidden"),
        (60, DAY, "补记", 420111002001, "base.forbidden"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    town: Town, minutes: int, day: date, reason: str, community: int, refused: str
) -> None:
    member = town.world.sent[0]
    serve(town, member, 0, 1, until=17)
    outcome = correct(town, member, minutes, day=day, reason=reason, community=community)
    assert code(outcome) == refused
    assert not HoursCorrection.objects.exists()


def test_the_same_correction_sent_twice_stands_once(town: Town) -> None:
    entry = HoursEntry(
        id=uuid7(),
        community=FENGLIN,
        member=town.world.local,
        day=DAY,
        minutes=30,
        reason="补记",
    )
    (first,) = correct_hours(town.secretary, entries=[entry], at=LATER)
    (again,) = correct_hours(town.secretary, entries=[entry], at=LATER)
    (other,) = correct_hours(town.secretary, entries=[replace(entry, minutes=31)], at=LATER)
    assert first.new and again.already and code(other) == "attendance.other-content"
    assert total(town, town.world.local).minutes == 30


def test_a_correction_taken_back_stays_in_the_records(town: Town) -> None:
    member = town.world.local
    outcome = correct(town, member, 30)
    taken = take_back_correction(
        town.secretary, community=FENGLIN, correction=outcome.id, at=LATER, reason="记错人"
    )
    assert taken.void and taken.reverses_id == outcome.id
    assert HoursCorrection.objects.count() == 2
    assert total(town, member) == HoursTotal()
    entries = AuditEntry.objects.filter(action="attendance.take-back-hours")
    assert entries.get().reason == "记错人"


def test_a_sign_out_corrected_later_leaves_no_day_below_nothing(town: Town) -> None:
    member = town.world.local
    serve(town, member, 0, 1, until=17)
    assert correct(town, member, -500).new
    correct_check_out(
        town.secretary,
        community=FENGLIN,
        check_out=CheckOut.objects.get().pk,
        occurred_at=clock_at(10, 0),
        at=LATER,
        reason="早退",
    )
    assert total(town, member).minutes == 0


def test_people_read_their_own_ledger_and_nobody_elses(town: Town) -> None:
    serve(town, town.world.local, 0, 2, until=17)
    own = view_ledger(town.local, member=town.world.local, day=DAY + timedelta(days=1))
    assert own.own and own.time == "18:00" and not own.corrects and len(own.days) == 2
    with pytest.raises(Forbidden):
        view_ledger(town.local, member=town.world.sent[0], day=DAY)
    with pytest.raises(NotFound):
        view_ledger(town.outsider, member=town.world.sent[0], day=DAY)
    assert not AuditEntry.objects.filter(action="attendance.view-ledger").exists()
    view_ledger(town.liaison, member=town.world.sent[0], day=DAY)
    assert AuditEntry.objects.get(action="attendance.view-ledger").subject == town.world.sent[0]


def test_the_list_shows_one_true_total_of_everybody_within_reach(town: Town) -> None:
    serve(town, town.world.sent[0], 0, 1, until=12)
    serve(town, town.world.sent[0], 1, 1, until=12, community=ZISONG)
    serve(town, town.world.local, 0, 1, until=9)
    page = view_hours(town.liaison, day=DAY + timedelta(days=3), number=1, size=50)
    assert {one.member: one.total.minutes for one in page.lines} == {
        town.world.sent[0]: 8 * 60,
        town.world.local: 60,
    }
    page = view_hours(town.secretary, day=DAY + timedelta(days=3), number=1, size=1)
    assert (page.total, page.pages, len(page.lines)) == (2, 2, 1)
    cutoff = end_of(town.secretary, DAY + timedelta(days=3))
    assert page.within is not None
    assert page.within.hours == HOURS.value(town.secretary, cutoff) == 5
    assert page.within.days == DAYS_SERVED.value(town.secretary, cutoff) == 2
    assert view_hours(town.outsider, day=DAY, number=1, size=50).total == 0
    with pytest.raises(Forbidden):
        view_hours(town.local, day=DAY, number=1, size=50)


def test_ten_people_cost_no_more_statements_than_one(town: Town) -> None:
    for member in town.world.sent:
        serve(town, member, 0, 1, until=17)
    counted = []
    for members in (town.world.sent[:1], town.world.sent):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            hours_of(town.world.system, members=members, first=DAY, last=DAY)
            hours_totals(town.world.system, members=members, day=DAY)
        counted.append(len(caught))
    assert counted[0] == counted[1]


def leave(town: Town, member: UUID, hour: int, *, community: int = FENGLIN) -> UUID:
    gone = CheckOutEntry(
        id=uuid7(), community=community, member=member, occurred_at=clock_at(hour, 0)
    )
    (outcome,) = check_out(town.world.system, entries=[gone], at=LATER)
    assert outcome.new
    return gone.id


def test_a_sign_out_that_comes_late_counts_once_and_the_correction_gives_way(town: Town) -> None:
    member = town.world.local
    serve(town, member, 0, 1)
    assert correct(town, member, 480).new and correct(town, member, -30).new
    assert total(town, member).minutes == 450
    gone = leave(town, member, 16)
    assert total(town, member).minutes == 480, "from 8:00 to 16:00, and nothing twice"
    assert correct(town, member, 15).new
    assert total(town, member).minutes == 495
    (day,) = view_ledger(town.secretary, member=member, day=DAY).days
    assert [one.gave_way for one in day.corrections] == [True, True, False]
    correct_check_out(
        town.secretary,
        community=FENGLIN,
        check_out=gone,
        occurred_at=None,
        at=LATER,
        reason="没有签退",
    )
    assert total(town, member).minutes == 465, "what stood for it stands for it again"


def test_time_for_a_missing_sign_out_is_given_where_it_is_missing(town: Town) -> None:
    member = town.world.local
    serve(town, member, 0, 1, community=ZISONG)
    stay(town, member, 18, 20)
    assert code(correct(town, member, 60)) == "attendance.sign-out-missing-elsewhere"
    assert correct(town, member, -30).new
    assert total(town, member).minutes == 90


def test_taking_a_correction_back_makes_no_day_that_cannot_be(town: Town) -> None:
    member = town.world.local
    stay(town, member, 0, 19)
    less = correct(town, member, -1080)
    more = correct(town, member, 1300)
    assert less.new and more.new
    with pytest.raises(MoreThanADay):
        take_back_correction(
            town.secretary, community=FENGLIN, correction=less.id, at=LATER, reason="不对"
        )
    with pytest.raises(LessThanNothing):
        take_back_correction(
            town.secretary, community=FENGLIN, correction=_plus(town, member), at=LATER, reason="不"
        )
    assert total(town, member).minutes == 20


def _plus(town: Town, member: UUID) -> UUID:
    """Leave twenty minutes of the day, of which the given correction makes up more."""
    assert correct(town, member, -1340).new
    return HoursCorrection.objects.get(minutes=1300).pk


def test_a_sign_out_that_comes_late_makes_no_day_longer_than_a_day(town: Town) -> None:
    member = town.world.local
    stay(town, member, 0, 3)
    assert correct(town, member, 1200).new
    came = clock_at(4, 0)
    other = CheckInEntry(id=uuid7(), community=ZISONG, member=member, occurred_at=came)
    (outcome,) = check_in(town.world.system, entries=[other], at=LATER)
    assert outcome.new
    leave(town, member, 20, community=ZISONG)
    assert total(town, member).minutes == 24 * 60
