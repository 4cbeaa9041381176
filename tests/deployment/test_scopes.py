"""A grant becomes a scope: whom and what it reaches, and what that costs."""

from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.deployment.crew import Crew
from tests.deployment.test_teams import team_of
from tests.mobilisation.cast import EVE, FIRST, HERE, THERE
from xiachen.attendance.queries.records import reaches
from xiachen.base.ids import uuid7
from xiachen.deployment.operations.teams import add_members, assign_team, remove_member
from xiachen.deployment.queries.scopes import scope_of
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.queries.members import members_reached
from xiachen.privacy.scope import Role, Scope

ONE = (HERE, HERE)


def scope(crew: Crew, role: Role, *, member: UUID | None = None, **reach: object) -> Scope:
    account = Account(id=uuid7(), username=str(role), member_id=member)
    grant = Grant(account=account, role=role, incident=crew.cast.incident.pk, **reach)
    return scope_of(grant, day=FIRST)


def reached(scope: Scope) -> set[UUID]:
    return set(members_reached(scope).values_list("pk", flat=True))


def test_a_place_reaches_by_name_whoever_is_enrolled_in_it(crew: Crew) -> None:
    here = scope(crew, Role.SECRETARY, division=HERE)
    assert here.places == (ONE,)
    assert set(crew.people) <= reached(here)
    assert not set(crew.people) & reached(scope(crew, Role.SECRETARY, division=THERE))
    assert set(crew.people) <= reached(scope(crew, Role.STREET, division=420111002000))


def test_a_place_does_not_reach_their_records_elsewhere(crew: Crew) -> None:
    here = scope(crew, Role.SECRETARY, division=HERE)
    assert reaches(here, community=HERE, member=crew.people[0])
    assert not reaches(here, community=THERE, member=crew.people[0])


def test_a_role_without_sight_of_people_reaches_nobody(crew: Crew) -> None:
    assert not reached(scope(crew, Role.INSPECTOR, division=HERE))


def test_a_leader_reaches_the_team_with_those_within_it_wherever_they_are(crew: Crew) -> None:
    sub = team_of(crew.cast, parent=crew.team.pk)
    add_members(crew.cast.organiser, team=sub.pk, members=[crew.cast.stranger], from_day=EVE)
    assign_team(crew.cast.organiser, team=sub.pk, community=THERE, from_day=EVE)
    leads = scope(crew, Role.TEAM_LEADER, member=crew.people[0], team=crew.team.pk)
    assert leads.teams == {crew.team.pk, sub.pk}
    assert leads.places == ((THERE, THERE), ONE)
    assert leads.members == {*crew.people, crew.cast.stranger}
    assert reaches(leads, community=441602004005, member=crew.people[5])
    smaller = scope(crew, Role.SQUAD_LEADER, member=crew.people[0], team=sub.pk)
    assert smaller.teams == {sub.pk}
    assert smaller.places == ((THERE, THERE),)


def test_an_assignment_counts_on_its_days_and_a_membership_for_ever(crew: Crew) -> None:
    later = team_of(crew.cast, name="后队")
    add_members(crew.cast.organiser, team=later.pk, members=crew.people[:2], from_day=EVE)
    remove_member(crew.cast.organiser, team=later.pk, member=crew.people[1], last_day=EVE)
    leads = scope(crew, Role.TEAM_LEADER, team=later.pk)
    assert leads.places == ()
    assert leads.members == set(crew.people[:2])


def test_a_member_reaches_places_of_stays_and_the_names_of_the_own_team(crew: Crew) -> None:
    own = scope(crew, Role.MEMBER, member=crew.people[3])
    assert own.places == (ONE,)
    assert reached(own) == set(crew.people)
    other = scope(crew, Role.MEMBER, member=crew.cast.stranger)
    assert other.places == ()
    assert reached(other) == {crew.cast.stranger}


def test_a_scope_without_an_incident_reaches_nobody_by_enrolment(crew: Crew) -> None:
    account = Account(id=uuid7(), username="street")
    grant = Grant(account=account, role=Role.STREET, division=HERE)
    everywhere = scope_of(grant, day=FIRST)
    assert crew.people[0] not in reached(everywhere)
    looked_at = scope_of(grant, day=FIRST, incident=crew.cast.incident.pk)
    assert crew.people[0] in reached(looked_at)


def test_a_scope_costs_one_statement_at_most_however_many_people_there_are(crew: Crew) -> None:
    for expected, role, reach in (
        (0, Role.SECRETARY, {"division": HERE}),
        (0, Role.HEADQUARTERS, {"division": 0}),
        (1, Role.TEAM_LEADER, {"team": crew.team.pk}),
        (1, Role.MEMBER, {"member": crew.people[0]}),
        (1, Role.LIAISON, {"organisation_id": crew.cast.department.pk}),
    ):
        with CaptureQueriesContext(connection) as asked:
            made = scope(crew, role, **reach)  # type: ignore[arg-type]
            repr(made)
        assert len(asked) == expected, (role, [one["sql"] for one in asked])
