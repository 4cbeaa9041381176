"""Days in a row, hours, and the warning that somebody needs rest."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests.attendance.town import EVENING, Town, clock_at, entry
from tests.world import DAY, FENGLIN, ZISONG
from xiachen.attendance.figures.days import PARTICIPATIONS_SO_FAR, SERVED, SERVED_SO_FAR
from xiachen.attendance.figures.hours import (
    AVERAGE_HOURS,
    LONGEST_RUN,
    MOST_HOURS,
    OVERWORKED,
    TIMED,
)
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in, correct_check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.queries import duty
from xiachen.attendance.queries.records import end_of
from xiachen.attendance.rules.duty import Duty
from xiachen.base.ids import uuid7
from xiachen.figures.queries import rolled, verify_rollups
from xiachen.incidents.operations import set_parameter
from xiachen.privacy.scope import Role

LATER = EVENING + timedelta(days=60)


def serve(
    town: Town, member: UUID, first: int, days: int, *, until: int = 0, community: int = FENGLIN
) -> None:
    """Let somebody sign in at eight for some days from DAY + first on, and out at `until`."""
    for number in range(first, first + days):
        came = clock_at(8, 0) + timedelta(days=number)
        came_in = CheckInEntry(id=uuid7(), community=community, member=member, occurred_at=came)
        outcomes = check_in(town.world.system, entries=[came_in], at=LATER)
        if until:
            left = CheckOutEntry(
                id=uuid7(),
                community=community,
                member=member,
                occurred_at=came + timedelta(hours=until - 8),
            )
            outcomes += check_out(town.world.system, entries=[left], at=LATER)
        assert all(one.new for one in outcomes), [str(one.refusal) for one in outcomes]


def borne(town: Town, member: UUID, day: int) -> Duty | None:
    cutoff = end_of(town.secretary, DAY + timedelta(days=day))
    return duty.duties(town.secretary, cutoff, members=[member]).get(member)


def test_days_in_a_row_end_with_the_first_day_of_rest(town: Town) -> None:
    serve(town, town.world.local, 0, 3)
    serve(town, town.world.local, 4, 5)
    found = [borne(town, town.world.local, day) for day in range(11)]
    assert [one.days if one else None for one in found] == [1, 2, 3, 3, 1, 2, 3, 4, 5, 5, None]


def test_hours_are_those_between_sign_in_and_sign_out(town: Town) -> None:
    serve(town, town.world.local, 0, 2, until=17)
    serve(town, town.world.local, 2, 1)
    assert borne(town, town.world.local, 2) == Duty(days=3, seconds=18 * 3600, timed_days=2)
    said = borne(town, town.world.local, 2)
    assert said is not None and said.hours_a_day == Decimal("9.0") and said.hours == Decimal("18.0")


def test_time_in_two_places_at_once_counts_once(town: Town) -> None:
    serve(town, town.world.local, 0, 1, until=18)
    serve(town, town.world.local, 0, 1, until=20, community=ZISONG)
    assert borne(town, town.world.local, 0) == Duty(days=1, seconds=12 * 3600, timed_days=1)


def test_seven_days_or_eleven_hours_warn_and_the_incident_can_say_otherwise(town: Town) -> None:
    tired, long_days, rested = town.world.local, town.world.sent[0], town.world.sent[1]
    serve(town, tired, 0, 7)
    serve(town, long_days, 4, 3, until=20)
    serve(town, rested, 1, 6, until=19)
    cutoff = end_of(town.secretary, DAY + timedelta(days=6))

    def warned() -> set[UUID]:
        return set(OVERWORKED.opened(town.secretary, cutoff).values_list("member", flat=True))

    assert warned() == {tired, long_days}
    assert OVERWORKED.value(town.secretary, cutoff) == 2
    for name, value in (("attendance.most-days", 20), ("attendance.most-hours", 10)):
        set_parameter(
            town.world.system, incident=town.incident, name=name, value=value, from_day=DAY
        )
    assert warned() == {long_days, rested}


def test_the_longest_run_and_the_most_hours_open_to_the_person(town: Town) -> None:
    liaison, other = town.world.local, town.world.sent[0]
    serve(town, liaison, 0, 24, until=21)
    serve(town, other, 20, 4, until=22)
    cutoff = end_of(town.secretary, DAY + timedelta(days=23))
    assert LONGEST_RUN.value(town.secretary, cutoff) == 24
    assert MOST_HOURS.value(town.secretary, cutoff) == Decimal("14.0")
    assert AVERAGE_HOURS.value(town.secretary, cutoff) == Decimal("13.5")
    page = LONGEST_RUN.page(town.secretary, LONGEST_RUN.opened(town.secretary, cutoff))
    assert [line[2:] for line in page.lines] == [(24, Decimal("13.0"), 24)]
    rows = MOST_HOURS.opened(town.secretary, cutoff)
    assert [row.member for row in rows] == [other]


def test_the_average_opens_to_each_persons_day_on_site(town: Town) -> None:
    twice, once, back, unsigned = town.world.local, *town.world.sent[:3]
    for member, comings, leavings in (
        (twice, ((8, 0), (11, 0)), ((10, 30), (12, 50))),
        (once, ((8, 0),), ((17, 0),)),
        (back, ((8, 0), (13, 0)), ((12, 0),)),
        (unsigned, ((8, 0),), ()),
    ):
        come = [entry(member, clock_at(*time)) for time in comings]
        leave = [
            CheckOutEntry(id=uuid7(), community=FENGLIN, member=member, occurred_at=clock_at(*time))
            for time in leavings
        ]
        outcomes = check_in(town.world.system, entries=come, at=LATER)
        outcomes += check_out(town.world.system, entries=leave, at=LATER)
        assert all(one.new for one in outcomes)
    cutoff = end_of(town.secretary, DAY)
    assert AVERAGE_HOURS.value(town.secretary, cutoff) == Decimal("6.7")
    assert TIMED.value(town.secretary, cutoff) == 2
    page = AVERAGE_HOURS.page(town.secretary, AVERAGE_HOURS.opened(town.secretary, cutoff))
    assert sorted(line[2:] for line in page.lines) == [
        (clock_at(8, 0), clock_at(12, 50), Decimal("4.3")),
        (clock_at(8, 0), clock_at(17, 0), Decimal("9.0")),
    ]
    assert AVERAGE_HOURS.value(town.outsider, cutoff) == 0
    assert TIMED.value(town.outsider, cutoff) == 0


def test_a_sign_in_taken_back_breaks_the_row_of_days_and_marks_keep_what_was(town: Town) -> None:
    serve(town, town.world.local, 0, 8)
    cutoff = end_of(town.secretary, DAY + timedelta(days=7))
    marks = {FENGLIN: CheckIn.objects.order_by("-sequence").values_list("sequence", flat=True)[0]}
    before = end_of(town.secretary, DAY + timedelta(days=7), marks=marks)
    correct_check_in(
        town.secretary,
        community=FENGLIN,
        check_in=CheckIn.objects.get(day=DAY + timedelta(days=4)).pk,
        occurred_at=None,
        at=LATER,
        reason="那天没有来",
    )
    assert LONGEST_RUN.value(town.secretary, cutoff) == 3
    assert LONGEST_RUN.value(town.secretary, before) == 8
    assert OVERWORKED.value(town.secretary, before) == 1
    assert OVERWORKED.value(town.secretary, cutoff) == 0


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.STREET, Role.HEADQUARTERS, Role.LIAISON])
def test_those_who_answer_for_a_person_are_warned(town: Town, role: Role) -> None:
    serve(town, town.world.sent[0], 0, 8)
    scope = town.world.scope(role)
    assert OVERWORKED.value(scope, end_of(scope, DAY + timedelta(days=7))) == 1


def test_the_secretary_next_door_is_told_nothing(town: Town) -> None:
    serve(town, town.world.sent[0], 0, 8)
    cutoff = end_of(town.outsider, DAY + timedelta(days=7))
    assert OVERWORKED.value(town.outsider, cutoff) == 0
    assert LONGEST_RUN.value(town.outsider, cutoff) == 0


def test_service_counts_persons_on_the_day_and_from_the_beginning(town: Town) -> None:
    town.sign_in()
    town.work(town.people, served=3)
    today, later = end_of(town.secretary, DAY), end_of(town.secretary, DAY + timedelta(days=9))
    assert SERVED.value(town.secretary, today) == 33
    assert SERVED.value(town.secretary, later) == 0
    assert SERVED_SO_FAR.value(town.secretary, later) == 33
    assert PARTICIPATIONS_SO_FAR.value(town.secretary, later) == 11
    found = rolled(town.secretary, incident=town.incident, figure=SERVED.code, day=DAY)
    assert found == {FENGLIN: 33}
    assert not verify_rollups(
        town.world.system, incident=town.incident, figures=[SERVED], days=[DAY]
    )
