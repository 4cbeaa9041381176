"""About whom somebody may write: those whom they reach on that day, and whoever turns up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.attendance.town import EVENING, MORNING, Town, clock_at
from tests.attendance.town import entry as sign_in_entry
from tests.sync.holding import Holding
from tests.world import BEFORE, DAY, FENGLIN, NEIGHBOUR, OUTSIDER, SECRETARY, WORKERS
from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.injuries import Injury
from xiachen.attendance.models.records import CheckIn, WorkRecord
from xiachen.attendance.operations.check_ins import check_in
from xiachen.attendance.operations.health import HealthEntry, state_health, state_health_all
from xiachen.attendance.operations.injuries import InjuryEntry, record_injury
from xiachen.attendance.operations.work import WorkEntry, record_work
from xiachen.attendance.rules.reaching import NobodyOfTheirs
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.deployment.models import Membership
from xiachen.people.models.members import OffDuty
from xiachen.privacy.scope import Role, Scope

STRANGERS = (OUTSIDER, SECRETARY, NEIGHBOUR)


def leader(holding: Holding) -> Scope:
    """Whoever leads the team at work in Fenglin."""
    return replace(
        holding.town.worker,
        role=Role.TEAM_LEADER,
        organisations=frozenset(),
        account=uuid7(),
        member=holding.leader,
        places=((FENGLIN, FENGLIN),),
        teams=frozenset({holding.team}),
        members=frozenset(
            Membership.objects.filter(team=holding.team).values_list("member_id", flat=True)
        ),
    )


def unwell(scope: Scope, member: UUID) -> Outcome:
    entry = HealthEntry(
        id=uuid7(), community=FENGLIN, member=member, occurred_at=clock_at(9, 0), well=False
    )
    return state_health(scope, entries=[entry], at=EVENING)[0]


def hurt(scope: Scope, member: UUID) -> Outcome:
    entry = InjuryEntry(
        id=uuid7(), community=FENGLIN, member=member, occurred_at=clock_at(9, 0), happened="fall"
    )
    return record_injury(scope, entries=[entry], at=EVENING)[0]


def worked(scope: Scope, member: UUID) -> Outcome:
    entry = WorkEntry(
        id=uuid7(), community=FENGLIN, member=member, occurred_at=clock_at(9, 0), kind="patrol"
    )
    return record_work(scope, entries=[entry], at=EVENING)[0]


@pytest.mark.parametrize("record", [unwell, hurt, worked])
@pytest.mark.parametrize("who", STRANGERS)
def test_a_leader_writes_nothing_about_strangers(
    holding: Holding, record: Callable[[Scope, UUID], Outcome], who: str
) -> None:
    outcome = record(leader(holding), holding.world.members[who])
    assert isinstance(outcome.refusal, NobodyOfTheirs)
    assert not OffDuty.objects.exists()
    assert not HealthStatement.objects.exists()
    assert not Injury.objects.exists()
    assert not WorkRecord.objects.exists()


@pytest.mark.parametrize("record", [unwell, hurt, worked])
def test_a_leader_writes_about_the_team_and_about_those_enrolled_here(
    holding: Holding, record: Callable[[Scope, UUID], Outcome]
) -> None:
    mates = Membership.objects.filter(team=holding.team).exclude(member=holding.leader)
    assert record(leader(holding), mates[0].member_id).new
    assert record(leader(holding), holding.world.local).new
    assert record(leader(holding), holding.leader).new


@pytest.mark.parametrize("record", [unwell, hurt, worked])
def test_whoever_turned_up_that_day_is_written_about(
    holding: Holding, record: Callable[[Scope, UUID], Outcome]
) -> None:
    stranger = holding.world.members[NEIGHBOUR]
    (outcome,) = check_in(leader(holding), entries=[sign_in_entry(stranger)], at=EVENING)
    assert outcome.new
    assert record(leader(holding), stranger).new


def test_a_sign_in_of_another_day_opens_nothing(holding: Holding) -> None:
    stranger = holding.world.members[NEIGHBOUR]
    before = sign_in_entry(stranger, clock_at(9, 0) - timedelta(days=2))
    assert check_in(leader(holding), entries=[before], at=EVENING)[0].new
    assert isinstance(unwell(leader(holding), stranger).refusal, NobodyOfTheirs)


def test_whoever_left_the_team_before_is_nobody_of_theirs(holding: Holding) -> None:
    stranger = holding.world.members[NEIGHBOUR]
    Membership.objects.create(
        team_id=holding.team, member_id=stranger, from_day=BEFORE, to_day=BEFORE
    )
    assert isinstance(unwell(leader(holding), stranger).refusal, NobodyOfTheirs)
    Membership.objects.filter(member=stranger).update(to_day=DAY)
    assert unwell(leader(holding), stranger).new


def test_the_community_writes_about_its_own_workers(holding: Holding) -> None:
    assert worked(holding.town.secretary, holding.world.members[WORKERS[0]]).new
    refused = worked(holding.town.worker, holding.world.members[OUTSIDER])
    assert isinstance(refused.refusal, NobodyOfTheirs)


def test_a_stranger_who_turns_up_is_signed_in_for_the_leader_to_look_at(holding: Holding) -> None:
    stranger, here = holding.world.members[OUTSIDER], holding.world.local
    entries = [sign_in_entry(stranger), sign_in_entry(here), sign_in_entry(holding.leader)]
    assert all(one.new for one in check_in(leader(holding), entries=entries, at=EVENING))
    doubtful = dict(CheckIn.objects.values_list("member", "doubtful"))
    assert doubtful == {stranger: True, here: False, holding.leader: False}


def test_asking_about_many_costs_the_same_statements_as_about_one(town: Town) -> None:
    counts = []
    for members in (town.people[:1], town.people[1:]):
        entries = [
            HealthEntry(id=uuid7(), community=FENGLIN, member=one, occurred_at=MORNING, well=True)
            for one in members
        ]
        scopes = {
            one.id: replace(town.worker, account=uuid7(), teams=frozenset({uuid7()}))
            for one in entries
        }
        with CaptureQueriesContext(connection) as captured:
            assert all(one.new for one in state_health_all(scopes, entries=entries, at=EVENING))
        counts.append(len([q["sql"] for q in captured if "SAVEPOINT" not in (q["sql"] or "")]))
    assert counts[0] == counts[1]
