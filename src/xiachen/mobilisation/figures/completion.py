"""The report-in completed (双报到完成率), by both denominators, and who is missing and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.figures.figure import Column, Figure
from xiachen.figures.units import ORGANISATION, PERSON
from xiachen.mobilisation.models.slips import Slip
from xiachen.mobilisation.queries import duties, slips
from xiachen.mobilisation.queries.duties import Standing
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.people.queries.members import shown_name
from xiachen.places.models import Community
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope

STANDINGS: dict[str, str | Promise] = {
    Standing.HOME: _("reported in where they live"),
    Standing.SLIP: _("reported in elsewhere, by slip"),
    Standing.NO_HOME: _("home not registered"),
    Standing.OUTSIDE: _("lives outside the operation; a slip is missing"),
    Standing.WAITING: _("not reported yet"),
}


@dataclass(frozen=True, slots=True)
class Obliged:
    """A party member who has to report at home, with what the row names."""

    row: Member
    name: str
    unit: str
    home: str
    standing: str | Promise


@dataclass(frozen=True, slots=True)
class ObligedUnit:
    """A unit that has to report at its contact point."""

    row: Organisation
    contact: str | Promise


@dataclass(frozen=True, slots=True)
class Proven:
    """A slip with the name of the person."""

    row: Slip
    name: str


def present_members(scope: Scope, rows: Sequence[Any]) -> list[Obliged]:
    """Return members with names as the scope may see them, units, homes and how they stand."""
    units = dict(
        Organisation.objects.filter(pk__in={row.organisation_id for row in rows}).values_list(
            "pk", "name"
        )
    )
    homes = dict(
        Community.objects.filter(pk__in={row.home_community_id for row in rows}).values_list(
            "pk", "name"
        )
    )
    return [
        Obliged(
            row=row,
            name=shown_name(scope, row.pk, row.name),
            unit=units.get(row.organisation_id, ""),
            home=homes.get(row.home_community_id, ""),
            standing=STANDINGS.get(getattr(row, "standing", ""), ""),
        )
        for row in rows
    ]


def present_units(scope: Scope, rows: Sequence[Any]) -> list[ObligedUnit]:
    """Return units with the names of their contact points."""
    points = {row.contact_community_id for row in rows}
    names = dict(Community.objects.filter(pk__in=points).values_list("pk", "name"))
    missing = _("no contact point registered")
    return [ObligedUnit(row, names.get(row.contact_community_id, missing)) for row in rows]


def present_slips(scope: Scope, rows: Sequence[Any]) -> list[Proven]:
    """Return slips with names as the scope may see them."""
    people = Member.objects.in_bulk({row.member_id for row in rows})
    return [
        Proven(row, shown_name(scope, row.member_id, people[row.member_id].name)) for row in rows
    ]


MEMBER_COLUMNS = (
    Column(heading=pgettext_lazy("person", "name"), cell=lambda one: one.name, mask=mask_name),
    Column(heading=_("organisation"), cell=lambda one: one.unit, tag="#org+name"),
    Column(heading=_("home"), cell=lambda one: one.home, tag="#adm5+name"),
    Column(heading=_("state"), cell=lambda one: one.standing, tag="#status"),
)
UNIT_COLUMNS = (
    Column(heading=_("organisation"), cell=lambda one: one.row.name, tag="#org+name"),
    Column(heading=_("contact point"), cell=lambda one: one.contact, tag="#adm5+name"),
)
SLIP_COLUMNS = (
    Column(heading=pgettext_lazy("person", "name"), cell=lambda one: one.name, mask=mask_name),
    Column(heading=_("community that stamped it"), cell=lambda one: one.row.place),
    Column(heading=_("day"), cell=lambda one: one.row.day, tag="#date"),
)

UNITS_OBLIGED = Figure(
    code="mobilisation.units-obliged",
    title=_("Units that have to report in"),
    means=_("Units that a document obliges to report in at their contact points."),
    unit=ORGANISATION,
    rows=duties.obliged_units,
    columns=UNIT_COLUMNS,
    present=present_units,
    personal=False,
)
UNITS_REPORTED = Figure(
    code="mobilisation.units-reported",
    title=_("Units that have reported in"),
    means=_("Units that have to report in and have done so in a community of the operation."),
    unit=ORGANISATION,
    rows=duties.units_reported,
    columns=UNIT_COLUMNS,
    present=present_units,
    of="mobilisation.units-obliged",
    missing=duties.units_not_reported,
    personal=False,
)
MEMBERS_CALLED = Figure(
    code="mobilisation.members-called",
    title=_("Party members called upon"),
    means=_("Party members in service of the units obliged, excused or not."),
    unit=PERSON,
    rows=duties.called_members,
    columns=MEMBER_COLUMNS,
    present=present_members,
)
MEMBERS_OBLIGED = Figure(
    code="mobilisation.members-obliged",
    title=_("Party members who have to report in"),
    means=_("Party members in service of the units obliged, less those excused on the day."),
    unit=PERSON,
    rows=duties.obliged_members,
    columns=MEMBER_COLUMNS,
    present=present_members,
)
MEMBERS_EXCUSED = Figure(
    code="mobilisation.members-excused",
    title=_("Party members excused"),
    means=_("Party members called upon who are excused on the day; the reasons are not shown."),
    unit=PERSON,
    rows=duties.excused_members,
    columns=MEMBER_COLUMNS[:3],
    present=present_members,
)
MEMBERS_REPORTED = Figure(
    code="mobilisation.members-reported",
    title=_("Party members who have reported in"),
    means=_(
        "Party members who have to report in and have done so where they live, in a community of "
        "the operation or elsewhere by slip."
    ),
    unit=PERSON,
    rows=duties.members_reported,
    columns=MEMBER_COLUMNS,
    present=present_members,
    of="mobilisation.members-obliged",
    missing=duties.members_not_reported,
)
SLIPS = Figure(
    code="mobilisation.slips",
    title=_("Reported in elsewhere, by slip"),
    means=_("People who proved by a stamped slip that they reported in outside the operation."),
    unit=PERSON,
    rows=slips.slips_by,
    columns=SLIP_COLUMNS,
    present=present_slips,
)

FIGURES = (
    UNITS_OBLIGED,
    UNITS_REPORTED,
    MEMBERS_CALLED,
    MEMBERS_OBLIGED,
    MEMBERS_EXCUSED,
    MEMBERS_REPORTED,
    SLIPS,
)
