"""Many teams at once: formed within each other, filled and assigned, one answer for each."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.deployment.crew import Crew
from tests.deployment.test_teams import team_of
from tests.mobilisation.cast import EVE, FIRST, HERE, MORNING, THERE
from xiachen.base.errors import Forbidden, Invalid, NotFound, Outcome
from xiachen.deployment import rules
from xiachen.deployment.models import Assignment, Membership, Team
from xiachen.deployment.operations.assigning import AssignmentEntry, assign_teams
from xiachen.deployment.operations.forming import TeamEntry, form_teams
from xiachen.deployment.operations.joining import MembershipEntry, join_teams
from xiachen.deployment.queries.trees import team_tree
from xiachen.privacy.models import AuditEntry


def entry(name: str, **other: Any) -> TeamEntry:
    return TeamEntry(**{"type": "volunteer-team", "name": name, "formed_on": EVE, **other})


def nested(levels: int) -> list[TeamEntry]:
    """A chain of teams, each within the one before."""
    chain: list[TeamEntry] = []
    for level in range(levels):
        chain.append(entry(f"第{level}层", parent=chain[-1].id if chain else None))
    return chain


def codes(outcomes: list[Outcome]) -> list[str]:
    return [
        one.refusal.code if one.refusal else "new" if one.new else "already" for one in outcomes
    ]


def joins(team: UUID, members: list[UUID], **other: Any) -> list[MembershipEntry]:
    given: dict[str, Any] = {"from_day": FIRST, **other}
    return [MembershipEntry(team=team, member=one, **given) for one in members]


def statements(act: Any) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert all(one.new for one in act())
    return len(asked)


def test_four_levels_are_formed_in_one_call_and_again_changes_nothing(crew: Crew) -> None:
    chain = nested(4)
    assert codes(form_teams(crew.cast.organiser, entries=chain, at=MORNING)) == ["new"] * 4
    assert codes(form_teams(crew.cast.organiser, entries=chain, at=MORNING)) == ["already"] * 4
    (top,) = (one for one in team_tree(crew.cast.organiser, day=FIRST) if one.team.name == "第0层")
    names = []
    while top:
        names.append(top.team.name)
        top = top.children[0] if top.children else None  # type: ignore[assignment]
    assert names == ["第0层", "第1层", "第2层", "第3层"]
    assert AuditEntry.objects.filter(action="deployment.form-team").count() == 2  # with the crew's


def test_each_team_is_answered_for_by_itself(crew: Crew) -> None:
    entries = [
        entry("甲"),
        entry("甲"),
        entry("乙", type="choir"),
        entry(" "),
        entry("丙", parent=uuid4()),
        entry("丁", organisation=uuid4()),
        entry("支援工作组"),
        entry("戊", parent=crew.team.pk),
    ]
    found = codes(form_teams(crew.cast.organiser, entries=entries, at=MORNING))
    assert found == [
        "new",
        rules.NameTaken.code,
        rules.UnknownType.code,
        Invalid.code,
        NotFound.code,
        NotFound.code,
        rules.NameTaken.code,
        "new",
    ]
    assert Team.objects.count() == 3


def test_what_stands_within_a_refused_team_is_refused(crew: Crew) -> None:
    top = entry("支援工作组")
    found = codes(
        form_teams(crew.cast.organiser, entries=[top, entry("内", parent=top.id)], at=MORNING)
    )
    assert found == [rules.NameTaken.code, NotFound.code]


def test_a_leader_forms_teams_within_the_own_one_only(crew: Crew) -> None:
    entries = [entry("顶"), entry("内", parent=crew.team.pk)]
    assert codes(form_teams(crew.leader, entries=entries, at=MORNING)) == [Forbidden.code, "new"]
    with pytest.raises(Forbidden), transaction.atomic():
        form_teams(crew.cast.secretary, entries=entries, at=MORNING)


def test_people_join_several_teams_in_one_call(crew: Crew) -> None:
    one, two = (team_of(crew.cast, name=name) for name in ("一队", "二队"))
    entries = [
        *joins(one.pk, crew.people[:1], post="leader"),
        *joins(one.pk, crew.people[:3]),
        *joins(one.pk, crew.people[1:2], post="leader"),
        *joins(two.pk, crew.people[2:4]),
        *joins(two.pk, [uuid4()]),
        *joins(two.pk, crew.people[4:5], post="captain"),
        *joins(uuid4(), crew.people[:1]),
    ]
    assert codes(join_teams(crew.cast.organiser, entries=entries)) == [
        "new",
        rules.InTeamAlready.code,
        "new",
        "new",
        rules.InTeamAlready.code,
        "new",
        "new",
        NotFound.code,
        Invalid.code,
        NotFound.code,
    ]
    assert Membership.objects.filter(team=one).count() == 3
    assert (
        codes(join_teams(crew.cast.organiser, entries=joins(two.pk, crew.people[2:4])))
        == ["already"] * 2
    )


def test_an_outsider_reaches_no_team_of_others(crew: Crew) -> None:
    foreign = crew.cast.leader(uuid4(), places=((THERE, THERE),))
    entries = joins(crew.team.pk, [crew.cast.stranger])
    assert codes(join_teams(foreign, entries=entries)) == [NotFound.code]
    sent = [AssignmentEntry(team=crew.team.pk, community=THERE, from_day=FIRST)]
    assert codes(assign_teams(foreign, entries=sent)) == [NotFound.code]


def test_teams_are_assigned_each_by_itself(crew: Crew) -> None:
    one, two = (team_of(crew.cast, name=name) for name in ("一队", "二队"))
    sent = [
        AssignmentEntry(team=team, community=community, from_day=FIRST)
        for team, community in (
            (one.pk, HERE),
            (one.pk, HERE),
            (one.pk, THERE),
            (two.pk, THERE),
            (crew.team.pk, HERE),
            (two.pk, 999_999_999_999),
            (uuid4(), HERE),
        )
    ]
    assert codes(assign_teams(crew.cast.organiser, entries=sent)) == [
        "new",
        "already",
        rules.TeamElsewhere.code,
        "new",
        rules.AssignedAlready.code,
        Forbidden.code,
        NotFound.code,
    ]
    assert Assignment.objects.filter(team__in=[one.pk, two.pk]).count() == 2


def test_as_many_statements_for_two_hundred_teams_as_for_two(crew: Crew) -> None:
    scope = crew.cast.organiser
    few, many = ([entry(f"{n}号{size}队") for n in range(size)] for size in (2, 200))
    counts = [
        statements(lambda made=made: form_teams(scope, entries=made, at=MORNING))
        for made in (few, many)
    ]
    assert counts[0] == counts[1]
    counts = [
        statements(
            lambda made=made: join_teams(
                scope, entries=[row for one in made for row in joins(one.id, crew.people)]
            )
        )
        for made in (few, many)
    ]
    assert counts[0] == counts[1]
    counts = [
        statements(
            lambda made=made: assign_teams(
                scope,
                entries=[
                    AssignmentEntry(team=one.id, community=HERE, from_day=FIRST) for one in made
                ],
            )
        )
        for made in (few, many)
    ]
    assert counts[0] == counts[1]
