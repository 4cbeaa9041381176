"""Who has to report in through both channels, who has, and who is missing and why."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from xiachen.figures.figure import Cutoff
from xiachen.incidents.models import IncidentCommunity
from xiachen.mobilisation.models.duties import ReportDuty
from xiachen.mobilisation.models.report_ins import Channel, ReportIn
from xiachen.mobilisation.models.slips import Slip
from xiachen.mobilisation.models.stays import Excuse
from xiachen.mobilisation.queries.stays import Marks, reads
from xiachen.people.models.members import Identity, IdentityKind, Member, PartyStanding
from xiachen.people.models.units import Organisation
from xiachen.privacy.scope import Role, Scope

IN_SERVICE = (PartyStanding.FULL, PartyStanding.PROBATIONARY)


class Standing(StrEnum):
    """How somebody who has to report at home stands, or why they have not."""

    HOME = "home"
    SLIP = "slip"
    NO_HOME = "no-home"
    OUTSIDE = "outside"
    WAITING = "waiting"


def duties(scope: Scope, *, incident: UUID, marks: Marks = None) -> QuerySet[ReportDuty]:
    """Return which units have to report in, and on which document; by name of the unit."""
    if not reads(scope, incident):
        return ReportDuty.objects.none()
    rows: QuerySet[ReportDuty] = ReportDuty.objects.standing(marks)
    units = Organisation.objects.filter(_of_units(scope)).order_by().values("pk")
    return rows.filter(incident_id=incident, organisation__in=units).order_by(
        "organisation__name", "pk"
    )


def obliged_units(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return the units that have to report at their contact points by the day."""
    if not reads(scope, cutoff.incident):
        return Organisation.objects.none()
    rows = Organisation.objects.filter(_of_units(scope), pk__in=_in_force(cutoff))
    return rows.order_by("name", "pk")


