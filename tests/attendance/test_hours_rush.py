"""Several at once: one day never counts more than it has, one person is sought for once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connections

from tests.attendance.test_duty import LATER, serve
from tests.attendance.test_health import entry
from tests.attendance.town import EVENING, Town, arrive
from tests.world import DAY, FENGLIN, World
from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.models.stand_ins import StandIn
from xiachen.attendance.operations.health import state_health
from xiachen.attendance.operations.hours import HoursEntry, correct_hours
from xiachen.attendance.operations.stand_ins import find_stand_in
from xiachen.attendance.queries.hours import hours_totals
from xiachen.base.errors import Refused
from xiachen.base.ids import uuid7
from xiachen.people.models.members import OffDuty


@pytest.fixture
def town(committed_world: World) -> Town:
    return arrive(committed_world)


def at_once(act: Callable[[int], str], times: int = 8) -> list[str]:
    def one(number: int) -> str:
        try:
            return act(number)
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(one, range(times)))


def test_corrections_at_once_leave_no_day_of_more_than_a_day(town: Town) -> None:
    member, scope = town.world.local, town.secretary
    serve(town, member, 0, 1, until=17)

    def correct(_number: int) -> str:
        more = HoursEntry(
            id=uuid7(), community=FENGLIN, member=member, day=DAY, minutes=240, reason="补记"
        )
        (outcome,) = correct_hours(scope, entries=[more], at=LATER)
        return outcome.refusal.code if outcome.refusal else "new"

    said = at_once(correct)
    assert sorted(said) == ["attendance.more-than-a-day"] * 5 + ["new"] * 3
    assert HoursCorrection.objects.count() == 3
    total = hours_totals(town.world.system, members=[member], day=DAY)[member]
    assert total.minutes == 21 * 60


def test_the_same_word_from_several_doors_seeks_one_stand_in(town: Town) -> None:
    member = town.world.local
    scopes = [town.local, town.worker]

    def say(number: int) -> str:
        given = [entry(member, well=False), entry(town.world.sent[number], well=False)]
        outcomes = state_health(scopes[1], entries=given[:: 1 if number % 2 else -1], at=EVENING)
        return "new" if all(one.new for one in outcomes) else "not"

    assert at_once(say) == ["new"] * 8
    assert OffDuty.objects.filter(member=member).count() == 1
    assert StandIn.objects.filter(member=member).count() == 1
    assert StandIn.objects.count() == 9


def test_one_person_stands_in_for_one_of_two_at_once(town: Town) -> None:
    helper = town.world.sent[9]
    given = [entry(one, well=False) for one in town.world.sent[:4]]
    state_health(town.worker, entries=given, at=EVENING)
    places: list[UUID] = list(StandIn.objects.order_by("pk").values_list("pk", flat=True))
    scope = town.secretary

    def find(number: int) -> str:
        find_stand_in(scope, place=places[number], member=helper, at=EVENING)
        return "found"

    assert sorted(at_once(find, 4)) == ["attendance.stands-in-already"] * 3 + ["found"]
    assert StandIn.objects.filter(found=helper).count() == 1
