"""The hours of service as a line of the bulletin, opened to the people whose hours they are."""

from datetime import timedelta

from django.utils import translation

from tests.attendance.town import clock_at
from tests.command.first_day import NEXT_DAY, FirstDay
from tests.world import DAY, FENGLIN
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.operations.hours import HoursEntry, correct_hours
from xiachen.base.ids import uuid7
from xiachen.command.queries.bulletins import bulletin_text, difference
from xiachen.command.queries.house import figure
from xiachen.command.queries.rows import Behind, opened, rows_behind
from xiachen.figures.figure import Page


def leave(first_day: FirstDay, count: int) -> None:
    """Let some of the eleven sign out at five in the afternoon."""
    leaving = [
        CheckOutEntry(id=uuid7(), community=FENGLIN, member=one, occurred_at=clock_at(17, 12))
        for one in first_day.town.people[:count]
    ]
    assert all(one.new for one in check_out(first_day.town.worker, entries=leaving, at=NEXT_DAY))


def test_a_day_without_sign_outs_tells_no_hours(first_day: FirstDay) -> None:
    text = bulletin_text(first_day.headquarters, first_day.issue().pk, "zh-hans")
    assert "服务时长" not in text


def test_hours_are_told_with_the_people_and_open_to_them(first_day: FirstDay) -> None:
    leave(first_day, 10)
    issued = first_day.issue()
    text = bulletin_text(first_day.headquarters, issued.pk, "zh-hans")
    assert "累计服务时长90小时（11人）" in text
    english = bulletin_text(first_day.headquarters, issued.pk, "en")
    assert "90 hours on duty so far (11 people)" in english
    hours = Behind(code="attendance.hours", bulletin=issued.pk)
    page: Page = opened(first_day.headquarters, hours).page
    assert page.total == 11
    assert sum(line[2] for line in page.lines) == 90  # type: ignore[misc]
    people = Behind(code="attendance.on-duty-so-far", bulletin=issued.pk)
    assert rows_behind(first_day.headquarters, people).count() == 11


def test_what_is_corrected_later_leaves_the_issued_hours_as_they_were(first_day: FirstDay) -> None:
    leave(first_day, 10)
    issued = first_day.issue()
    late = first_day.town.people[10]
    correction = HoursEntry(
        id=uuid7(), community=FENGLIN, member=late, day=DAY, minutes=300, reason="忘记签退"
    )
    assert correct_hours(first_day.town.secretary, entries=[correction], at=NEXT_DAY)[0].new
    frozen = Behind(code="attendance.hours", bulletin=issued.pk)
    page = opened(first_day.headquarters, frozen).page
    assert sum(line[2] for line in page.lines) == 90  # type: ignore[misc]
    second = first_day.issue(at=NEXT_DAY + timedelta(minutes=10), reason="补记签退")
    with translation.override("zh-hans"):
        changed = {one.title: one for one in difference(first_day.headquarters, second.pk)}
        title = str(figure("attendance.hours").title)
    assert (changed[title].before, changed[title].after) == ("90小时", "95小时")
