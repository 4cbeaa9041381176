"""The day's records: sign-ins, work, answers, and who of those expected is in which of them."""

from collections.abc import Collection, Mapping
from datetime import date, time, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from xiachen.attendance.models.records import Answer, CheckIn, GapKind, WorkRecord
from xiachen.base import clock
from xiachen.base.owned.models import FactQuerySet
from xiachen.figures.figure import Cutoff
from xiachen.incidents.models import IncidentCommunity
from xiachen.mobilisation.models.stays import Enrolment, EnrolmentSource
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.mobilisation.queries.report_ins import reported_in
from xiachen.people.models.members import Member
from xiachen.privacy.scope import Can, Role, Scope

_F = TypeVar("_F", CheckIn, WorkRecord)
Marks = Mapping[int, int] | None

# As rules.lateness has it: the fractions of 8:30:00 are still in time for 8:30.
_IN_TIME = Q(occurred_at__lt=F("deadline") + timedelta(seconds=1))


def end_of(scope: Scope, day: date, *, marks: Marks = None) -> Cutoff:
    """Return the cut-off at the end of a day, in the incident in which the scope acts."""
    # A scope without an incident reads nothing; the id of nobody's incident says so.
    return Cutoff(
        incident=scope.incident or UUID(int=0),
        day=day,
        occurred_until=clock.on_day(day, time.max),
        marks=marks,
    )


def reaches(scope: Scope, *, community: int, member: UUID) -> bool:
    """Tell whether the scope reaches a person's attendance in a community."""
    if member == scope.member:
        return True
    if not scope.allows(Can.SEE_PEOPLE) and not scope.allows(Can.VERIFY):
        return False
    return (
        scope.covers(community)
        or member in scope.members
        or Member.objects.filter(pk=member, organisation__in=scope.organisations).exists()
    )


def check_ins(scope: Scope, cutoff: Cutoff) -> QuerySet[CheckIn]:
    """Return the sign-ins of the day that stand: the first of each person and community."""
    return _of_day(scope, CheckIn.objects.all(), cutoff).filter(_first(cutoff))


def works(scope: Scope, cutoff: Cutoff) -> QuerySet[WorkRecord]:
    """Return the work of the day that stands."""
    return _of_day(scope, WorkRecord.objects.all(), cutoff)


def works_so_far(scope: Scope, cutoff: Cutoff) -> QuerySet[WorkRecord]:
    """Return the work of the day and of all days before it that stands."""
    if scope.incident != cutoff.incident:
        return WorkRecord.objects.none()
    rows: QuerySet[WorkRecord] = WorkRecord.objects.standing(cutoff.marks)
    return rows.filter(
        reached_by(scope),
        incident=cutoff.incident,
        day__lte=cutoff.day,
        occurred_at__lte=cutoff.occurred_until,
    )


def answers(scope: Scope, cutoff: Cutoff) -> QuerySet[Answer]:
    """Return what was said to the lines of the day's lists, the oldest first."""
    if scope.incident != cutoff.incident:
        return Answer.objects.none()
    return _answers_of_day(cutoff).filter(reached_by(scope)).order_by("received_at", "pk")


