"""Reads of dispatches, enrolments, excuses and report-ins."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models import Dispatch, Enrolment, Excuse, Release, ReportIn
from xiachen.people.models.members import Member
from xiachen.privacy.scope import Can, Role, Scope

Marks = Mapping[int, int] | None


def dispatches(scope: Scope, *, incident: UUID) -> QuerySet[Dispatch]:
    """Return what units have sent, to communities of the scope or by units of the scope."""
    if not _reads(scope, incident) or scope.role is Role.MEMBER:
        return Dispatch.objects.none()
    reach = scope.within("community_id") | Q(organisation_id__in=scope.organisations)
    return Dispatch.objects.filter(reach, incident_id=incident).order_by("sent_on", "pk")


def enrolments(scope: Scope, *, incident: UUID, marks: Marks = None) -> QuerySet[Enrolment]:
    """Return who belongs to the operation: one row for each stay of a person at a community."""
    if not _reads(scope, incident):
        return Enrolment.objects.none()
    rows: QuerySet[Enrolment] = Enrolment.objects.standing(marks)
    return rows.filter(_reach(scope), incident_id=incident)


def enrolled(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who was enrolled by the cut-off, whether they have left since or not."""
    return enrolments(scope, incident=cutoff.incident, marks=cutoff.marks).filter(
        occurred_at__lte=cutoff.occurred_until, from_day__lte=cutoff.day
    )


def expected(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who is expected (应报到) on the day: enrolled, not excused, not gone home before."""
    return enrolled(scope, cutoff).filter(~Exists(_gone(cutoff)), ~Exists(_excused(cutoff)))


def excused(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who would be expected on the day but is excused; the reasons are in `excuses`."""
    return enrolled(scope, cutoff).filter(~Exists(_gone(cutoff)), Exists(_excused(cutoff)))


def excuses(scope: Scope, *, incident: UUID, marks: Marks = None) -> QuerySet[Excuse]:
    """
    Return the excuses with their reasons.

    :raises Forbidden: the role does not excuse people; `excused` tells who is, without the reason
    """
    scope.require(Can.EXCUSE)
    if not _reads(scope, incident):
        return Excuse.objects.none()
    rows: QuerySet[Excuse] = Excuse.objects.standing(marks)
    here = enrolments(scope, incident=incident, marks=marks).values("member_id")
    reach = Q(member__organisation_id__in=scope.organisations) | Q(member_id__in=here)
    return rows.filter(reach, incident_id=incident).order_by("from_day", "pk")


def report_ins(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    """Return the report-ins of persons: one row for each channel."""
    return _report_ins(scope, cutoff).filter(member__isnull=False)


def unit_report_ins(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    """Return the report-ins of units at their contact points."""
    return _report_ins(scope, cutoff).filter(organisation__isnull=False)


def reported(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    """
    Return the report-ins of those who are expected where they reported in.

    A person with two channels has two rows; count `member` once.
    """
    here = expected(scope, cutoff).filter(
        member_id=OuterRef("member"), community_id=OuterRef("community_id")
    )
    return report_ins(scope, cutoff).filter(Exists(here))


def not_reported(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return those who are expected and have not reported in there."""
    theirs = report_ins(scope, cutoff).filter(
        member=OuterRef("member_id"), community_id=OuterRef("community_id")
    )
    return expected(scope, cutoff).filter(~Exists(theirs))


def enrolled_on(
    scope: Scope, *, incident: UUID, day: date, community: int | None = None
) -> QuerySet[Enrolment]:
    """Return the stays that include a day, excused or not."""
    rows = enrolments(scope, incident=incident).filter(from_day__lte=day)
    rows = rows.filter(~Exists(Release.objects.standing().filter(_of_this_stay, last_day__lt=day)))
    return rows if community is None else rows.filter(community_id=community)


_of_this_stay = Q(enrolment_id=OuterRef("pk"))


def _gone(cutoff: Cutoff) -> QuerySet[Release]:
    rows: QuerySet[Release] = Release.objects.standing(cutoff.marks)
    return rows.filter(_of_this_stay, last_day__lt=cutoff.day)


def _excused(cutoff: Cutoff) -> QuerySet[Excuse]:
    rows: QuerySet[Excuse] = Excuse.objects.standing(cutoff.marks)
    return rows.filter(
        incident_id=cutoff.incident,
        member_id=OuterRef("member_id"),
        from_day__lte=cutoff.day,
        to_day__gte=cutoff.day,
    )


def _report_ins(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    if not _reads(scope, cutoff.incident):
        return ReportIn.objects.none()
    rows: QuerySet[ReportIn] = ReportIn.objects.standing(cutoff.marks)
    return rows.filter(
        _reach_by_id(scope),
        incident_id=cutoff.incident,
        occurred_at__lte=cutoff.occurred_until,
    )


def _reads(scope: Scope, incident: UUID) -> bool:
    if scope.incident != incident:
        return False
    if scope.role is Role.MEMBER:
        return scope.member is not None
    return scope.allows(Can.SEE_PEOPLE) or scope.allows(Can.SEE_FIGURES)


def _reach(scope: Scope) -> Q:
    if scope.role is Role.MEMBER:
        return Q(member_id=scope.member)
    return scope.within("community_id") | Q(member__organisation_id__in=scope.organisations)


def _reach_by_id(scope: Scope) -> Q:
    if scope.role is Role.MEMBER:
        return Q(member=scope.member)
    reach = scope.within("community_id")
    if not scope.organisations:
        return reach
    theirs = Member.objects.filter(organisation_id__in=scope.organisations).values("pk")
    return reach | Q(member__in=theirs) | Q(organisation__in=scope.organisations)
