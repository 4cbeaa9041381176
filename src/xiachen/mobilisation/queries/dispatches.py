"""Reads of what units have sent."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.mobilisation.models import Dispatch, Enrolment, EnrolmentSource, Release
from xiachen.mobilisation.queries.stays import reads
from xiachen.privacy.scope import Role, Scope


def dispatches(scope: Scope, *, incident: UUID) -> QuerySet[Dispatch]:
    """Return what units have sent, to communities of the scope or by units of the scope."""
    if not reads(scope, incident) or scope.role is Role.MEMBER:
        return Dispatch.objects.none()
    reach = scope.within("community_id") | Q(organisation_id__in=scope.organisations)
    return Dispatch.objects.filter(reach, incident_id=incident).order_by("sent_on", "pk")


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
