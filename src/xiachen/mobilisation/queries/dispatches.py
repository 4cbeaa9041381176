"""Reads of what units have sent."""

from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.mobilisation.models import Dispatch
from xiachen.mobilisation.queries.stays import reads
from xiachen.privacy.scope import Role, Scope


def dispatches(scope: Scope, *, incident: UUID) -> QuerySet[Dispatch]:
    """Return what units have sent, to communities of the scope or by units of the scope."""
    if not reads(scope, incident) or scope.role is Role.MEMBER:
        return Dispatch.objects.none()
    reach = scope.within("community_id") | Q(organisation_id__in=scope.organisations)
    return Dispatch.objects.filter(reach, incident_id=incident).order_by("sent_on", "pk")
