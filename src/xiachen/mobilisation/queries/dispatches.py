"""Reads of what units have sent, and of whom they could send."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from xiachen.base.errors import NotFound
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Dispatch, Enrolment, EnrolmentSource, Release
from xiachen.mobilisation.queries.stays import enrolments, reads
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_reached
from xiachen.people.queries.units import organisations_below
from xiachen.privacy.scope import Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchLine:
    """A dispatch with its people: how many were sent, are still there on a day, have reported."""

    dispatch: Dispatch
    sent: int
    there: int
    reported: int


def dispatches(scope: Scope, *, incident: UUID) -> QuerySet[Dispatch]:
    """Return what units have sent, to communities of the scope or by units of the scope."""
    if not reads(scope, incident) or scope.role is Role.MEMBER:
        return Dispatch.objects.none()
    reach = scope.within("community_id") | Q(organisation_id__in=scope.organisations)
    return Dispatch.objects.filter(reach, incident_id=incident).order_by("sent_on", "pk")


def dispatch_of(scope: Scope, id: UUID) -> Dispatch:
    """
    Return one dispatch of the scope's incident.

    :raises NotFound: there is none of that id within the scope
    """
    if scope.incident is None:
        raise NotFound()
    rows = dispatches(scope, incident=scope.incident).filter(pk=id)
    found = rows.select_related("document", "organisation", "community").first()
    if found is None:
        raise NotFound()
    return found


def dispatch_lines(scope: Scope, rows: Sequence[Dispatch], *, day: date) -> list[DispatchLine]:
    """Return dispatches of the scope with the numbers of their people, two statements for all."""
    gone = Release.objects.standing().filter(enrolment_id=OuterRef("pk"), last_day__lt=day)
    taken = ReportIn.objects.standing().filter(
        incident=scope.incident,
        member=OuterRef("member_id"),
        community_id=OuterRef("community_id"),
    )
    stays = Enrolment.objects.standing().filter(dispatch__in=[row.pk for row in rows])
    counted = {
        dispatch: numbers
        for dispatch, *numbers in stays.order_by()
        .values("dispatch")
        .annotate(
            sent=Count("pk", filter=Q(follows=None)),
            there=Count("pk", filter=~Exists(gone)),
            reported=Count("pk", filter=Exists(taken)),
        )
        .values_list("dispatch", "sent", "there", "reported")
    }
    return [
        DispatchLine(dispatch=row, sent=sent, there=there, reported=reported)
        for row in rows
        for sent, there, reported in [counted.get(row.pk, (0, 0, 0))]
    ]


def stays_of(scope: Scope, *, dispatch: UUID) -> QuerySet[Enrolment]:
    """
    Return the stays of those whom a dispatch sent, by name; where they have ended, with `last_day`.

    Who was moved has one for each community.
    """
    if scope.incident is None:
        return Enrolment.objects.none()
    ended = Release.objects.standing().filter(enrolment_id=OuterRef("pk")).values("last_day")
    rows = enrolments(scope, incident=scope.incident).filter(dispatch=dispatch)
    return (
        rows.annotate(last_day=Subquery(ended[:1]))
        .select_related("member__organisation", "community")
        .order_by("member__sort_key", "member_id", "from_day")
    )


def open_stays_of(scope: Scope, *, dispatch: UUID) -> QuerySet[Enrolment]:
    """Return those stays of a dispatch that have not ended, by name."""
    ended = Release.objects.standing().filter(enrolment_id=OuterRef("pk"))
    return stays_of(scope, dispatch=dispatch).filter(~Exists(ended))


def next_batch(scope: Scope, *, organisation: UUID, community: int) -> int:
    """Return the number of the next batch of a unit to a community."""
    before = Dispatch.objects.filter(
        incident=scope.incident, organisation=organisation, community=community
    )
    return (before.aggregate(last=Max("batch"))["last"] or 0) + 1


def unit_people(scope: Scope, *, organisation: UUID, text: str = "") -> QuerySet[Member]:
    """
    Return the people of a unit and of those below it, as far as the scope reaches them.

    :param text: part of the name, or the beginning of its pinyin
    """
    wanted = " ".join(text.split())
    rows = members_reached(scope).filter(organisation__in=organisations_below(organisation))
    if wanted:
        rows = rows.filter(Q(name__icontains=wanted) | Q(sort_key__istartswith=wanted))
    return rows.select_related("organisation")


def sent_elsewhere(
    scope: Scope, *, community: int, members: Iterable[UUID], day: date
) -> set[UUID]:
    """
    Return those of some people whom a unit has sent to another community, for later than a day.

    For checks of operations, hence also outside the scope's places. Whoever leaves there on the
    day itself is free to be sent here on it.
    """
    ended = Release.objects.standing().filter(enrolment_id=OuterRef("pk"), last_day__lte=day)
    sent = Enrolment.objects.standing().filter(
        ~Exists(ended),
        incident=scope.incident,
        source=EnrolmentSource.DISPATCHED,
        member__in=list(members),
    )
    return set(sent.exclude(community=community).values_list("member_id", flat=True))
