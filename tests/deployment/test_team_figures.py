"""Teams by type, people in them, squads with a grid of their own, and what communities want."""

from typing import Any

import pytest

from tests.deployment.crew import Crew
from tests.deployment.test_form_squads import form
from tests.deployment.test_many_teams import entry, joins
from tests.deployment.test_strength import say
from tests.deployment.test_teams import team_of
from tests.mobilisation.cast import FIRST, HERE, MORNING, THERE, clock_at
from xiachen.deployment import figures
from xiachen.deployment.operations.forming import form_teams
from xiachen.deployment.operations.joining import join_teams
from xiachen.deployment.operations.squads import join_grid
from xiachen.deployment.operations.types import install_team_types
from xiachen.figures.figure import Cutoff, Figure
from xiachen.privacy.scope import Role, Scope


def cutoff(crew: Crew) -> Cutoff:
    return Cutoff(incident=crew.cast.incident.pk, day=FIRST, occurred_until=clock_at(23))


def values(crew: Crew, scope: Scope, *asked: Figure) -> list[int]:
    return [one.value(scope, cutoff(crew)) for one in asked]


@pytest.fixture
def many(crew: Crew) -> Crew:
    """Beside the crew's: a work team cut out of it, two volunteer teams, a task squad, a post."""
    install_team_types()
    top = entry("总队")
    entries = [
        top,
        entry("一队", parent=top.id),
        entry("分队", type="work-team", parent=crew.team.pk),
        entry("突击队", type="assault-team", parent=crew.team.pk),
        entry("青年先锋岗", type="vanguard-post"),
    ]
    outcomes = form_teams(crew.cast.organiser, entries=entries, at=MORNING)
    assert all(one.new for one in outcomes), [str(one.refusal) for one in outcomes]
    joining = [
        *joins(top.id, crew.people[:2]),
        *joins(entries[1].id, crew.people[2:5]),
        *joins(entries[4].id, crew.people[:1]),
    ]
    assert all(one.new for one in join_teams(crew.cast.organiser, entries=joining))
    return crew


def test_teams_are_counted_by_type_and_posts_apart(many: Crew) -> None:
    assert values(
        many,
        many.cast.organiser,
        figures.TEAMS,
        figures.WORK_TEAMS,
        figures.ASSAULT_TEAMS,
        figures.VOLUNTEER_TEAMS,
        figures.TITLED_POSTS,
    ) == [5, 1, 1, 2, 1]


def test_a_person_in_two_teams_counts_once_and_each_team_says_its_size(many: Crew) -> None:
    scope = many.cast.organiser
    assert values(many, scope, figures.TEAM_PEOPLE) == [11]
    assert figures.VOLUNTEER_TEAMS.beside is not None
    assert figures.VOLUNTEER_TEAMS.beside(scope, cutoff(many)) == "3/2"
    rows = figures.TEAM_PEOPLE.opened(scope, cutoff(many))
    page = figures.TEAM_PEOPLE.page(scope, rows)
    assert len(page.lines) == 11


def test_of_very_many_teams_the_sizes_are_not_listed(crew: Crew) -> None:
    entries = [entry(f"第{n}队") for n in range(15)]
    form_teams(crew.cast.organiser, entries=entries, at=MORNING)
    rows = [row for one in entries for row in joins(one.id, crew.people[:1])]
    join_teams(crew.cast.organiser, entries=rows)
    assert figures.VOLUNTEER_TEAMS.beside is not None
    assert figures.VOLUNTEER_TEAMS.beside(crew.cast.organiser, cutoff(crew)) == ""


def test_squads_and_grids_stand_one_to_one_until_two_share_one(crew: Crew) -> None:
    squads = form(crew, grids=crew.grids)
    scope = crew.cast.secretary
    asked = (figures.SQUADS, figures.PAIRED_SQUADS, figures.REACHED_GRIDS)
    assert values(crew, scope, *asked) == [4, 4, 4]
    join_grid(crew.leader, community=HERE, squad=squads[0].pk, grid=crew.grids[1])
    assert values(crew, scope, *asked) == [4, 2, 3]
    missing = figures.PAIRED_SQUADS.opened_missing(scope, cutoff(crew))
    assert {one.number for one in missing} == {1, 2}


def test_what_communities_want_is_added_up_and_those_short_are_listed(crew: Crew) -> None:
    say(crew, 5)
    say(crew, 8, community=THERE, scope=crew.cast.outsider)
    scope = crew.cast.organiser
    assert values(crew, scope, figures.WANTED, figures.SHORT_COMMUNITIES) == [13, 1]
    (short,) = figures.SHORT_COMMUNITIES.opened(scope, cutoff(crew))
    assert short.pk == THERE
    page = figures.WANTED.page(scope, figures.WANTED.opened(scope, cutoff(crew)))
    assert [line[1] for line in page.lines] == [8, 5]
    assert values(crew, crew.cast.secretary, figures.WANTED, figures.SHORT_COMMUNITIES) == [5, 0]


def test_an_outsider_counts_nothing_of_here(many: Crew) -> None:
    form(many)
    say(many, 15)
    asked: Any = [one for one in figures.FIGURES if one not in (figures.COMMUNITIES, figures.GRIDS)]
    assert values(many, many.cast.outsider, *asked) == [0] * len(asked)
    member = many.cast.scope(Role.MEMBER, member=many.cast.stranger)
    assert values(many, member, figures.TEAM_PEOPLE, figures.WANTED) == [0, 0]


def test_a_unit_reads_its_own_teams(many: Crew) -> None:
    team_of(many.cast, name="外单位队")
    scope = many.cast.liaison
    assert values(many, scope, figures.TEAMS, figures.TEAM_PEOPLE) == [1, 11]
