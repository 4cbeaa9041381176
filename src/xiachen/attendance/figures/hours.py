"""The figures of hours: how long people are on duty, and who needs rest."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from xiachen.attendance.figures.rows import COMMUNITY_NAME, NAME, Row, of_facts, of_members
from xiachen.attendance.queries import duty, hours
from xiachen.attendance.queries.hours import HoursTotal
from xiachen.attendance.rules.duty import Duty, tenths
from xiachen.figures.figure import Column, Figure
from xiachen.figures.units import DAY, HOUR, PERSON, PERSON_TIME


def _borne(row: Row) -> Duty:
    """Return what the person of a sign-in has had to bear, as the query read it beside the row."""
    said: dict[str, int] = row.record.borne
    return Duty(days=said["days"], seconds=said["seconds"], timed_days=said["timed_days"])


_DUTY_COLUMNS = (
    NAME,
    COMMUNITY_NAME,
    Column(
        heading=_("Days in a row"),
        cell=lambda row: _borne(row).days,
        tag="#value+days",
    ),
    Column(
        heading=_("Hours a day"),
        cell=lambda row: _borne(row).hours_a_day,
        tag="#value+hours",
    ),
    Column(
        heading=_("Days with a sign-out"),
        cell=lambda row: _borne(row).timed_days,
        tag="#value+days+timed",
    ),
)


def _moment(row: Row, end: str) -> datetime:
    """Return one of the two ends of a day on site, as the query read it beside the row."""
    return datetime.fromisoformat(row.record.spent[end])


_TIMED_COLUMNS = (
    NAME,
    COMMUNITY_NAME,
    Column(heading=_("First sign-in"), cell=lambda row: _moment(row, "came"), tag="#date+signed"),
    Column(heading=_("Last sign-out"), cell=lambda row: _moment(row, "gone"), tag="#date+left"),
    Column(
        heading=_("Hours"),
        cell=lambda row: tenths(Decimal(row.record.spent["seconds"]) / 3600),
        tag="#value+hours",
    ),
)

OVERWORKED = Figure(
    code="attendance.overworked",
    title=_("In need of rest"),
    means=_(
        "People on duty for more days in a row, or more hours a day on average, than the incident "
        "advises (by default 6 days and 11 hours); a warning."
    ),
    unit=PERSON,
    rows=duty.overworked,
    columns=_DUTY_COLUMNS,
    present=of_facts,
    distinct="member",
)
LONGEST_RUN = Figure(
    code="attendance.longest-run",
    title=_("Longest time on duty without a day of rest"),
    means=_("The most days in a row, up to the day, of anybody who is on duty."),
    unit=DAY,
    rows=duty.of_the_longest_run,
    columns=_DUTY_COLUMNS,
    present=of_facts,
    distinct="member",
    measured=duty.longest_run,
)
MOST_HOURS = Figure(
    code="attendance.most-hours-a-day",
    title=_("Most hours a day of those in need of rest"),
    means=_(
        "The highest average of hours a day over the days in a row, of anybody in need of rest; "
        "days without a sign-out are left out."
    ),
    unit=HOUR,
    rows=duty.of_the_most_hours,
    columns=_DUTY_COLUMNS,
    present=of_facts,
    distinct="member",
    measured=duty.most_hours,
)
AVERAGE_HOURS = Figure(
    code="attendance.average-hours",
    title=_("Hours on site, on average"),
    means=_(
        "Hours between sign-in and sign-out that day, on average of those who have signed out "
        "of all that they signed in to."
    ),
    unit=HOUR,
    rows=duty.timed,
    columns=_TIMED_COLUMNS,
    present=of_facts,
    distinct="member",
    measured=duty.average_hours,
)
TIMED = Figure(
    code="attendance.timed",
    title=_("People in the average hours"),
    means=_(
        "People who have signed out that day of all that they signed in to, each once; the "
        "average hours on site are theirs."
    ),
    unit=PERSON,
    rows=duty.timed,
    columns=_TIMED_COLUMNS,
    present=of_facts,
    distinct="member",
)


def _served(row: Row) -> HoursTotal:
    """Return what somebody served within reach, as the query read it beside the row."""
    said: dict[str, int] = row.record.served or {}
    return HoursTotal(
        minutes=said.get("minutes", 0),
        days=said.get("days", 0),
        days_without_sign_out=said.get("untimed", 0),
    )


_SERVED_COLUMNS = (
    NAME,
    Column(heading=_("Organisation"), cell=lambda row: row.community, tag="#org+name"),
    Column(heading=_("Hours"), cell=lambda row: _served(row).hours, tag="#value+hours"),
    Column(heading=_("Days"), cell=lambda row: _served(row).days, tag="#value+days"),
    Column(
        heading=_("Days without a sign-out"),
        cell=lambda row: _served(row).days_without_sign_out,
        tag="#value+days+untimed",
    ),
)

HOURS = Figure(
    code="attendance.hours",
    title=_("Hours served"),
    means=_(
        "Hours between sign-in and sign-out from the beginning up to the day, with corrections; "
        "time in two places at once counts once, a sign-in without a sign-out counts no time."
    ),
    unit=HOUR,
    rows=hours.served_by,
    columns=_SERVED_COLUMNS,
    present=of_members,
    measured=hours.hours_served,
    by_facts=True,
)
DAYS_SERVED = Figure(
    code="attendance.days-served",
    title=_("Days served"),
    means=_("Person-times on duty from the beginning up to the day, one for each person and day."),
    unit=PERSON_TIME,
    rows=hours.served_by,
    columns=_SERVED_COLUMNS,
    present=of_members,
    measured=hours.days_served,
    by_facts=True,
)

ON_DUTY_SO_FAR = Figure(
    code="attendance.on-duty-so-far",
    title=_("People on duty so far"),
    means=_("People with a day on duty from the beginning up to the day, each person once."),
    unit=PERSON,
    rows=hours.served_by,
    columns=_SERVED_COLUMNS,
    present=of_members,
    by_facts=True,
)

FIGURES = (
    OVERWORKED,
    LONGEST_RUN,
    MOST_HOURS,
    AVERAGE_HOURS,
    TIMED,
    HOURS,
    DAYS_SERVED,
    ON_DUTY_SO_FAR,
)
