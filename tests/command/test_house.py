"""The figures of all areas: one of each code, each in a bulletin or on the board as declared."""

import pytest

from tests.command.first_day import FirstDay
from tests.world import BEGAN, DAY, FENGLIN
from xiachen.base.errors import Forbidden, NotFound
from xiachen.command.operations.rollups import rebuild_rollups
from xiachen.command.queries.board import board
from xiachen.command.queries.house import figure, figures_of_the_house
from xiachen.command.rules.template import COVERAGES, DAILY, HEARD_BY, figures_of
from xiachen.figures.models import Rollup
from xiachen.figures.operations import fold
from xiachen.figures.queries import verify_rollups


def test_every_code_is_declared_once_and_every_whole_exists() -> None:
    house = figures_of_the_house()
    codes = [one.code for one in house]
    assert len(codes) == len(set(codes))
    assert {one.of for one in house if one.of} <= set(codes)


def test_the_daily_bulletin_prints_only_figures_that_areas_declare() -> None:
    asked = {*figures_of(DAILY), *COVERAGES, *HEARD_BY}
    assert asked <= {one.code for one in figures_of_the_house()}
    with pytest.raises(NotFound):
        figure("no.such")


def test_what_names_people_can_be_masked() -> None:
    bare = [
        one.code
        for one in figures_of_the_house()
        if one.personal and not any(column.mask for column in one.columns)
    ]
    assert bare == []


def test_the_board_says_what_the_records_say_now(first_day: FirstDay) -> None:
    shown = board(first_day.headquarters, division=420100000000, day=DAY)
    values = {line.code: line.stated.value for one in shown.sections for line in one.lines}
    assert (values["attendance.present"], values["deployment.squads"]) == (11, 4)
    assert [line.opens_missing for line in shown.coverages] == [False, True]
    first_day.take_back(first_day.town.people[0])
    again = board(first_day.headquarters, division=FENGLIN, day=DAY)
    values = {line.code: line.stated.value for one in again.sections for line in one.lines}
    assert values["attendance.present"] == 10
    with pytest.raises(Forbidden):
        board(first_day.town.outsider, division=FENGLIN, day=DAY)


def test_roll_ups_of_all_areas_say_what_the_rows_say_and_can_be_made_again(
    first_day: FirstDay,
) -> None:
    system, incident = first_day.town.world.system, first_day.town.incident
    days = [BEGAN, DAY]
    house = figures_of_the_house()
    first_day.take_back(first_day.town.people[4])
    assert verify_rollups(system, incident=incident, figures=house, days=days) == []
    fold(system)
    assert Rollup.objects.exists()
    Rollup.objects.update(amount=99)
    assert verify_rollups(system, incident=incident, figures=house, days=days) != []
    rebuild_rollups(system, incident=incident, days=days)
    assert verify_rollups(system, incident=incident, figures=house, days=days) == []
