"""Reads of the units that are called: which have sent people, and which have not."""

from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.figures.figure import Cutoff
from xiachen.incidents.models import IncidentCommunity
from xiachen.mobilisation.models.stays import Dispatch
from xiachen.mobilisation.queries.stays import belonging, reads
from xiachen.people.models.units import Organisation
from xiachen.privacy.scope import Scope


def called_units(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return units that have sent people, or whose contact point lies in the operation."""
    if not reads(scope, cutoff.incident):
        return Organisation.objects.none()
    listed = IncidentCommunity.objects.filter(
        Q(to_day=None) | Q(to_day__gte=cutoff.day),
        incident=cutoff.incident,
        from_day__lte=cutoff.day,
    )
    contact = Q(contact_community__in=listed.values("community_id"))
    sent = Dispatch.objects.filter(
        scope.within(), incident=cutoff.incident, sent_on__lte=cutoff.day
    ).values("organisation_id")
    reach = scope.within("contact_community_id") | Q(pk__in=scope.organisations)
    own_sent = Dispatch.objects.filter(
        incident=cutoff.incident, organisation__in=scope.organisations, sent_on__lte=cutoff.day
    ).values("organisation_id")
    return Organisation.objects.filter(
        (contact & reach) | Q(pk__in=sent) | Q(pk__in=own_sent)
    ).order_by("name", "pk")


def mobilised_units(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return called units with people, of their own or of units below, in the operation."""
    return called_units(scope, cutoff).filter(pk__in=_units_with_people(scope, cutoff))


def units_not_mobilised(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return called units of which nobody belongs to the operation."""
    return called_units(scope, cutoff).exclude(pk__in=_units_with_people(scope, cutoff))


def _units_with_people(scope: Scope, cutoff: Cutoff) -> set[UUID]:
    """Return the units of everybody enrolled on the day, and all units above them."""
    rows = belonging(scope, cutoff)
    units_there = rows.order_by().values_list("member__organisation_id", flat=True).distinct()
    found = set(units_there) - {None}
    parents = dict(Organisation.objects.values_list("pk", "parent_id"))
    reached: set[UUID] = set()
    for unit in found:
        step: UUID | None = unit
        while step is not None and step not in reached:
            reached.add(step)
            step = parents.get(step)
    return reached
