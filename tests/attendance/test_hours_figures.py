"""The figures of hours served: they agree with each other and with the people behind them."""

from datetime import timedelta

from tests.attendance.test_duty import serve
from tests.attendance.test_hours import correct
from tests.attendance.town import Town
from tests.world import DAY
from xiachen.attendance.figures.hours import DAYS_SERVED, HOURS, ON_DUTY_SO_FAR
from xiachen.attendance.operations.hours import view_hours
from xiachen.attendance.queries.records import end_of
from xiachen.privacy.scope import Role


def test_the_figure_opens_to_people_whose_hours_add_up(town: Town) -> None:
    serve(town, town.world.sent[0], 0, 3, until=17)
    serve(town, town.world.local, 1, 2, until=12)
    cutoff = end_of(town.secretary, DAY + timedelta(days=5))
    assert HOURS.value(town.secretary, cutoff) == 35
    assert DAYS_SERVED.value(town.secretary, cutoff) == 5
    page = HOURS.page(town.secretary, HOURS.opened(town.secretary, cutoff))
    assert sorted(line[2:] for line in page.lines) == [(8, 2, 0), (27, 3, 0)]
    assert HOURS.value(town.outsider, cutoff) == 0
    assert not HOURS.opened(town.outsider, cutoff).exists()
    auditor = town.world.scope(Role.AUDITOR)
    assert HOURS.value(auditor, cutoff) == 0 and not HOURS.opened(auditor, cutoff).exists()


def test_people_on_duty_so_far_are_those_who_have_a_day_on_duty(town: Town) -> None:
    """Minutes given and taken away again leave no day, and nobody who served it."""
    nobody, less, signed_in, later = town.world.sent[:4]
    for member in (nobody, less, signed_in, later):
        assert correct(town, member, 60).new
        assert correct(town, member, -30 if member == less else -60).new
    serve(town, signed_in, 0, 1)
    assert correct(town, later, 60, day=DAY + timedelta(days=1)).new
    cutoff = end_of(town.secretary, DAY + timedelta(days=1))
    opened = ON_DUTY_SO_FAR.opened(town.secretary, cutoff)
    assert {one.pk: one.served["days"] for one in opened} == {less: 1, signed_in: 1, later: 1}
    assert ON_DUTY_SO_FAR.value(town.secretary, cutoff) == 3
    assert DAYS_SERVED.value(town.secretary, cutoff) == 3
    page = view_hours(town.secretary, day=cutoff.day, number=1, size=50)
    assert {one.member for one in page.lines} == {less, signed_in, later}
