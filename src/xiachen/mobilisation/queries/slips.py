"""Reads of the stamped slips of those who reported in elsewhere."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.base.errors import NotFound
from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models.slips import Slip
from xiachen.mobilisation.queries.stays import Marks, reads
from xiachen.privacy.scope import Can, Role, Scope


def slips(scope: Scope, *, incident: UUID, marks: Marks = None) -> QuerySet[Slip]:
    """Return the slips of people whom the scope answers for, the latest first."""
    if not reads(scope, incident):
        return Slip.objects.none()
    rows: QuerySet[Slip] = Slip.objects.standing(marks)
    reach = Q(member_id=scope.member)
    if scope.role is not Role.MEMBER:
        reach = (
            scope.within("member__home_community_id")
            | scope.within("member__organisation__division")
            | Q(member__organisation_id__in=scope.organisations)
        )
    return rows.filter(reach, incident_id=incident).order_by("-day", "-pk")


def photos_open(scope: Scope, *, slips: Iterable[UUID]) -> set[UUID]:
    """
    Return of which slips the scope may open the photo, on which names and stamps stand in clear.

    Those who answer for the person's report-in do: who excuses the people of the unit (of nobody's
    unit: of the home), and the secretary of the home. Others see that there is a photo.
    """
    at_home = scope.within("member__home_community_id")
    theirs = Q(pk__in=[])
    if scope.allows(Can.EXCUSE):
        theirs |= scope.within("member__organisation__division")
        theirs |= Q(member__organisation_id__in=scope.organisations)
        theirs |= Q(member__organisation=None) & at_home
    if scope.role is Role.SECRETARY:
        theirs |= at_home
    rows = Slip.objects.filter(theirs, pk__in=list(slips)).exclude(photo=None).order_by()
    return set(rows.values_list("pk", flat=True))


def slips_by(scope: Scope, cutoff: Cutoff) -> QuerySet[Slip]:
    """Return the slips that prove a report-in by the cut-off."""
    rows = slips(scope, incident=cutoff.incident, marks=cutoff.marks)
    return rows.filter(day__lte=cutoff.day, occurred_at__lte=cutoff.occurred_until)


def slip_of(scope: Scope, id: UUID) -> Slip:
    """
    Return one slip that stands.

    :raises NotFound: there is none within the scope
    """
    if scope.incident is None:
        raise NotFound()
    found = slips(scope, incident=scope.incident).filter(pk=id).select_related("member").first()
    if found is None:
        raise NotFound()
    return found
