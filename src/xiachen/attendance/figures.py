"""The figures of attendance: who was there, in time, and worked; and the two lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiachen.attendance.queries import duty, records
from xiachen.attendance.queries.funnels import SignIn
from xiachen.attendance.rules import records as rules
from xiachen.attendance.rules.duty import Duty
from xiachen.figures import numbers
from xiachen.figures.figure import Beside, Column, Cutoff, Figure, Rows
from xiachen.figures.units import COMMUNITY, DAY, HOUR, PERSON, PERSON_TIME
from xiachen.incidents import queries as incidents
from xiachen.people.queries import members as people
from xiachen.places.queries import communities as places
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a figure as it is shown."""

    record: Any
    name: str
    community: str


def _spoken(signed_at: datetime | None, deadline: datetime | None) -> str:
    return str(SignIn(signed_at, deadline)) if signed_at and deadline else ""


def _present(person: str, scope: Scope, rows: Sequence[Any]) -> list[Row]:
    members = people.members_by_id(scope, [getattr(row, person) for row in rows])
    communities = places.communities_by_id(scope, {row.community_id for row in rows})
    return [
        Row(
            record=row,
            name=_name(members, getattr(row, person)),
            community=communities[row.community_id].name if row.community_id in communities else "",
        )
        for row in rows
    ]


def _name(members: dict[UUID, Any], member: UUID) -> str:
    return members[member].name if member in members else ""


def _places(scope: Scope, rows: Sequence[Any]) -> list[Row]:
    communities = places.communities_by_id(scope, {row.community_id for row in rows})
    return [Row(record=row, name="", community=communities[row.community_id].name) for row in rows]


_NAME = Column(heading=_("Name"), cell=lambda row: row.name, tag="#contact+name", mask=mask_name)
_COMMUNITY = Column(heading=_("Community"), cell=lambda row: row.community, tag="#adm5+name")
_SIGNED = Column(
    heading=_("Sign-in"),
    cell=lambda row: _spoken(row.record.signed_at, row.record.deadline),
    tag="#date+signed",
)
_CHECKED = Column(
    heading=_("Sign-in"),
    cell=lambda row: _spoken(row.record.occurred_at, row.record.deadline),
    tag="#date+signed",
)
_LEFT = Column(heading=_("Sign-out"), cell=lambda row: row.record.occurred_at, tag="#date+left")
_WORK_COLUMNS = (
    _NAME,
    _COMMUNITY,
    Column(heading=_("Day"), cell=lambda row: row.record.day, tag="#date+occurred"),
    Column(heading=_("Times"), cell=lambda row: row.record.times, tag="#value+times"),
    Column(
        heading=_("Persons served"),
        cell=lambda row: row.record.persons_served,
        tag="#reached+times",
    ),
)


def _borne(row: Row) -> Duty:
    """Return what the person of a sign-in has had to bear, as the query read it beside the row."""
    said: dict[str, int] = row.record.borne
    return Duty(days=said["days"], seconds=said["seconds"], timed_days=said["timed_days"])