def present(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who is expected, has reported in and was on site (到岗), with `signed_at`."""
    return _came(scope, cutoff).filter(Exists(_sign_in_here(cutoff)))


def present_joined(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who was on site and had joined on the spot."""
    return present(scope, cutoff).filter(source=EnrolmentSource.JOINED)


def on_time(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who was on site by the deadline that held."""
    return _came(scope, cutoff).filter(Exists(_first_here(cutoff).filter(_IN_TIME)))


def late(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who was on site, but after the deadline that held."""
    return _came(scope, cutoff).filter(Exists(_first_here(cutoff).exclude(_IN_TIME)))


def not_on_time(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who of those expected was late, not on site, or has not reported in."""
    in_time = on_time(scope, cutoff).order_by().values("pk")
    return _with_sign_in(mobilisation.expected(scope, cutoff), cutoff).exclude(pk__in=in_time)


def worked(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who was on site and worked there (干事)."""
    return present(scope, cutoff).filter(Exists(_work_here(cutoff)))


def without_work(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who was on site and did not work there, nor in another community on site."""
    there = worked(scope, cutoff).order_by().values("member_id")
    return present(scope, cutoff).exclude(member_id__in=there)


def absent(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who has reported in and was on site in no community."""
    there = present(scope, cutoff).order_by().values("member_id")
    return _came(scope, cutoff).exclude(member_id__in=there)


def unsigned(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who has reported in and worked there without a sign-in (未签到有干事记录)."""
    return absent(scope, cutoff).filter(Exists(_work_here(cutoff)))


def not_present(scope: Scope, cutoff: Cutoff, *, excused: bool = False) -> QuerySet[Enrolment]:
    """
    Return who reported in and was seen nowhere (只报到不到岗): a list to verify.

    :param excused: with those whom an answer excuses
    """
    rows = absent(scope, cutoff).filter(
        ~Exists(_anywhere(CheckIn.objects.all(), cutoff, "member_id")),
        ~Exists(_anywhere(WorkRecord.objects.all(), cutoff, "member_id")),
    )
    if excused:
        return rows
    return rows.filter(~Exists(_excusing(cutoff, GapKind.NOT_PRESENT, "member_id")))


def not_working(scope: Scope, cutoff: Cutoff, *, excused: bool = False) -> QuerySet[Enrolment]:
    """
    Return who was on site and worked nowhere (只到岗不干事): a list to verify.

    :param excused: with those whom an answer excuses
    """
    rows = present(scope, cutoff).filter(
        ~Exists(_anywhere(WorkRecord.objects.all(), cutoff, "member_id"))
    )
    if excused:
        return rows
    return rows.filter(~Exists(_excusing(cutoff, GapKind.NOT_WORKING, "member_id")))


def on_list(scope: Scope, *, community: int, member: UUID, day: date, gap: str) -> bool:
    """Tell whether a person stands on one of the two lists of a day, excused or not."""
    cutoff = end_of(scope, day)
    if gap == GapKind.NOT_PRESENT:
        rows = not_present(scope, cutoff, excused=True)
        return rows.filter(community_id=community, member_id=member).exists()
    found = not_working(scope, cutoff, excused=True)
    return found.filter(community_id=community, member_id=member).exists()


def seen_anywhere(scope: Scope, cutoff: Cutoff, *, members: Collection[UUID]) -> QuerySet[CheckIn]:
    """
    Return the day's sign-ins of people whom the caller reaches, wherever they signed in.

    Also outside the scope: whoever was sent across the street must not be listed as absent.
    """
    return _day(CheckIn.objects.all(), cutoff, scope).filter(member__in=members)


def recording(scope: Scope, cutoff: Cutoff) -> QuerySet[CheckIn, int]:
    """
    Return the communities in which anybody has signed in on the day; it names nobody.

    Where nobody has, nothing tells those who stayed away from those who came.
    """
    rows = _day(CheckIn.objects.all(), cutoff, scope).order_by()
    return rows.values_list("community_id", flat=True)


def worked_anywhere(
    scope: Scope, cutoff: Cutoff, *, members: Collection[UUID]
) -> QuerySet[WorkRecord]:
    """Return the day's work of people whom the caller reaches, wherever it was."""
    return _day(WorkRecord.objects.all(), cutoff, scope).filter(member__in=members)


def communities(scope: Scope, cutoff: Cutoff) -> QuerySet[IncidentCommunity]:
    """Return the communities that the operation includes on the day."""
    if scope.incident != cutoff.incident:
        return IncidentCommunity.objects.none()
    rows = IncidentCommunity.objects.filter(
        scope.within("community_id"), incident=cutoff.incident, from_day__lte=cutoff.day
    )
    return rows.filter(Q(to_day=None) | Q(to_day__gte=cutoff.day))


def covered(scope: Scope, cutoff: Cutoff) -> QuerySet[IncidentCommunity]:
    """Return the communities of the operation with work recorded on the day (工作开展全覆盖)."""
    return communities(scope, cutoff).filter(Exists(_work_of_community(cutoff)))


def uncovered(scope: Scope, cutoff: Cutoff) -> QuerySet[IncidentCommunity]:
    """Return the communities of the operation without any work recorded on the day."""
    return communities(scope, cutoff).filter(~Exists(_work_of_community(cutoff)))


def _of_day(scope: Scope, rows: FactQuerySet[_F], cutoff: Cutoff) -> FactQuerySet[_F]:
    return _day(rows, cutoff, scope).filter(reached_by(scope))


def reached_by(scope: Scope) -> Q:
    """Return the condition that keeps records of people inside what the scope reaches."""
    if scope.role is Role.MEMBER:
        return Q(member=scope.member)
    if not (scope.allows(Can.SEE_PEOPLE) or scope.allows(Can.SEE_FIGURES)):
        return Q(pk__in=[])
    reach = scope.within("community_id") | Q(member__in=scope.members)
    if not scope.organisations:
        return reach
    theirs = Member.objects.filter(organisation__in=scope.organisations).values("pk")
    return reach | Q(member__in=theirs)


def _day(rows: FactQuerySet[_F], cutoff: Cutoff, scope: Scope | None = None) -> FactQuerySet[_F]:
    if scope is not None and scope.incident != cutoff.incident:
        return rows.none()
    return rows.standing(cutoff.marks).filter(
        incident=cutoff.incident, day=cutoff.day, occurred_at__lte=cutoff.occurred_until
    )


def _first(cutoff: Cutoff) -> Q:
    """
    Return the condition that leaves out sign-ins that come after another one of the day.

    Of two that stand one at least was recorded beside the other: of all others nothing is asked.
    """
    before = Q(occurred_at__lt=OuterRef("occurred_at")) | Q(
        occurred_at=OuterRef("occurred_at"), pk__lt=OuterRef("pk")
    )
    earlier = _day(CheckIn.objects.all(), cutoff).filter(
        before, member=OuterRef("member"), community_id=OuterRef("community_id")
    )
    return ~Q(Exists(earlier.filter(again=True))) & (Q(again=False) | ~Q(Exists(earlier)))


def _came(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    return _with_sign_in(reported_in(scope, cutoff), cutoff)


def _with_sign_in(rows: QuerySet[Enrolment], cutoff: Cutoff) -> QuerySet[Enrolment]:
    here = _sign_in_here(cutoff).order_by("occurred_at", "pk")
    return rows.annotate(
        signed_at=Subquery(here.values("occurred_at")[:1]),
        deadline=Subquery(here.values("deadline")[:1]),
    )


def _sign_in_here(cutoff: Cutoff) -> FactQuerySet[CheckIn]:
    return _day(CheckIn.objects.all(), cutoff).filter(
        member=OuterRef("member_id"), community_id=OuterRef("community_id")
    )


def _first_here(cutoff: Cutoff) -> FactQuerySet[CheckIn]:
    return _sign_in_here(cutoff).filter(_first(cutoff))


def _work_here(cutoff: Cutoff) -> QuerySet[WorkRecord]:
    return _day(WorkRecord.objects.all(), cutoff).filter(
        member=OuterRef("member_id"), community_id=OuterRef("community_id")
    )


def _work_of_community(cutoff: Cutoff) -> QuerySet[WorkRecord]:
    return _day(WorkRecord.objects.all(), cutoff).filter(community_id=OuterRef("community_id"))


def _anywhere(rows: FactQuerySet[_F], cutoff: Cutoff, person: str) -> FactQuerySet[_F]:
    """Whether a person was seen at all, also outside the scope: nobody is listed wrongly."""
    return _day(rows, cutoff).filter(member=OuterRef(person))


def _excusing(cutoff: Cutoff, gap: str, person: str) -> QuerySet[Answer]:
    return _answers_of_day(cutoff).filter(
        gap=gap, excuses=True, member=OuterRef(person), community_id=OuterRef("community_id")
    )


def _answers_of_day(cutoff: Cutoff) -> QuerySet[Answer]:
    # An answer is given after the day it is about; only its receipt is cut off.
    return Answer.objects.standing(cutoff.marks).filter(incident=cutoff.incident, day=cutoff.day)
