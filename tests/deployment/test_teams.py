"""Teams are formed, led, sent to a community; a person may be in several."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from tests.deployment.crew import Crew
from tests.mobilisation.cast import EVE, FIRST, HERE, MORNING, THERE, Cast
from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.deployment import rules
from xiachen.deployment.models import Assignment, Membership, Team, TeamType
from xiachen.deployment.operations.teams import (
    add_members,
    assign_team,
    end_assignment,
    form_team,
    remove_member,
    set_post,
)
from xiachen.deployment.operations.types import add_team_type, install_team_types
from xiachen.deployment.queries import teams as queries
from xiachen.deployment.queries.squads import squads_of
from xiachen.deployment.queries.trees import team_tree


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
