"""The forces (下沉力量): people once over both channels, by kind, unit, street and community."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.figures.figure import Breakdown, Column, Cutoff, Figure
from xiachen.figures.units import (
    BATCH,
    COMMUNITY,
    ORGANISATION,
    PERSON,
    STREET,
    VOLUNTEER,
)
from xiachen.mobilisation.figures.stays import REPORT_IN_COLUMNS, present_report_ins
from xiachen.mobilisation.queries import forces
from xiachen.people.models.members import IdentityKind, Member
from xiachen.people.models.units import Organisation
from xiachen.people.queries.members import shown_name
from xiachen.places.queries.communities import communities_by_id
from xiachen.places.queries.listing import division_names
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the forces, with what the row names."""

    row: Member
    name: str
    unit: str
    kinds: str


def present_people(scope: Scope, rows: Sequence[Any]) -> list[Person]:
    """Return people with names as the scope may see them, units and kinds."""
    units = dict(
        Organisation.objects.filter(pk__in={row.organisation_id for row in rows}).values_list(
            "pk", "name"
        )
    )
    kinds: dict[Any, list[str]] = {}
    held = Member.objects.filter(pk__in=[row.pk for row in rows], identities__isnull=False)
    for pk, kind in held.order_by("identities__kind").values_list("pk", "identities__kind"):
        kinds.setdefault(pk, []).append(str(IdentityKind(kind).label))
    return [
        Person(
            row=row,
            name=shown_name(scope, row.pk, row.name),
            unit=units.get(row.organisation_id, ""),
            kinds=" · ".join(kinds.get(row.pk, ())),
        )
        for row in rows
    ]


def _kind_names(scope: Scope, keys: Sequence[str]) -> dict[str, str]:
    return {key: str(IdentityKind(key).label) for key in keys}


def _unit_names(scope: Scope, keys: Sequence[str]) -> dict[str, str]:
    return forces.unit_names(scope, keys) | {forces.NO_UNIT: str(_("without a unit"))}


def _street_names(scope: Scope, keys: Sequence[str]) -> dict[str, str]:
    names = division_names(scope, [int(key) for key in keys])
    return {str(code): name for code, name in names.items()}


def _community_names(scope: Scope, keys: Sequence[str]) -> dict[str, str]:
    places = communities_by_id(scope, [int(key) for key in keys])
    return {str(number): place.name for number, place in places.items()}


PEOPLE_COLUMNS = (
    Column(heading=pgettext_lazy("person", "name"), cell=lambda one: one.name, mask=mask_name),
    Column(heading=_("organisation"), cell=lambda one: one.unit, tag="#org+name"),
    Column(heading=_("kinds"), cell=lambda one: one.kinds),
)
UNIT_COLUMNS = (
    Column(heading=_("organisation"), cell=lambda unit: unit.name, tag="#org+name"),
    Column(heading=_("level"), cell=lambda unit: unit.get_level_display()),
)
DISPATCH_COLUMNS = (
    Column(heading=_("batch"), cell=lambda one: one.batch),
    Column(heading=_("organisation"), cell=lambda one: one.organisation.name, tag="#org+name"),
    Column(heading=_("community"), cell=lambda one: one.community.name, tag="#adm5+name"),
    Column(heading=_("first day"), cell=lambda one: one.sent_on, tag="#date+start"),
)
COMMUNITY_COLUMNS = (
    Column(heading=_("community"), cell=lambda one: one.name, tag="#adm5+name"),
    Column(heading=_("number"), cell=lambda one: one.pk, tag="#adm5+code"),
)

BY_KIND = Breakdown(
    code="kind",
    title=_("by kind of person"),
    counts=forces.by_kind,
    rows=forces.of_kind,
    names=_kind_names,
    additive=False,
)
BY_UNIT = Breakdown(
    code="unit",
    title=_("by unit"),
    counts=forces.by_unit,
    rows=forces.of_unit,
    names=_unit_names,
)
BY_STREET = Breakdown(
    code="street",
    title=_("by street"),
    counts=forces.by_street,
    rows=forces.of_place,
    names=_street_names,
    additive=False,
)
BY_COMMUNITY = Breakdown(
    code="community",
    title=_("by community"),
    counts=forces.by_community,
    rows=forces.of_place,
    names=_community_names,
    additive=False,
)

