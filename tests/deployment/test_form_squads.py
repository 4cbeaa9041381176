"""Squads are cut out of a team by rule, and formed anew in one step."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections, transaction

from tests.deployment.crew import Crew
from tests.mobilisation.cast import EVE, FIRST, HERE, MORNING, THERE, clock_at
from tests.mobilisation.test_excuse import excused
from tests.mobilisation.test_join_on_the_spot import join
from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.deployment import figures, rules
from xiachen.deployment.models import Squad, SquadMember
from xiachen.deployment.operations.squads import form_squads, join_grid, move_to_squad
from xiachen.deployment.operations.teams import add_members, assign_team, form_team, remove_member
from xiachen.deployment.queries.squads import squads_of
from xiachen.figures.figure import Cutoff
from xiachen.privacy.models import AuditEntry


def form(crew: Crew, **other: Any) -> list[Squad]:
    given: dict[str, Any] = {
        "community": HERE,
        "team": crew.team.pk,
        "count": 4,
        "at": MORNING,
        **other,
    }
    return form_squads(given.pop("scope", crew.leader), **given)


def sizes(crew: Crew) -> list[int]:
    return [len(line.members) for line in squads_of(crew.leader, community=HERE)]


def test_eleven_people_make_four_squads_each_in_its_grid(crew: Crew) -> None:
    form(crew, grids=crew.grids)
    lines = squads_of(crew.leader, community=HERE, team=crew.team.pk)
    assert [len(line.members) for line in lines] == [3, 3, 3, 2]
    assert [line.squad.grid_id for line in lines] == crew.grids
    assert {member for line in lines for member in line.members} == set(crew.people)
    assert all(name for line in lines for name in line.names)


def test_the_bulletin_prints_the_number_and_beside_it_the_sizes(crew: Crew) -> None:
    form(crew)
    cutoff = Cutoff(incident=crew.cast.incident.pk, day=FIRST, occurred_until=clock_at(23))
    assert figures.SQUADS.value(crew.leader, cutoff) == 4
    assert figures.SQUADS.beside is not None
    assert figures.SQUADS.beside(crew.leader, cutoff) == "3/3/3/2"
    assert figures.SQUADS.value(crew.cast.outsider, cutoff) == 0
    assert figures.SQUADS.beside(crew.cast.outsider, cutoff) == ""


def test_forming_anew_dissolves_what_stood_and_keeps_what_was(crew: Crew) -> None:
    form(crew)
    form(crew, count=5, at=clock_at(12))
    assert sizes(crew) == [3, 2, 2, 2, 2]
    then = squads_of(crew.leader, community=HERE, at=clock_at(10))
    assert [len(line.members) for line in then] == [3, 3, 3, 2]
    assert SquadMember.objects.filter(left_at=None).count() == 11


def test_a_refused_split_leaves_the_former_squads_standing(crew: Crew) -> None:
    form(crew)
    with pytest.raises(rules.SplitImpossible), transaction.atomic():
        form(crew, count=3)
    assert sizes(crew) == [3, 3, 3, 2]


def test_whoever_is_excused_is_not_divided(crew: Crew) -> None:
    excused(crew.cast, member=crew.people[3])
    form(crew)
    assert sizes(crew) == [3, 3, 2, 2]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda crew: {"count": 3}, rules.SplitImpossible),
        (lambda crew: {"count": 6}, rules.SplitImpossible),
        (lambda crew: {"smallest": 6, "largest": 7}, rules.NoSplit),
        (lambda crew: {"smallest": 3, "largest": 2}, rules.SizesCrossed),
        (lambda crew: {"grids": [*crew.grids, crew.grids[0]]}, rules.MoreGridsThanSquads),
        (lambda crew: {"grids": [uuid4()]}, NotFound),
        (lambda crew: {"team": uuid4()}, NotFound),
        (lambda crew: {"scope": crew.cast.outsider}, Forbidden),
        (lambda crew: {"scope": crew.cast.secretary}, Forbidden),
        (lambda crew: {"community": THERE}, Forbidden),
        (
            lambda crew: {
                "scope": crew.cast.leader(crew.team.pk, places=((THERE, THERE),)),
                "community": THERE,
            },
            rules.NotAssigned,
        ),
    ],
)
def test_squads_that_cannot_be_are_refused_and_nothing_is_half_written(
    crew: Crew, change: Any, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal), transaction.atomic():
        form(crew, **change(crew))
    assert not Squad.objects.exists()
    assert not AuditEntry.objects.filter(action="deployment.form-squads").exists()


def test_nobody_is_in_squads_of_two_communities_on_the_same_day(crew: Crew) -> None:
    form(crew)
    cast, shared = crew.cast, crew.people[:2]
    for person in shared:
        join(cast, scope=cast.outsider, community=THERE, member=person)
    other = form_team(
        cast.organiser, type="assault-team", name="突击队", formed_on=FIRST, at=MORNING
    )
    add_members(cast.organiser, team=other.pk, members=shared, from_day=FIRST)
    assign_team(cast.organiser, team=other.pk, community=THERE, from_day=FIRST)
    there = cast.leader(other.pk, places=((THERE, THERE),))
    with pytest.raises(rules.InSquadElsewhere) as refused:
        form(crew, scope=there, community=THERE, team=other.pk, count=1)
    assert refused.value.members == tuple(sorted(shared))


def test_a_person_moves_from_one_squad_to_another_of_the_team(crew: Crew) -> None:
    *_, last = form(crew)
    mover = squads_of(crew.leader, community=HERE)[0].members[0]
    move_to_squad(crew.leader, community=HERE, squad=last.pk, member=mover, at=clock_at(9))
    assert sizes(crew) == [2, 3, 3, 3]
    again = move_to_squad(crew.leader, community=HERE, squad=last.pk, member=mover, at=clock_at(9))
    assert again.squad_id == last.pk
    assert sizes(crew) == [2, 3, 3, 3]


def test_only_people_of_the_team_who_belong_here_move(crew: Crew) -> None:
    first, *_ = form(crew)

    def move(member: Any, **other: Any) -> None:
        scope = other.pop("scope", crew.leader)
        with transaction.atomic():
            move_to_squad(scope, community=HERE, squad=first.pk, member=member, at=MORNING)

    with pytest.raises(rules.NotInTeam):
        move(crew.cast.stranger)
    with pytest.raises(Forbidden):
        move(crew.people[0], scope=crew.cast.outsider)
    excused(crew.cast, member=crew.people[5])
    with pytest.raises(rules.NotHere):
        move(crew.people[5])
    remove_member(crew.cast.organiser, team=crew.team.pk, member=crew.people[6], last_day=EVE)
    with pytest.raises(rules.NotInTeam):
        move(crew.people[6])


def test_a_squad_joins_a_grid_of_its_own_community_only(crew: Crew) -> None:
    first, *_ = form(crew)
    assert join_grid(crew.leader, community=HERE, squad=first.pk, grid=crew.grids[2]).grid
    assert join_grid(crew.leader, community=HERE, squad=first.pk, grid=None).grid is None
    with pytest.raises(NotFound):
        join_grid(crew.leader, community=HERE, squad=first.pk, grid=uuid4())
    with pytest.raises(NotFound):
        join_grid(crew.leader, community=HERE, squad=uuid4(), grid=crew.grids[2])


def test_of_two_who_form_squads_at_once_one_set_stands(committed: Crew) -> None:
    together, faults = Barrier(2), []

    def divide(count: int) -> None:
        together.wait()
        try:
            form(committed, count=count, at=MORNING + timedelta(minutes=count))
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    leaders = [Thread(target=divide, args=(count,)) for count in (4, 5)]
    for one in leaders:
        one.start()
    for one in leaders:
        one.join()
    assert faults == []
    assert sorted(sizes(committed)) in ([2, 3, 3, 3], [2, 2, 2, 2, 3])
    assert SquadMember.objects.filter(left_at=None).count() == 11
