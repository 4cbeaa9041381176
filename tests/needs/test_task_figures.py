"""Needs, needs met, finished tasks and persons served, as of a cut-off."""

from dataclasses import replace

from tests.attendance.town import EVENING, Town, clock_at
from tests.needs.test_tasks import claim, finish, issue
from tests.world import DAY, FENGLIN
from xiachen.attendance.queries.records import end_of
from xiachen.base.models import Counter
from xiachen.figures.figure import Figure
from xiachen.needs import figures
from xiachen.needs.operations.tasks import confirm_task, send_back_task, withdraw_task


def value(town: Town, figure: Figure) -> int:
    return figure.value(town.headquarters, end_of(town.headquarters, DAY))


def test_two_needs_both_met(town: Town) -> None:
    for kind in ("protective-supplies", "vehicles"):
        task = issue(town, kind=kind)
        claim(town, task)
        finish(town, task)
        assert value(town, figures.NEEDS_MET) < value(town, figures.NEEDS)
        confirm_task(town.secretary, community=FENGLIN, task=task.pk, at=EVENING)
    issue(town, kind="patrol")
    assert value(town, figures.NEEDS) == 2
    assert value(town, figures.NEEDS_MET) == 2
    assert value(town, figures.TASKS_FINISHED) == 2


def test_an_open_need_is_what_the_ratio_lacks_and_a_withdrawn_one_is_none(town: Town) -> None:
    issue(town, kind="vehicles")
    gone = issue(town, kind="protective-supplies")
    withdraw_task(town.secretary, community=FENGLIN, task=gone.pk, at=EVENING)
    cutoff = end_of(town.headquarters, DAY)
    missing = figures.NEEDS_MET.opened_missing(town.headquarters, cutoff)
    page = figures.NEEDS_MET.page(town.headquarters, missing)
    assert value(town, figures.NEEDS) == 1
    assert page.total == 1
    assert page.lines[0][0] == "第三网格巡查"


def test_work_sent_back_leaves_the_count_of_finished_tasks(town: Town) -> None:
    task = issue(town)
    claim(town, task)
    finish(town, task, served=4)
    assert (value(town, figures.TASKS_FINISHED), value(town, figures.SERVICES)) == (1, 4)
    marks = dict(Counter.objects.values_list("community_id", "value"))
    send_back_task(town.secretary, community=FENGLIN, task=task.pk, at=EVENING, reason="half of it")
    assert (value(town, figures.TASKS_FINISHED), value(town, figures.SERVICES)) == (0, 0)
    before = replace(end_of(town.headquarters, DAY), marks=marks)
    assert figures.TASKS_FINISHED.value(town.headquarters, before) == 1
    assert figures.SERVICES.value(town.headquarters, before) == 4


def test_a_cut_off_in_the_morning_does_not_see_the_noon(town: Town) -> None:
    task = issue(town, kind="vehicles")
    claim(town, task)
    finish(town, task)
    confirm_task(town.secretary, community=FENGLIN, task=task.pk, at=EVENING)
    morning = replace(end_of(town.headquarters, DAY), occurred_until=clock_at(9, 0))
    assert figures.NEEDS.value(town.headquarters, morning) == 1
    assert figures.NEEDS_MET.value(town.headquarters, morning) == 0
    assert figures.TASKS_FINISHED.value(town.headquarters, morning) == 0


def test_the_outsider_counts_nothing(town: Town) -> None:
    task = issue(town, kind="vehicles")
    claim(town, task)
    finish(town, task, served=2)
    cutoff = end_of(town.outsider, DAY)
    for figure in figures.FIGURES:
        assert figure.value(town.outsider, cutoff) == 0, figure.code


def test_rows_of_persons_served_are_masked_for_those_who_only_count(town: Town) -> None:
    task = issue(town)
    claim(town, task)
    finish(town, task, served=2)
    cutoff = end_of(town.headquarters, DAY)
    rows = figures.SERVICES.opened(town.headquarters, cutoff)
    (line,) = figures.SERVICES.page(town.headquarters, rows).lines
    assert str(line[0]).endswith("*")
    assert line[-1] == 2
