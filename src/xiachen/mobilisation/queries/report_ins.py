"""Reads of report-ins, through both channels."""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.base.errors import NotFound
from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.queries.stays import Marks, expected, reads, whole_day
from xiachen.people.models.members import Member
from xiachen.privacy.scope import Role, Scope


def report_ins(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    """Return the report-ins of persons: one row for each channel."""
    return every_report_in(scope, cutoff).filter(member__isnull=False)


def every_report_in(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    """Return the report-ins of persons and of units that stand."""
    if not reads(scope, cutoff.incident):
        return ReportIn.objects.none()
    rows: QuerySet[ReportIn] = ReportIn.objects.standing(cutoff.marks)
    return rows.filter(
        _reach_by_id(scope),
        incident_id=cutoff.incident,
        occurred_at__lte=cutoff.occurred_until,
    )


def report_in_of(scope: Scope, *, community: int, report_in: UUID) -> ReportIn:
    """
    Return one report-in that stands.

    :raises NotFound: there is none within the scope
    """
    rows = ReportIn.objects.standing().filter(_reach_by_id(scope), community=community)
    found = rows.filter(pk=report_in, incident=scope.incident).first() if scope.incident else None
    if found is None:
        raise NotFound()
    return found


def reported_in(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return those who are expected and have reported in there; one row for each stay."""
    return expected(scope, cutoff).filter(Exists(report_ins_of_stays(scope, cutoff)))


def reported_on(
    scope: Scope, *, day: date, community: int | None = None, marks: Marks = None
) -> QuerySet[Enrolment]:
    """Return who is expected on a day and has reported in by its end; one row for each stay."""
    here = Q() if community is None else Q(community_id=community)
    return reported_in(scope, whole_day(scope, day, marks)).filter(here)


def not_reported(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return those who are expected and have not reported in there."""
    return expected(scope, cutoff).filter(~Exists(report_ins_of_stays(scope, cutoff)))


def report_ins_of_stays(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    """
    Return the report-ins of a stay that the scope reads, for `Exists`.

    Whoever reads the stay reads that; the reach stated once more would have the database go
    through all communities for each person.
    """
    rows: QuerySet[ReportIn] = ReportIn.objects.standing(cutoff.marks)
    return rows.filter(
        incident_id=cutoff.incident,
        occurred_at__lte=cutoff.occurred_until,
        member=OuterRef("member_id"),
        community_id=OuterRef("community_id"),
    )


def _reach_by_id(scope: Scope) -> Q:
    if scope.role is Role.MEMBER:
        return Q(member=scope.member)
    reach = scope.within("community_id") | Q(member__in=scope.members)
    if not scope.organisations:
        return reach
    theirs = Member.objects.filter(organisation_id__in=scope.organisations).values("pk")
    return reach | Q(member__in=theirs) | Q(organisation__in=scope.organisations)
