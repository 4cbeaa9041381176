"""The figures of attendance: who was there, in time, and worked; and the two lists."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiachen.attendance.figures.rows import (
    COMMUNITY_NAME,
    NAME,
    of_facts,
    of_places,
    of_stays,
)
from xiachen.attendance.queries import records
from xiachen.attendance.queries.funnels import SignIn
from xiachen.attendance.rules import records as rules
from xiachen.figures import numbers
from xiachen.figures.figure import Beside, Column, Cutoff, Figure, Rows
from xiachen.figures.units import COMMUNITY, PERSON, PERSON_TIME
from xiachen.incidents import queries as incidents
from xiachen.privacy.scope import Scope


def _spoken(signed_at: datetime | None, deadline: datetime | None) -> str:
    return str(SignIn(signed_at, deadline)) if signed_at and deadline else ""


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
_WORK_COLUMNS = (
    NAME,
    COMMUNITY_NAME,
    Column(heading=_("Day"), cell=lambda row: row.record.day, tag="#date+occurred"),
    Column(heading=_("Times"), cell=lambda row: row.record.times, tag="#value+times"),
    Column(
        heading=_("Persons served"),
        cell=lambda row: row.record.persons_served,
        tag="#reached+times",
    ),
)


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
        columns=(NAME, COMMUNITY_NAME, _SIGNED),
        present=of_stays,
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
    columns=(NAME, COMMUNITY_NAME, _CHECKED),
    present=of_facts,
    rollup=True,
)
PARTICIPATIONS = Figure(
    code="attendance.participations",
    title=_("Participations"),
    means=_("Person-times of work recorded that day."),
    unit=PERSON_TIME,
    rows=records.works,
    columns=_WORK_COLUMNS,
    present=of_facts,
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
    present=of_facts,
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
    present=of_facts,
    total_of="times",
)
SERVED_SO_FAR = Figure(
    code="attendance.served-so-far",
    title=_("Persons served so far"),
    means=_("Person-times of residents served from the beginning up to the day."),
    unit=PERSON_TIME,
    rows=records.works_so_far,
    columns=_WORK_COLUMNS,
    present=of_facts,
    total_of="persons_served",
)
WORKERS_SO_FAR = Figure(
    code="attendance.workers-so-far",
    title=_("People who have worked so far"),
    means=_("People with work recorded from the beginning up to the day, each once."),
    unit=PERSON,
    rows=records.works_so_far,
    columns=_WORK_COLUMNS,
    present=of_facts,
    distinct="member",
)
COMMUNITIES = Figure(
    code="attendance.communities",
    title=_("Communities of the operation"),
    means=_("Communities that the operation includes on the day."),
    unit=COMMUNITY,
    rows=records.communities,
    columns=(COMMUNITY_NAME,),
    present=of_places,
    personal=False,
)
COVERED = Figure(
    code="attendance.covered-communities",
    title=_("Communities with work"),
    means=_("Communities of the operation with work recorded that day (full coverage of work)."),
    unit=COMMUNITY,
    rows=records.covered,
    columns=(COMMUNITY_NAME,),
    present=of_places,
    distinct="community_id",
    of="attendance.communities",
    missing=records.uncovered,
    personal=False,
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
)
