"""The figures of attendance say what the funnel says, and open to their rows."""

import pytest

from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN, SENT
from xiachen.attendance.figures import days as figures
from xiachen.attendance.operations.answers import answer
from xiachen.attendance.queries.funnels import funnel
from xiachen.attendance.queries.records import end_of
from xiachen.figures.figure import Figure
from xiachen.incidents.operations import set_parameter
from xiachen.privacy.scope import Scope


def value(figure: Figure, scope: Scope) -> int:
    return figure.value(scope, end_of(scope, DAY))


@pytest.fixture
def mixed(town: Town) -> Town:
    """Nine in time, one late, one absent; eight worked."""
    town.sign_in(town.people[:9])
    town.sign_in([town.world.local], clock_at(8, 31))
    town.work(town.people[:8])
    return town


OF_SERVICE = {
    figures.SERVED,
    figures.PARTICIPATIONS_SO_FAR,
    figures.SERVED_SO_FAR,
    figures.WORKERS_SO_FAR,
}


def test_every_figure_agrees_with_the_funnel(mixed: Town) -> None:
    scope = mixed.headquarters
    found = funnel(scope, incident=mixed.incident, day=DAY)
    expected = {
        figures.PRESENT: (10, found.present),
        figures.PRESENT_JOINED: (1, 1),
        figures.ON_TIME: (9, found.on_time),
        figures.LATE: (1, len(found.late)),
        figures.WORKED: (8, found.worked),
        figures.NOT_PRESENT: (1, found.not_present_count),
        figures.NOT_WORKING: (2, found.not_working_count),
        figures.UNSIGNED: (0, len(found.unsigned)),
        figures.SIGNED_IN: (10, 10),
        figures.PARTICIPATIONS: (8, 8),
        figures.COMMUNITIES: (2, 2),
        figures.COVERED: (1, 1),
    }
    for figure, (wanted, counted) in expected.items():
        assert value(figure, scope) == counted == wanted, figure.code
    # The figures of service are in test_duty.
    assert set(expected) | OF_SERVICE == set(figures.FIGURES)


def test_a_ratio_opens_to_what_it_lacks(mixed: Town) -> None:
    scope = mixed.headquarters
    cutoff = end_of(scope, DAY)
    lacks = {
        figures.PRESENT: 1,
        figures.ON_TIME: 2,
        figures.WORKED: 2,
        figures.COVERED: 1,
    }
    for figure, missing in lacks.items():
        rows = figure.opened_missing(scope, cutoff)
        assert figure.page(scope, rows).total == missing, figure.code


def test_rows_say_the_time_as_people_do_and_mask_names_for_headquarters(mixed: Town) -> None:
    scope = mixed.headquarters
    rows = figures.LATE.opened(scope, end_of(scope, DAY))
    (line,) = figures.LATE.page(scope, rows).lines
    assert str(line[0]).endswith("*")
    assert line[2] == "8:31, late by 1 minute" or line[2] == "8:31，迟到 1 分钟"
    rows = figures.PRESENT.opened(mixed.secretary, end_of(mixed.secretary, DAY))
    assert SENT[0] in {line[0] for line in figures.PRESENT.page(mixed.secretary, rows).lines}


def test_the_deadline_in_force_stands_beside_the_rate(town: Town) -> None:
    scope = town.headquarters
    assert figures.ON_TIME.beside is not None
    assert figures.ON_TIME.beside(scope, end_of(scope, DAY)) == "8:30"
    set_parameter(
        town.world.system,
        incident=town.incident,
        name="attendance.deadline",
        value="09:00",
        from_day=DAY,
    )
    assert figures.ON_TIME.beside(scope, end_of(scope, DAY)) == "9:00"


def test_an_answer_that_excuses_leaves_the_figure(mixed: Town) -> None:
    answer(
        mixed.secretary,
        community=FENGLIN,
        member=mixed.people[9],
        day=DAY,
        gap="not-present",
        words="fetching the tents",
        excuses=True,
        at=EVENING,
    )
    assert value(figures.NOT_PRESENT, mixed.headquarters) == 0


def test_the_outsider_counts_only_the_own_community(mixed: Town) -> None:
    for figure in figures.FIGURES:
        counted = value(figure, mixed.outsider)
        assert counted == (1 if figure is figures.COMMUNITIES else 0), figure.code