def units_reported(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return the obliged units that have reported in."""
    return obliged_units(scope, cutoff).filter(pk__in=_reported_units(cutoff))


def units_not_reported(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return the obliged units that have not reported in yet."""
    return obliged_units(scope, cutoff).exclude(pk__in=_reported_units(cutoff))


def called_members(scope: Scope, cutoff: Cutoff) -> QuerySet[Member]:
    """
    Return the party members in service of obliged units and of those below them.

    Excused ones are among them. A place counts those who live in it and those of its units, who
    may live elsewhere or have no home registered.
    """
    if not reads(scope, cutoff.incident):
        return Member.objects.none()
    units = with_below(scope, _in_force(cutoff).values_list("organisation_id", flat=True))
    theirs = Q(organisation__in=units) | Q(
        organisation=None, party_organisation__organisation__in=units
    )
    retired = Identity.objects.filter(member=OuterRef("pk"), kind=IdentityKind.RETIRED_PARTY_MEMBER)
    rows = Member.objects.filter(
        _of_members(scope), theirs, ~Exists(retired), party_standing__in=IN_SERVICE
    )
    return rows.annotate(standing=_standing(cutoff))


def obliged_members(scope: Scope, cutoff: Cutoff) -> QuerySet[Member]:
    """Return who has to report at home by the day (应报到): those called, less the excused."""
    return called_members(scope, cutoff).exclude(pk__in=_excused(cutoff))


def excused_members(scope: Scope, cutoff: Cutoff) -> QuerySet[Member]:
    """Return those called who are excused on the day; the reasons are in `stays.excuses`."""
    return called_members(scope, cutoff).filter(pk__in=_excused(cutoff))


def members_reported(scope: Scope, cutoff: Cutoff) -> QuerySet[Member]:
    """Return who has to report at home and has, in the community or by a slip from elsewhere."""
    return obliged_members(scope, cutoff).filter(_has_reported(cutoff))


def members_not_reported(scope: Scope, cutoff: Cutoff) -> QuerySet[Member]:
    """Return who has to report at home and has not yet."""
    return obliged_members(scope, cutoff).exclude(_has_reported(cutoff))


def with_below(scope: Scope, units: Iterable[UUID]) -> frozenset[UUID]:
    """Return units and all units below them."""
    children: dict[UUID | None, list[UUID]] = {}
    for unit, parent in Organisation.objects.order_by().values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(unit)
    found: set[UUID] = set()
    ahead = list(units)
    while ahead:
        unit = ahead.pop()
        if unit not in found:
            found.add(unit)
            ahead += children.get(unit, [])
    return frozenset(found)


def _of_units(scope: Scope) -> Q:
    return (
        scope.within("contact_community_id")
        | scope.within("division")
        | Q(pk__in=scope.organisations)
    )


def _of_members(scope: Scope) -> Q:
    if scope.role is Role.MEMBER:
        return Q(pk=scope.member)
    return (
        scope.within("home_community_id")
        | scope.within("organisation__division")
        | Q(organisation_id__in=scope.organisations)
    )


def _in_force(cutoff: Cutoff) -> QuerySet[ReportDuty, UUID]:
    rows: QuerySet[ReportDuty] = ReportDuty.objects.standing(cutoff.marks)
    return rows.filter(
        incident_id=cutoff.incident,
        from_day__lte=cutoff.day,
        occurred_at__lte=cutoff.occurred_until,
    ).values("organisation_id")  # type: ignore[return-value]


def _reported_units(cutoff: Cutoff) -> QuerySet[ReportIn]:
    rows = _report_ins(cutoff).filter(channel=Channel.UNIT, organisation__isnull=False)
    return rows.values("organisation")  # type: ignore[return-value]


def _has_reported(cutoff: Cutoff) -> Q:
    return Q(pk__in=_at_home(cutoff)) | Q(pk__in=_by_slip(cutoff))


def _at_home(cutoff: Cutoff) -> QuerySet[ReportIn]:
    rows = _report_ins(cutoff).filter(channel=Channel.RESIDENCE, member__isnull=False)
    return rows.values("member")  # type: ignore[return-value]


def _by_slip(cutoff: Cutoff) -> QuerySet[Slip]:
    rows: QuerySet[Slip] = Slip.objects.standing(cutoff.marks)
    return rows.filter(
        incident_id=cutoff.incident,
        day__lte=cutoff.day,
        occurred_at__lte=cutoff.occurred_until,
    ).values("member_id")  # type: ignore[return-value]


def _report_ins(cutoff: Cutoff) -> QuerySet[ReportIn]:
    # Whoever counts the person counts where they reported, within the scope or not.
    rows: QuerySet[ReportIn] = ReportIn.objects.standing(cutoff.marks)
    return rows.filter(incident_id=cutoff.incident, occurred_at__lte=cutoff.occurred_until)


def _excused(cutoff: Cutoff) -> QuerySet[Excuse]:
    rows: QuerySet[Excuse] = Excuse.objects.standing(cutoff.marks)
    return rows.filter(
        incident_id=cutoff.incident, from_day__lte=cutoff.day, to_day__gte=cutoff.day
    ).values("member_id")  # type: ignore[return-value]


def _standing(cutoff: Cutoff) -> Case:
    listed = IncidentCommunity.objects.filter(
        Q(to_day=None) | Q(to_day__gte=cutoff.day),
        incident=cutoff.incident,
        from_day__lte=cutoff.day,
    )
    return Case(
        When(pk__in=_at_home(cutoff), then=Value(Standing.HOME.value)),
        When(pk__in=_by_slip(cutoff), then=Value(Standing.SLIP.value)),
        When(home_community=None, then=Value(Standing.NO_HOME.value)),
        When(
            ~Q(home_community__in=listed.values("community_id")), then=Value(Standing.OUTSIDE.value)
        ),
        default=Value(Standing.WAITING.value),
        output_field=CharField(),
    )
