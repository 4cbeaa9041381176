"""Reads of who lives behind a door, masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xiachen.base.errors import NotFound
from xiachen.people.models.residents import Resident
from xiachen.places.models import Building, Community, Household
from xiachen.places.queries.communities import community_within
from xiachen.places.queries.premises import building_of, household_of
from xiachen.privacy.masking import Masked
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentsPage:
    """A door and who lives behind it, by id, every value masked."""

    community: Community
    building: Building
    household: Household
    residents: Mapping[UUID, Masked]


def residents_page(scope: Scope, *, community: int, household: UUID, day: date) -> ResidentsPage:
    """
    Return who lives behind a door; `operations.residents.view_residents` notes the view.

    :param day: the day for which ages would be told
    :raises NotFound: there is no such door within the scope
    """
    door = household_of(scope, community=community, household=household)
    rows = Resident.objects.filter(scope.within(), community_id=community, household=door)
    return ResidentsPage(
        community=community_within(scope, community),
        building=building_of(scope, community=community, building=door.building_id),
        household=door,
        residents={row.pk: Masked(row.opened(), on=day) for row in rows.order_by("pk")},
    )


def resident_of(scope: Scope, *, community: int, resident: UUID) -> Resident:
    """
    Return a resident of the scope, sealed.

    :raises NotFound: there is none of that id in the scope's places
    """
    rows = Resident.objects.filter(scope.within(), community_id=community, pk=resident)
    found = rows.select_related("household").first()
    if found is None:
        raise NotFound()
    return found