FORCES = Figure(
    code="mobilisation.forces",
    title=_("Forces"),
    means=_(
        "People who were sent, have joined or have reported in where they live, up to the day; "
        "who is in both channels counts once."
    ),
    unit=PERSON,
    rows=forces.forces,
    columns=PEOPLE_COLUMNS,
    present=present_people,
    by_facts=True,
    breakdowns=(BY_KIND, BY_UNIT, BY_STREET, BY_COMMUNITY),
)
AT_HOME = Figure(
    code="mobilisation.reported-at-home",
    title=_("Reported in where they live"),
    means=_("People who have reported in at their community of residence, each counted once."),
    unit=PERSON,
    rows=forces.at_home,
    columns=REPORT_IN_COLUMNS,
    present=present_report_ins,
    distinct="member",
)
BOTH_CHANNELS = Figure(
    code="mobilisation.both-channels",
    title=_("In both channels"),
    means=_("People sent by a unit who have reported in where they live as well."),
    unit=PERSON,
    rows=forces.through_both,
    columns=PEOPLE_COLUMNS,
    present=present_people,
    by_facts=True,
)
BATCHES = Figure(
    code="mobilisation.batches",
    title=_("Batches"),
    means=_("Numbers of batches in which people were sent up to the day."),
    unit=BATCH,
    rows=forces.batches,
    columns=DISPATCH_COLUMNS,
    distinct="batch",
    personal=False,
)
SENDING_UNITS = Figure(
    code="mobilisation.sending-units",
    title=_("Units that have sent people"),
    means=_("Units that have sent people to communities up to the day."),
    unit=ORGANISATION,
    rows=forces.sending_units,
    columns=UNIT_COLUMNS,
    personal=False,
)
COMMUNITIES = Figure(
    code="mobilisation.communities",
    title=_("Communities with forces"),
    means=_("Communities to which people were sent or where they have reported in."),
    unit=COMMUNITY,
    rows=forces.communities,
    columns=COMMUNITY_COLUMNS,
    personal=False,
)
STREETS = Figure(
    code="mobilisation.streets",
    title=_("Streets with forces"),
    means=_("Streets with a community to which people were sent or where they have reported in."),
    unit=STREET,
    rows=forces.streets,
    columns=COMMUNITY_COLUMNS,
    personal=False,
)
RESIDENT_VOLUNTEERS = Figure(
    code="mobilisation.resident-volunteers",
    title=_("Resident volunteers"),
    means=_("Volunteers among the forces whom no unit employs."),
    unit=VOLUNTEER,
    rows=forces.resident_volunteers,
    columns=PEOPLE_COLUMNS,
    present=present_people,
)


def _of_kind(kind: IdentityKind, title: str | Promise) -> Figure:
    def rows(scope: Scope, cutoff: Cutoff) -> Any:
        return forces.of_kind(scope, cutoff, kind.value)

    return Figure(
        code=f"mobilisation.forces-{kind.value}",
        title=title,
        means=_("People of this kind among the forces; who is of several kinds counts in each."),
        unit=PERSON,
        rows=rows,
        columns=PEOPLE_COLUMNS,
        present=present_people,
    )


OF_KINDS = tuple(
    _of_kind(kind, title)
    for kind, title in (
        (IdentityKind.PARTY_MEMBER, _("Forces: party members in service")),
        (IdentityKind.RETIRED_PARTY_MEMBER, _("Forces: retired party members")),
        (IdentityKind.PUBLIC_SERVANT, _("Forces: public servants")),
        (IdentityKind.DEPUTY, _("Forces: people's congress deputies")),
        (IdentityKind.CPPCC, _("Forces: CPPCC members")),
        (IdentityKind.STAFF, _("Forces: cadres and employees")),
        (IdentityKind.VOLUNTEER, _("Forces: volunteers")),
    )
)

FIGURES = (
    FORCES,
    *OF_KINDS,
    RESIDENT_VOLUNTEERS,
    AT_HOME,
    BOTH_CHANNELS,
    BATCHES,
    SENDING_UNITS,
    STREETS,
    COMMUNITIES,
)
