"""The day's funnel and its two lists, and the answers given to them."""

from datetime import date

import pytest

from tests.attendance.town import EVENING, Town, clock_at, entry
from tests.world import DAY, FENGLIN, NEIGHBOUR, ZISONG
from xiachen.attendance.operations.answers import answer
from xiachen.attendance.operations.check_ins import check_in
from xiachen.attendance.queries.funnels import Funnel, funnel
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Forbidden
from xiachen.mobilisation.operations.excuses import excuse


def seen(town: Town) -> Funnel:
    return funnel(town.secretary, incident=town.incident, day=DAY)


def say(town: Town, gap: str, *, excuses: bool = False, day: date = DAY) -> None:
    answer(
        town.secretary,
        community=FENGLIN,
        member=town.people[0],
        day=day,
        gap=gap,
        words="was sent to fetch the tents",
        excuses=excuses,
        at=EVENING,
    )


def test_the_first_day_of_the_story(town: Town) -> None:
    town.sign_in()
    town.work(town.people)
    found = seen(town)
    steps = (found.expected, found.reported, found.present, found.on_time, found.worked)
    assert steps == (11, 11, 11, 11, 11)
    assert (found.not_present_count, found.not_working_count) == (0, 0)


def test_signed_in_without_work_is_listed(town: Town) -> None:
    town.sign_in()
    town.work(town.people[1:])
    found = seen(town)
    assert [line.member for line in found.not_working] == [town.people[0]]
    assert (found.worked, found.not_working_count, found.not_present_count) == (10, 1, 0)


def test_reported_in_without_a_sign_in_is_listed(town: Town) -> None:
    town.sign_in(town.people[1:])
    found = seen(town)
    assert [line.member for line in found.not_present] == [town.people[0]]
    assert (found.present, found.not_present_count) == (10, 1)


def test_whoever_was_in_another_community_is_on_no_list(town: Town) -> None:
    there = entry(town.people[0], community=ZISONG)
    check_in(town.outsider, entries=[there], at=EVENING)
    found = seen(town)
    assert town.people[0] not in {line.member for line in found.not_present}
    assert [line.member for line in found.elsewhere] == [town.people[0]]


def test_work_without_a_sign_in_is_a_line_of_its_own(town: Town) -> None:
    town.work(town.people[:1])
    found = seen(town)
    assert [line.member for line in found.unsigned] == [town.people[0]]
    assert (found.worked, found.not_present_count) == (0, 10)


def test_whoever_is_excused_is_not_expected(town: Town) -> None:
    excuse(town.liaison, member=town.people[0], reason="kept", from_day=DAY, to_day=DAY, at=EVENING)
    found = seen(town)
    assert (found.expected, found.not_present_count) == (10, 10)


def test_an_answer_that_excuses_takes_the_line_out_of_the_count_only(town: Town) -> None:
    town.sign_in(town.people[1:])
    say(town, "not-present")
    assert seen(town).not_present_count == 1
    say(town, "not-present", excuses=True)
    found = seen(town)
    assert found.not_present_count == 0
    (line,) = found.not_present
    assert [said.excuses for said in line.answers] == [False, True]


def test_only_a_line_that_stands_is_answered(town: Town) -> None:
    town.sign_in(town.people[:1])
    with pytest.raises(rules.NotOnTheList):
        say(town, "not-present")
    say(town, "not-working")


def test_people_answer_for_themselves_and_excuse_nobody(town: Town) -> None:
    given = {"community": FENGLIN, "day": DAY, "gap": "not-present", "at": EVENING}
    answer(town.local, member=town.world.local, words="bus", **given)  # type: ignore[arg-type]
    with pytest.raises(rules.ExcusesNobody):
        answer(town.local, member=town.world.local, words="bus", excuses=True, **given)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        answer(town.local, member=town.people[0], words="bus", **given)  # type: ignore[arg-type]
    with pytest.raises(rules.WordsMissing):
        answer(town.local, member=town.world.local, words=" ", **given)  # type: ignore[arg-type]
    assert {said.recorded_by for line in seen(town).not_present for said in line.answers} == {
        town.local.account
    }


def test_the_liaison_answers_for_people_of_the_own_unit_only(town: Town) -> None:
    given = {"community": FENGLIN, "day": DAY, "gap": "not-present", "at": EVENING}
    answer(town.liaison, member=town.people[0], words="at the bureau", excuses=True, **given)  # type: ignore[arg-type]
    neighbour = town.world.members[NEIGHBOUR]
    town.sign_in([neighbour])
    with pytest.raises(Forbidden):
        answer(town.liaison, member=neighbour, words="no idea", **given)  # type: ignore[arg-type]
    assert seen(town).not_present_count == 10


def test_each_reader_counts_what_lies_in_the_scope(town: Town) -> None:
    town.sign_in()
    check_in(
        town.outsider, entries=[entry(town.world.members[NEIGHBOUR], community=ZISONG)], at=EVENING
    )
    for scope, expected, present in (
        (town.headquarters, 11, 11),
        (town.liaison, 11, 11),
        (town.outsider, 0, 0),
        (town.local, 1, 1),
    ):
        found = funnel(scope, incident=town.incident, day=DAY)
        assert (found.expected, found.present) == (expected, present), scope.role


def test_one_community_of_several_is_asked_for(town: Town) -> None:
    town.sign_in()
    town.sign_in([town.world.members[NEIGHBOUR]], clock_at(8, 0))
    found = funnel(town.headquarters, incident=town.incident, day=DAY, community=ZISONG)
    assert found.present == 0
    found = funnel(town.headquarters, incident=town.incident, day=DAY, community=FENGLIN)
    assert (found.present, len(found.unreported)) == (11, 1)
