"""Who was sent, who joined, who is expected and who has reported in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.figures.figure import Column, Figure
from xiachen.figures.units import ORGANISATION, PERSON, PERSON_TIME
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.queries import report_ins, stays, units
from xiachen.people.models.units import Organisation
from xiachen.people.queries.members import shown_names
from xiachen.places.models import Community
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True)
class Stay:
    """An enrolment with what it names."""

    row: Enrolment
    name: str
    unit: str
    community: str


@dataclass(frozen=True, slots=True)
class Reported:
    """A report-in of a person with what it names."""

    row: ReportIn
    name: str
    community: str


def present_stays(scope: Scope, rows: Sequence[Any]) -> list[Stay]:
    """Return enrolments with names as the scope may see them, units and communities."""
    names = shown_names(scope, {row.member_id for row in rows})
    places = _communities(rows)
    units = dict(
        Organisation.objects.filter(members__in=[row.member_id for row in rows]).values_list(
            "members__pk", "name"
        )
    )
    return [
        Stay(
            row=row,
            name=names.get(row.member_id, ""),
            unit=units.get(row.member_id, ""),
            community=places.get(row.community_id, ""),
        )
        for row in rows
    ]


def present_report_ins(scope: Scope, rows: Sequence[Any]) -> list[Reported]:
    """Return report-ins with names as the scope may see them, and communities."""
    names = shown_names(scope, {row.member for row in rows})
    places = _communities(rows)
    return [
        Reported(
            row=row, name=names.get(row.member, ""), community=places.get(row.community_id, "")
        )
        for row in rows
    ]


def _communities(rows: Sequence[Any]) -> dict[int, str]:
    ids = {row.community_id for row in rows}
    return dict(Community.objects.filter(pk__in=ids).values_list("pk", "name"))


STAY_COLUMNS = (
    Column(heading=pgettext_lazy("person", "name"), cell=lambda stay: stay.name, mask=mask_name),
    Column(heading=_("organisation"), cell=lambda stay: stay.unit, tag="#org+name"),
    Column(heading=_("community"), cell=lambda stay: stay.community, tag="#adm5+name"),
    Column(heading=_("source"), cell=lambda stay: stay.row.get_source_display()),
    Column(heading=_("from"), cell=lambda stay: stay.row.from_day, tag="#date+start"),
)
REPORT_IN_COLUMNS = (
    Column(heading=pgettext_lazy("person", "name"), cell=lambda one: one.name, mask=mask_name),
    Column(heading=_("community"), cell=lambda one: one.community, tag="#adm5+name"),
    Column(heading=_("channel"), cell=lambda one: one.row.get_channel_display()),
    Column(heading=_("reported in"), cell=lambda one: one.row.occurred_at, tag="#date+occurred"),
    Column(heading=_("received"), cell=lambda one: one.row.received_at, tag="#date+reported"),
)

DISPATCHED = Figure(
    code="mobilisation.dispatched",
    title=_("Sent by units"),
    means=_("People sent on a document up to the day, each counted once."),
    unit=PERSON,
    rows=lambda scope, cutoff: stays.enrolled(scope, cutoff).filter(source="dispatched"),
    columns=STAY_COLUMNS,
    present=present_stays,
    distinct="member_id",
    rollup=True,
    day_field="from_day",
    first_seen=True,
)
JOINED = Figure(
    code="mobilisation.joined",
    title=_("Joined on the spot"),
    means=_("People accepted by a community without having been sent, each counted once."),
    unit=PERSON,
    rows=lambda scope, cutoff: stays.enrolled(scope, cutoff).filter(source="joined"),
    columns=STAY_COLUMNS,
    present=present_stays,
    distinct="member_id",
    rollup=True,
    day_field="from_day",
    first_seen=True,
)
EXPECTED = Figure(
    code="mobilisation.expected",
    title=_("Expected to report in"),
    means=_("People enrolled on the day, less those excused or gone home, each counted once."),
    unit=PERSON,
    rows=stays.expected,
    columns=STAY_COLUMNS,
    present=present_stays,
    distinct="member_id",
)
REPORTED = Figure(
    code="mobilisation.reported",
    title=_("Reported in"),
    means=_("People expected on the day who have reported in where they are expected."),
    unit=PERSON,
    rows=report_ins.reported_in,
    columns=STAY_COLUMNS,
    present=present_stays,
    distinct="member_id",
    of="mobilisation.expected",
    missing=report_ins.not_reported,
)
EXCUSED = Figure(
    code="mobilisation.excused",
    title=_("Excused"),
    means=_("People enrolled on the day who are excused; the reasons are not shown."),
    unit=PERSON,
    rows=stays.excused,
    columns=STAY_COLUMNS,
    present=present_stays,
    distinct="member_id",
)
REPORT_INS = Figure(
    code="mobilisation.report-ins",
    title=_("Report-ins"),
    means=_("Report-ins of people through both channels; who used both counts twice."),
    unit=PERSON_TIME,
    rows=report_ins.report_ins,
    columns=REPORT_IN_COLUMNS,
    present=present_report_ins,
    rollup=True,
    day_field="occurred_at__date",
)
PEOPLE_REPORTED = Figure(
    code="mobilisation.people-reported",
    title=_("People who have reported in"),
    means=_("People who have reported in anywhere through any channel, each counted once."),
    unit=PERSON,
    rows=report_ins.report_ins,
    columns=REPORT_IN_COLUMNS,
    present=present_report_ins,
    distinct="member",
    rollup=True,
    day_field="occurred_at__date",
    first_seen=True,
)

UNIT_COLUMNS = (
    Column(heading=_("organisation"), cell=lambda unit: unit.name, tag="#org+name"),
    Column(heading=_("level"), cell=lambda unit: unit.get_level_display()),
)
CALLED_UNITS = Figure(
    code="mobilisation.called-units",
    title=_("Units called"),
    means=_("Units that have sent people or whose contact point lies in the operation."),
    unit=ORGANISATION,
    rows=units.called_units,
    columns=UNIT_COLUMNS,
    personal=False,
)
MOBILISED_UNITS = Figure(
    code="mobilisation.mobilised-units",
    title=_("Mobilisation reaches every unit"),
    means=_("Units called that have people, of their own or of units below, in the operation."),
    unit=ORGANISATION,
    rows=units.mobilised_units,
    columns=UNIT_COLUMNS,
    of="mobilisation.called-units",
    missing=units.units_not_mobilised,
    personal=False,
)

FIGURES = (
    DISPATCHED,
    JOINED,
    EXPECTED,
    REPORTED,
    EXCUSED,
    REPORT_INS,
    PEOPLE_REPORTED,
    CALLED_UNITS,
    MOBILISED_UNITS,
)
