"""The gaps of the funnel add up, whatever a day's records are."""

from random import Random

import pytest

from tests.attendance.town import EVENING, Town, entry
from tests.world import DAY, FENGLIN, NEIGHBOUR, ZISONG
from xiachen.attendance.figures import days as figures
from xiachen.attendance.operations.answers import answer
from xiachen.attendance.operations.check_ins import check_in
from xiachen.attendance.queries import records
from xiachen.attendance.queries.boards import board
from xiachen.attendance.queries.funnels import funnel
from xiachen.attendance.rules.records import steps
from xiachen.base.ids import uuid7
from xiachen.figures.figure import Figure
from xiachen.mobilisation.operations.excuses import excuse


def test_the_gaps_of_random_days_add_up() -> None:
    random = Random(20200301)
    people = [uuid7() for _ in range(12)]

    def some() -> set[object]:
        return {one for one in people if random.random() < 0.6}

    for _ in range(500):
        day = {
            name: some()
            for name in (
                "expected",
                "reported",
                "present",
                "worked",
                "elsewhere",
                "worked_elsewhere",
            )
        }
        found = steps(**day)  # type: ignore[arg-type]
        assert_parts(
            found.reported, found.present, found.unsigned, found.elsewhere, found.not_present
        )
        assert_parts(found.present, found.worked, found.working_elsewhere, found.not_working)
        assert_parts(
            day["present"] | day["worked"],
            found.present,
            found.unsigned,
            found.unexpected,
            found.unreported,
        )


def assert_parts(whole: object, *parts: frozenset[object]) -> None:
    """The parts make up the whole, and nothing lies in two of them."""
    assert frozenset().union(*parts) == whole
    assert sum(len(one) for one in parts) == len(whole)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
def test_the_figures_of_random_days_add_up(town: Town, seed: int) -> None:
    random = Random(seed)
    people = [*town.people, town.world.members[NEIGHBOUR]]
    signed = [one for one in people if random.random() < 0.6]
    worked = [one for one in people if random.random() < 0.6]
    away = random.choice(people)
    for one in random.sample(town.world.sent, 2):
        excuse(town.liaison, member=one, reason="kept", from_day=DAY, to_day=DAY, at=EVENING)
    town.sign_in(signed)
    check_in(town.outsider, entries=[entry(away, community=ZISONG)], at=EVENING)
    town.work(worked)
    _excuse_one(town)

    scope = town.headquarters
    cutoff = records.end_of(scope, DAY)

    def value(figure: Figure) -> int:
        return figure.value(scope, cutoff)

    found = funnel(scope, incident=town.incident, day=DAY)
    assert value(figures.NOT_WORKING) == found.not_working_count
    assert value(figures.UNSIGNED) == len(found.unsigned)
    excused = {one.member for one in (*found.not_working, *found.not_present) if one.excused}
    idle = value(figures.NOT_WORKING) + len({one.member for one in found.not_working} & excused)
    assert value(figures.PRESENT) == value(figures.WORKED) + idle + len(found.working_elsewhere)
    missing = value(figures.NOT_PRESENT) + len({one.member for one in found.not_present} & excused)
    assert found.reported == value(figures.PRESENT) + missing + value(figures.UNSIGNED) + len(
        found.elsewhere
    )
    lacking = figures.WORKED.opened_missing(scope, cutoff).count()
    assert lacking == value(figures.PRESENT) - value(figures.WORKED)


def _excuse_one(town: Town) -> None:
    """Excuse the first of those on site without work, where there is one."""
    found = funnel(town.headquarters, incident=town.incident, day=DAY)
    for line in found.not_working[:1]:
        answer(
            town.secretary,
            community=line.community,
            member=line.member,
            day=DAY,
            gap="not-working",
            words="kept the gate",
            excuses=True,
            at=EVENING,
        )


def test_an_unexpected_person_on_site_is_on_no_list_of_idle_people(town: Town) -> None:
    neighbour = town.world.members[NEIGHBOUR]
    excuse(town.liaison, member=town.people[0], reason="kept", from_day=DAY, to_day=DAY, at=EVENING)
    town.sign_in([town.people[0], neighbour])
    found = funnel(town.headquarters, incident=town.incident, day=DAY)
    assert found.not_working == ()
    assert [one.member for one in found.unexpected] == [town.people[0]]
    assert [one.member for one in found.unreported] == [neighbour]


def test_the_board_shows_work_without_a_sign_in_by_itself(town: Town) -> None:
    town.work(town.people[:1])
    shown = board(town.secretary, day=DAY, community=FENGLIN, shown="unsigned")
    assert [one.member for one in shown.people] == [town.people[0]]