_DUTY_COLUMNS = (
    _NAME,
    _COMMUNITY,
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


_stays = partial(_present, "member_id")
_facts = partial(_present, "member")


def _deadline(scope: Scope, cutoff: Cutoff) -> str:
    value = incidents.parameter(
        scope,
        incident=cutoff.incident,
        name=rules.DEADLINE,
        day=cutoff.day,
        default=rules.DEFAULT_DEADLINE,
    )
    return numbers.clock(rules.deadline_time(value))


def _of_stays(
    *,
    code: str,
    title: str | Promise,
    means: str | Promise,
    rows: Rows,
    of: str = "",
    missing: Rows | None = None,
    beside: Beside | None = None,
) -> Figure:
    """Declare a figure of people who belong to the operation, each counted once."""
    return Figure(
        code=code,
        title=title,
        means=means,
        unit=PERSON,
        rows=rows,
        columns=(_NAME, _COMMUNITY, _SIGNED),
        present=_stays,
        distinct="member_id",
        of=of,
        missing=missing,
        beside=beside,
    )


PRESENT = _of_stays(
    code="attendance.present",
    title=_("On site"),
    means=_("People expected that day who have reported in and signed in there, each once."),
    rows=records.present,
    of="mobilisation.reported",
    missing=records.absent,
)
PRESENT_JOINED = _of_stays(
    code="attendance.present-joined",
    title=_("On site, joined on the spot"),
    means=_("People on site who were not sent but joined in the community, each once."),
    rows=records.present_joined,
    of="attendance.present",
)
ON_TIME = _of_stays(
    code="attendance.on-time",
    title=_("On site in time"),
    means=_("People on site by the deadline that held in their community, each once."),
    rows=records.on_time,
    of="mobilisation.expected",
    missing=records.not_on_time,
    beside=_deadline,
)
LATE = _of_stays(
    code="attendance.late",
    title=_("Late"),
    means=_("People on site who signed in after the deadline, each once."),
    rows=records.late,
)
WORKED = _of_stays(
    code="attendance.worked",
    title=_("Worked"),
    means=_("People on site with work recorded there that day, each once."),
    rows=records.worked,
    of="attendance.present",
    missing=records.without_work,
)
NOT_PRESENT = _of_stays(
    code="attendance.not-present",
    title=_("Reported in, not on site"),
    means=_(
        "People who have reported in, were seen nowhere that day and whom no answer excuses; "
        "to be verified."
    ),
    rows=records.not_present,
)
NOT_WORKING = _of_stays(
    code="attendance.not-working",
    title=_("On site, no work recorded"),
    means=_(
        "People on site without work recorded anywhere that day and whom no answer excuses; "
        "to be verified."
    ),
    rows=records.not_working,
)
UNSIGNED = _of_stays(
    code="attendance.unsigned",
    title=_("Work recorded, no sign-in"),
    means=_(
        "People who have reported in and have work recorded there, but no sign-in that day; "
        "each once."
    ),
    rows=records.unsigned,
)
SIGNED_IN = Figure(
    code="attendance.signed-in",
    title=_("Signed in"),
    means=_("Sign-ins of the day, one for each person and community, expected there or not."),
    unit=PERSON_TIME,
    rows=records.check_ins,
    columns=(_NAME, _COMMUNITY, _CHECKED),
    present=_facts,
    rollup=True,
)
PARTICIPATIONS = Figure(
    code="attendance.participations",
    title=_("Participations"),
    means=_("Person-times of work recorded that day."),
    unit=PERSON_TIME,
    rows=records.works,
    columns=_WORK_COLUMNS,
    present=_facts,
    total_of="times",
    rollup=True,
)
SERVED = Figure(
    code="attendance.served",
    title=_("Persons served"),
    means=_("Person-times of residents served by work recorded that day."),
    unit=PERSON_TIME,
    rows=records.works,
    columns=_WORK_COLUMNS,
    present=_facts,
    total_of="persons_served",
    rollup=True,
)
PARTICIPATIONS_SO_FAR = Figure(
    code="attendance.participations-so-far",
    title=_("Participations so far"),
    means=_("Person-times of work recorded from the beginning up to the day."),
    unit=PERSON_TIME,
    rows=records.works_so_far,
    columns=_WORK_COLUMNS,
    present=_facts,
    total_of="times",
)
SERVED_SO_FAR = Figure(
    code="attendance.served-so-far",
    title=_("Persons served so far"),
    means=_("Person-times of residents served from the beginning up to the day."),
    unit=PERSON_TIME,
    rows=records.works_so_far,
    columns=_WORK_COLUMNS,
    present=_facts,
    total_of="persons_served",
)
WORKERS_SO_FAR = Figure(
    code="attendance.workers-so-far",
    title=_("People who have worked so far"),
    means=_("People with work recorded from the beginning up to the day, each once."),
    unit=PERSON,
    rows=records.works_so_far,
    columns=_WORK_COLUMNS,
    present=_facts,
    distinct="member",
)
COMMUNITIES = Figure(
    code="attendance.communities",
    title=_("Communities of the operation"),
    means=_("Communities that the operation includes on the day."),
    unit=COMMUNITY,
    rows=records.communities,
    columns=(_COMMUNITY,),
    present=_places,
    personal=False,
)
COVERED = Figure(
    code="attendance.covered-communities",
    title=_("Communities with work"),
    means=_("Communities of the operation with work recorded that day (full coverage of work)."),
    unit=COMMUNITY,
    rows=records.covered,
    columns=(_COMMUNITY,),
    present=_places,
    distinct="community_id",
    of="attendance.communities",
    missing=records.uncovered,
    personal=False,
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
    present=_facts,
    distinct="member",
)
LONGEST_RUN = Figure(
    code="attendance.longest-run",
    title=_("Longest time on duty without a day of rest"),
    means=_("The most days in a row, up to the day, of anybody who is on duty."),
    unit=DAY,
    rows=duty.of_the_longest_run,
    columns=_DUTY_COLUMNS,
    present=_facts,
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
    present=_facts,
    distinct="member",
    measured=duty.most_hours,
)
AVERAGE_HOURS = Figure(
    code="attendance.average-hours",
    title=_("Hours on site, on average"),
    means=_("Hours between sign-in and sign-out that day, on average of those with both."),
    unit=HOUR,
    rows=records.check_outs,
    columns=(_NAME, _COMMUNITY, _LEFT),
    present=_facts,
    measured=duty.average_hours,
)

FIGURES = (
    PRESENT,
    PRESENT_JOINED,
    ON_TIME,
    LATE,
    WORKED,
    NOT_PRESENT,
    NOT_WORKING,
    UNSIGNED,
    SIGNED_IN,
    PARTICIPATIONS,
    SERVED,
    PARTICIPATIONS_SO_FAR,
    SERVED_SO_FAR,
    WORKERS_SO_FAR,
    COMMUNITIES,
    COVERED,
    OVERWORKED,
    LONGEST_RUN,
    MOST_HOURS,
    AVERAGE_HOURS,
)
