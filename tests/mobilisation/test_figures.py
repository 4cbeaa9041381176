"""What the bulletin prints about report-in, and what it opens to."""

from datetime import timedelta

import pytest

from tests.mobilisation.cast import FIRST, HERE, MORNING, Cast, clock_at
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_excuse import excused
from tests.mobilisation.test_join_on_the_spot import join
from tests.mobilisation.test_report_in import entry, report
from xiachen.base.models import Counter
from xiachen.figures.figure import Cutoff, Figure
from xiachen.mobilisation.figures import stays as figures
from xiachen.mobilisation.queries.stays import enrolled_in
from xiachen.people.models.units import Organisation


def cutoff(cast: Cast, **other: object) -> Cutoff:
    given: dict[str, object] = {"day": FIRST, "occurred_until": clock_at(23), **other}
    return Cutoff(incident=cast.incident.pk, **given)  # type: ignore[arg-type]


@pytest.fixture
def reported_in(cast: Cast) -> Cast:
    """Ten are sent, nine of them report in, and the eleventh joins."""
    send(cast)
    report(cast.secretary, *map(entry, cast.people[:9]))
    join(cast)
    return cast


def test_the_first_day_in_figures(reported_in: Cast) -> None:
    values = {
        figure.code: figure.value(reported_in.secretary, cutoff(reported_in))
        for figure in figures.FIGURES
    }
    assert values == {
        "mobilisation.dispatched": 10,
        "mobilisation.joined": 1,
        "mobilisation.expected": 11,
        "mobilisation.reported": 10,
        "mobilisation.excused": 0,
        "mobilisation.report-ins": 10,
        "mobilisation.people-reported": 10,
        "mobilisation.called-units": 2,
        "mobilisation.mobilised-units": 2,
    }


def test_whoever_is_excused_moves_from_expected_to_excused(reported_in: Cast) -> None:
    excused(reported_in, member=reported_in.people[9])
    read = cutoff(reported_in)
    assert figures.EXPECTED.value(reported_in.secretary, read) == 10
    assert figures.EXCUSED.value(reported_in.secretary, read) == 1


def test_the_ratio_opens_to_the_one_who_has_not_reported(reported_in: Cast) -> None:
    missing = figures.REPORTED.opened_missing(reported_in.secretary, cutoff(reported_in))
    assert [stay.member_id for stay in missing] == [reported_in.people[9]]


def test_a_unit_that_was_called_and_sent_nobody_is_named_as_missing(reported_in: Cast) -> None:
    silent = Organisation.objects.create(
        name="未派人单位", level="city", division=420100000000, contact_community_id=HERE
    )
    scope, read = reported_in.secretary, cutoff(reported_in)
    assert figures.CALLED_UNITS.value(scope, read) == 3
    assert figures.MOBILISED_UNITS.value(scope, read) == 2
    assert list(figures.MOBILISED_UNITS.opened_missing(scope, read)) == [silent]


def test_opened_rows_name_people_units_and_places(reported_in: Cast) -> None:
    rows = figures.REPORTED.opened(reported_in.secretary, cutoff(reported_in))
    page = figures.REPORTED.page(reported_in.secretary, rows)
    assert page.total == 10
    assert all(all(str(cell) for cell in line) for line in page.lines)


@pytest.mark.parametrize("figure", figures.FIGURES, ids=lambda one: one.code)
def test_an_outsider_counts_nothing(reported_in: Cast, figure: Figure) -> None:
    assert figure.value(reported_in.outsider, cutoff(reported_in)) == 0


def test_an_earlier_mark_gives_the_figure_of_then(reported_in: Cast) -> None:
    marks = dict(Counter.objects.values_list("community_id", "value"))
    report(reported_in.secretary, entry(reported_in.people[9]))
    excused(reported_in, member=reported_in.people[0])
    scope = reported_in.secretary
    assert figures.REPORTED.value(scope, cutoff(reported_in)) == 10
    assert figures.EXPECTED.value(scope, cutoff(reported_in)) == 10
    assert figures.REPORTED.value(scope, cutoff(reported_in, marks=marks)) == 10
    assert figures.EXPECTED.value(scope, cutoff(reported_in, marks=marks)) == 11


def test_what_happens_after_the_cut_off_is_left_out(reported_in: Cast) -> None:
    before = cutoff(reported_in, occurred_until=MORNING - timedelta(minutes=1))
    assert figures.REPORT_INS.value(reported_in.secretary, before) == 0


def test_those_enrolled_are_reached_by_the_scope_of_their_community(reported_in: Cast) -> None:
    here = enrolled_in(((HERE, HERE),), incident=reported_in.incident.pk)
    assert set(here) == {*reported_in.people, reported_in.neighbour}
    assert not enrolled_in((), incident=reported_in.incident.pk)
