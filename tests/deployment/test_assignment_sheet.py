"""The sheet that says which team works where: bad cells are told, twice changes nothing."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

import pytest
from django.utils.translation import override

from tests.deployment.crew import Crew
from tests.deployment.test_teams import team_of
from tests.mobilisation.cast import FIRST, HERE, MORNING, THERE
from xiachen.base.errors import Forbidden
from xiachen.deployment.models import Assignment, Team
from xiachen.deployment.operations.assignment_sheets import TEAM_ASSIGNMENTS
from xiachen.papers.intake import Line, LineOutcome, Setting
from xiachen.privacy.scope import Scope

FAMILY = UUID("3c9f3f0e-6f4b-4c52-a7a3-2f0b8c1d9e55")


def enter(scope: Scope, *rows: Mapping[str, str]) -> Sequence[LineOutcome]:
    empty = dict.fromkeys((field.name for field in TEAM_ASSIGNMENTS.fields), "")
    lines = [
        Line(number=number, id=uuid5(FAMILY, str(number)), values=empty | dict(row))
        for number, row in enumerate(rows, 2)
    ]
    with override("en"):
        return TEAM_ASSIGNMENTS.enter(scope, Setting(), lines, MORNING)


def told(outcomes: Sequence[LineOutcome]) -> list[object]:
    return [
        [(fault.field, fault.words) for fault in one.faults] or ("new" if one.new else "known")
        for one in outcomes
    ]


@pytest.fixture
def teams(crew: Crew) -> list[Team]:
    return [team_of(crew.cast, name=name) for name in ("第一 突击队", "第二突击队")]


def test_teams_are_found_by_name_and_communities_by_what_people_write(
    crew: Crew, teams: list[Team]
) -> None:
    rows = (
        {"team": "第一突击队", "community": "枫林上城社区", "from_day": "2020-03-01"},
        {"team": "第二突击队", "community": str(THERE)},
    )
    assert told(enter(crew.cast.organiser, *rows)) == ["new", "new"]
    held = Assignment.objects.filter(team__in=teams).order_by("team__name")
    assert [(one.community_id, one.from_day) for one in held] == [(HERE, FIRST), (THERE, FIRST)]
    assert told(enter(crew.cast.organiser, *rows)) == ["known", "known"]
    assert Assignment.objects.filter(team__in=teams).count() == 2


def test_what_is_wrong_is_told_at_its_cell_and_the_rest_is_entered(
    crew: Crew, teams: list[Team]
) -> None:
    team_of(crew.cast, name="第二突击队", parent=teams[0].pk)
    outcomes = told(
        enter(
            crew.cast.organiser,
            {"team": "第九突击队", "community": "枫林上城社区"},
            {"team": "第二突击队", "community": "枫林上城社区"},
            {"team": "第二突击队", "within": "第一突击队", "community": "枫林上城社区"},
            {"team": "第一突击队", "community": "没有的社区"},
            {"team": "第一突击队", "community": "枫林上城社区", "from_day": "2020-02-31"},
            {"team": "支援工作组", "community": str(THERE)},
        )
    )
    fields = [one if isinstance(one, str) else [field for field, _ in one] for one in outcomes]  # type: ignore[attr-defined]
    assert fields == [["team"], ["within"], "new", ["community"], ["from_day"], ["community"]]


def test_an_outsider_assigns_no_team(crew: Crew, teams: list[Team]) -> None:
    with pytest.raises(Forbidden):
        enter(crew.cast.outsider, {"team": "第一突击队", "community": str(THERE)})
    foreign = crew.cast.leader(places=((THERE, THERE),))
    (outcome,) = told(enter(foreign, {"team": "第一突击队", "community": str(THERE)}))
    assert outcome != "new"
