"""Everybody goes home with a last health check and the community's thanks."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.deployment.crew import Crew
from tests.deployment.test_form_squads import form
from tests.mobilisation.cast import FIRST, HERE, MORNING, clock_at
from xiachen.base.errors import Forbidden, Outcome
from xiachen.deployment import figures, rules
from xiachen.deployment.models import SquadMember, Withdrawal
from xiachen.deployment.operations.withdrawals import WithdrawalEntry, view_returned, withdraw
from xiachen.deployment.queries.teams import memberships
from xiachen.figures.figure import Cutoff
from xiachen.figures.queries import verify_rollups
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.mobilisation.rules import stays as reporting
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import system_scope

EVENING = clock_at(18)


def leave(crew: Crew, *people: Any, **other: Any) -> list[Outcome]:
    given: dict[str, Any] = {
        "community": HERE,
        "members": [WithdrawalEntry(member=one, fit_on_leaving=True) for one in people],
        "thanks": "感谢各位同志",
        "occurred_at": EVENING,
        "at": EVENING,
        **other,
    }
    return withdraw(given.pop("scope", crew.leader), **given)


def test_who_goes_home_is_expected_in_no_team_and_no_squad_the_next_day(crew: Crew) -> None:
    form(crew)
    assert all(outcome.new for outcome in leave(crew, *crew.people[:3]))
    tomorrow = FIRST + timedelta(days=1)
    assert mobilisation.expected_on(crew.leader, day=FIRST).count() == 11
    assert mobilisation.expected_on(crew.leader, day=tomorrow).count() == 8
    team = memberships(crew.leader, team=crew.team.pk, day=tomorrow)
    assert len(team) == 8
    assert SquadMember.objects.filter(left_at=None).count() == 8
    first = Withdrawal.objects.order_by("pk")[0]
    assert first.thanks == "感谢各位同志" and first.fit_on_leaving


def test_said_again_nothing_changes(crew: Crew) -> None:
    leave(crew, crew.people[0])
    (again,) = leave(crew, crew.people[0])
    assert again.already
    assert Withdrawal.objects.count() == 1


def test_somebody_who_was_never_here_is_refused_beside_the_others(crew: Crew) -> None:
    good, bad, unknown = leave(crew, crew.people[0], crew.cast.stranger, uuid4())
    assert good.new
    assert isinstance(bad.refusal, rules.NotEnrolledHere)
    assert isinstance(unknown.refusal, rules.NotEnrolledHere)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"thanks": " "}, rules.ThanksMissing),
        ({"occurred_at": EVENING + timedelta(hours=1)}, reporting.InFuture),
    ],
)
def test_a_withdrawal_needs_thanks_and_a_time_that_has_come(
    crew: Crew, change: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), transaction.atomic():
        leave(crew, crew.people[0], **change)
    assert not Withdrawal.objects.exists()


def test_only_those_on_site_send_people_home(crew: Crew) -> None:
    for scope in (crew.cast.outsider, crew.cast.liaison, crew.cast.member(crew.people[0])):
        with pytest.raises(Forbidden):
            leave(crew, crew.people[0], scope=scope)


def test_the_figure_counts_who_has_gone_and_its_rollup_agrees(crew: Crew) -> None:
    leave(crew, *crew.people[:2])
    incident = crew.cast.incident.pk
    until = Cutoff(incident=incident, day=FIRST, occurred_until=clock_at(23))
    assert figures.WITHDRAWN.value(crew.leader, until) == 2
    assert figures.WITHDRAWN.value(crew.cast.outsider, until) == 0
    before = Cutoff(incident=incident, day=FIRST, occurred_until=MORNING)
    assert figures.WITHDRAWN.value(crew.leader, before) == 0
    wrong = verify_rollups(
        system_scope(incident), incident=incident, figures=figures.FIGURES, days=[FIRST]
    )
    assert wrong == []


def test_the_unit_sees_who_came_back_on_which_day_with_which_thanks(crew: Crew) -> None:
    leave(crew, *crew.people[:2])
    liaison = crew.cast.liaison
    cutoff = mobilisation.whole_day(liaison, FIRST)
    page = view_returned(liaison, cutoff=cutoff, number=1, size=50)
    assert {one.row.member for one in page.rows} == set(crew.people[:2])
    assert {one.row.thanks for one in page.rows} == {"感谢各位同志"}
    seen = AuditEntry.objects.get(action="deployment.view-returned")
    assert set(seen.targets) == set(crew.people[:2])
    assert view_returned(crew.cast.outsider, cutoff=cutoff, number=1, size=50).total == 0


def test_many_go_home_with_as_few_statements_as_one(crew: Crew) -> None:
    with CaptureQueriesContext(connection) as one:
        leave(crew, crew.people[0])
    with CaptureQueriesContext(connection) as many:
        leave(crew, *crew.people[1:5])
    assert len(many) <= len(one)
