"""Teams are formed, led, sent to a community; a person may be in several."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from tests.deployment.crew import Crew
from tests.mobilisation.cast import EVE, FIRST, HERE, MORNING, THERE, Cast, clock_at
from xiachen.base import clock
from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.deployment import figures, rules
from xiachen.deployment.models import Assignment, Membership, Team, TeamType
from xiachen.deployment.operations.squads import form_squads
from xiachen.deployment.operations.teams import (
    add_members,
    assign_team,
    disband_team,
    end_assignment,
    form_team,
    link_branch,
    remove_member,
    set_post,
)
from xiachen.deployment.operations.types import add_team_type, install_team_types
from xiachen.deployment.queries import teams as queries
from xiachen.deployment.queries.squads import squads_of
from xiachen.deployment.queries.trees import team_tree
from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.queries.stays import expected_on
from xiachen.people.models.units import PartyOrganisation
from xiachen.people.operations.branches import form_branch
from xiachen.privacy.models import AuditEntry


def team_of(cast: Cast, **other: Any) -> Team:
    given: dict[str, Any] = {
        "type": "assault-team",
        "name": "突击队",
        "formed_on": EVE,
        "at": MORNING,
        **other,
    }
    return form_team(given.pop("scope", cast.organiser), **given)


def test_the_tree_shows_teams_within_teams_with_their_posts(crew: Crew) -> None:
    sub = team_of(crew.cast, scope=crew.leader, parent=crew.team.pk)
    scope = crew.cast.leader(crew.team.pk, sub.pk)
    assert add_members(scope, team=sub.pk, members=crew.people[:2], from_day=FIRST)[0].new
    set_post(scope, team=crew.team.pk, member=crew.people[1], post="deputy", day=FIRST)
    (top,) = team_tree(scope, day=FIRST)
    assert top.leader is not None and top.leader.member_id == crew.people[0]
    assert [one.member_id for one in top.deputies] == [crew.people[1]]
    assert len(top.members) == 9
    assert [child.team for child in top.children] == [sub]
    assert len(top.people) == 11
    assert [one.community_id for one in top.communities] == [HERE]


def test_a_person_is_in_several_teams_at_once(crew: Crew) -> None:
    other = team_of(crew.cast)
    scope = crew.cast.organiser
    add_members(scope, team=other.pk, members=crew.people[:1], from_day=FIRST)
    held = queries.teams_of_member(scope, member=crew.people[0], day=FIRST)
    assert {one.team_id for one in held} == {crew.team.pk, other.pk}


def test_added_again_a_member_is_known_and_another_post_is_refused(crew: Crew) -> None:
    known, unknown, other = (
        add_members(crew.cast.organiser, team=crew.team.pk, members=[one], from_day=EVE)[0]
        for one in (crew.people[1], uuid4(), crew.people[0])
    )
    assert known.already
    assert isinstance(unknown.refusal, NotFound)
    assert isinstance(other.refusal, rules.InTeamAlready)


def test_a_team_has_one_leader_at_a_time(crew: Crew) -> None:
    scope, team = crew.cast.organiser, crew.team.pk
    with pytest.raises(rules.TwoLeaders), transaction.atomic():
        set_post(scope, team=team, member=crew.people[1], post="leader", day=FIRST)
    outcome = add_members(
        scope, team=team, members=[crew.cast.stranger], from_day=FIRST, post="leader"
    )[0]
    assert outcome.refusal is not None
    set_post(scope, team=team, member=crew.people[0], post="member", day=FIRST)
    set_post(scope, team=team, member=crew.people[1], post="leader", day=FIRST)
    posts = {one.member_id: one.post for one in queries.memberships(scope, team=team, day=FIRST)}
    assert posts[crew.people[1]] == "leader" and posts[crew.people[0]] == "member"
    before = queries.memberships(scope, team=team, day=EVE)
    assert {one.member_id: one.post for one in before}[crew.people[0]] == "leader"


def test_whoever_leaves_is_in_the_team_until_the_last_day(crew: Crew) -> None:
    scope, team = crew.cast.organiser, crew.team.pk
    remove_member(scope, team=team, member=crew.people[2], last_day=FIRST)
    assert len(queries.memberships(scope, team=team, day=FIRST)) == 11
    assert len(queries.memberships(scope, team=team, day=FIRST + timedelta(days=1))) == 10
    with pytest.raises(rules.NotInTeam):
        remove_member(scope, team=team, member=crew.people[2], last_day=FIRST)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda crew: {"type": "choir"}, rules.UnknownType),
        (lambda crew: {"name": "   "}, Invalid),
        (lambda crew: {"name": "支援工作组"}, rules.NameTaken),
        (lambda crew: {"parent": uuid4()}, NotFound),
        (lambda crew: {"organisation": uuid4()}, NotFound),
        (lambda crew: {"branch": uuid4()}, NotFound),
        (lambda crew: {"scope": crew.leader}, Forbidden),
        (lambda crew: {"scope": crew.cast.secretary}, Forbidden),
        (lambda crew: {"scope": crew.cast.member(crew.people[0])}, Forbidden),
    ],
)
def test_a_team_that_cannot_be_is_refused(crew: Crew, change: Any, refusal: type[Refused]) -> None:
    with pytest.raises(refusal), transaction.atomic():
        team_of(crew.cast, **change(crew))
    assert Team.objects.count() == 1


def test_a_team_is_assigned_to_a_community_once_and_to_one_at_a_time(crew: Crew) -> None:
    scope, team = crew.cast.organiser, crew.team.pk
    with pytest.raises(rules.AssignedAlready):
        assign_team(scope, team=team, community=HERE, from_day=FIRST)
    with pytest.raises(rules.TeamElsewhere):
        assign_team(scope, team=team, community=THERE, from_day=FIRST)
    with pytest.raises(rules.DatesCrossed):
        end_assignment(scope, team=team, community=HERE, last_day=EVE - timedelta(days=1))
    end_assignment(scope, team=team, community=HERE, last_day=FIRST)
    assign_team(scope, team=team, community=THERE, from_day=FIRST + timedelta(days=1))
    assert Assignment.objects.filter(team=team).count() == 2


def test_a_team_divided_into_sub_teams_works_in_several_communities(crew: Crew) -> None:
    team_of(crew.cast, parent=crew.team.pk)
    assert assign_team(crew.cast.organiser, team=crew.team.pk, community=THERE, from_day=FIRST)


def test_an_outsider_sees_no_team_and_changes_none(crew: Crew) -> None:
    outsider = crew.cast.outsider
    assert team_tree(outsider, day=FIRST) == []
    assert queries.memberships(outsider, team=crew.team.pk, day=FIRST) == []
    assert squads_of(outsider, community=HERE) == []
    foreign = crew.cast.leader(uuid4(), places=((THERE, THERE),))
    with pytest.raises(NotFound):
        add_members(foreign, team=crew.team.pk, members=crew.people, from_day=FIRST)
    assert Membership.objects.count() == 11


def test_a_member_sees_the_teams_he_or_she_is_in(crew: Crew) -> None:
    own = crew.cast.member(crew.people[4])
    assert [node.team for node in team_tree(own, day=FIRST)] == [crew.team]
    assert team_tree(crew.cast.member(crew.cast.stranger), day=FIRST) == []


def test_the_list_of_types_is_open_and_installed_once(crew: Crew) -> None:
    count = TeamType.objects.count()
    install_team_types()
    assert TeamType.objects.count() == count
    scope = crew.cast.organiser
    added = add_team_type(scope, code="boat-team", name="冲锋舟队", name_en="boat team")
    assert add_team_type(scope, code="boat-team", name="冲锋舟队", name_en="boat team") == added
    with pytest.raises(rules.TypeTaken):
        add_team_type(scope, code="boat-team", name="别名", name_en="boat team")
    assert team_of(crew.cast, type="boat-team").type == added


def disband(crew: Crew, **other: Any) -> Team:
    given: dict[str, Any] = {"team": crew.team.pk, "last_day": FIRST, "at": clock_at(20), **other}
    return disband_team(given.pop("scope", crew.cast.organiser), **given)


def test_a_team_ends_with_its_people_places_and_squads(crew: Crew) -> None:
    form_squads(
        crew.leader, community=HERE, team=crew.team.pk, count=4, grids=crew.grids, at=clock_at(9)
    )
    disband(crew)
    scope, later = crew.cast.organiser, FIRST + timedelta(days=1)
    assert [node.team for node in team_tree(scope, day=FIRST)] == [crew.team]
    assert team_tree(scope, day=later) == []
    assert queries.memberships(scope, team=crew.team.pk, day=later) == []
    assert not queries.assignments(scope, day=later).exists()
    assert squads_of(scope, community=HERE) == []
    assert len(squads_of(scope, community=HERE, at=clock_at(19))) == 4
    assert AuditEntry.objects.get(action="deployment.disband-team").targets == [crew.team.pk]


def test_the_people_of_a_disbanded_team_stay_where_they_were_sent(crew: Crew) -> None:
    disband(crew)
    assert expected_on(crew.cast.secretary, day=FIRST + timedelta(days=1)).count() == 11


def test_a_disbanded_team_counts_on_its_last_day_and_not_after(crew: Crew) -> None:
    disband(crew)
    for day, number in ((FIRST, 1), (FIRST + timedelta(days=1), 0)):
        at = Cutoff(
            incident=crew.cast.incident.pk, day=day, occurred_until=clock.on_day(day, time.max)
        )
        assert figures.TEAMS.value(crew.cast.organiser, at) == number


def test_squads_formed_after_the_last_day_never_stood(crew: Crew) -> None:
    form_squads(crew.leader, community=HERE, team=crew.team.pk, count=4, at=clock_at(9))
    Membership.objects.filter(team=crew.team).update(from_day=EVE)
    disband(crew, last_day=EVE)
    assert squads_of(crew.cast.organiser, community=HERE, at=clock_at(10)) == []


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda crew: {"scope": crew.leader}, Forbidden),
        (lambda crew: {"scope": crew.cast.secretary}, Forbidden),
        (lambda crew: {"scope": crew.cast.leader(uuid4(), places=())}, NotFound),
        (lambda crew: {"last_day": FIRST + timedelta(days=1)}, rules.NotOver),
        (lambda crew: {"last_day": EVE}, rules.DatesCrossed),
    ],
)
def test_a_team_that_cannot_be_disbanded_stays(
    crew: Crew, change: Any, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal), transaction.atomic():
        disband(crew, **change(crew))
    assert not Team.objects.exclude(disbanded_on=None).exists()
    assert Membership.objects.filter(to_day=None).count() == 11


def test_teams_within_go_first_and_their_leader_disbands_them(crew: Crew) -> None:
    sub = team_of(crew.cast, scope=crew.leader, parent=crew.team.pk)
    with pytest.raises(rules.TeamsWithin), transaction.atomic():
        disband(crew)
    with pytest.raises(Forbidden), transaction.atomic():
        disband(crew, scope=crew.cast.leader(sub.pk, places=()), team=sub.pk)
    disband(crew, scope=crew.cast.leader(crew.team.pk, sub.pk), team=sub.pk)
    assert disband(crew).disbanded_on == FIRST
    with pytest.raises(rules.Disbanded):
        disband(crew)


def branch_of(crew: Crew) -> PartyOrganisation:
    world = crew.cast.world
    return form_branch(
        world.system,
        incident=world.incident.pk,
        name="支援工作组临时党支部",
        approved_by=world.committee.pk,
        approved_on=EVE,
        members=crew.people[:4],
        secretary=crew.people[0],
        deputies=[crew.people[1]],
    )


def test_a_branch_is_linked_to_its_team_and_taken_off(crew: Crew) -> None:
    branch = branch_of(crew)
    link_branch(crew.leader, team=crew.team.pk, branch=branch.pk, day=FIRST)
    assert Team.objects.get(pk=crew.team.pk).branch == branch
    link_branch(crew.leader, team=crew.team.pk, branch=None, day=FIRST)
    assert Team.objects.get(pk=crew.team.pk).branch is None


def test_only_a_branch_that_stands_and_is_reached_can_be_linked(crew: Crew) -> None:
    branch = branch_of(crew)
    for scope, given, day in (
        (crew.leader, uuid4(), FIRST),
        (crew.leader, crew.cast.world.committee.pk, FIRST),
        (crew.leader, branch.pk, EVE - timedelta(days=1)),
        (replace(crew.leader, members=frozenset(), member=None), branch.pk, FIRST),
    ):
        with pytest.raises(NotFound), transaction.atomic():
            link_branch(scope, team=crew.team.pk, branch=given, day=day)
    assert Team.objects.get(pk=crew.team.pk).branch is None
