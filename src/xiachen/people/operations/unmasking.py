"""Seeing somebody's values whole: asked with a reason, approved by another person, for minutes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.people.queries.members import member as member_of
from xiachen.people.queries.residents import resident_of
from xiachen.privacy import operations as privacy
from xiachen.privacy.masking import mask_name
from xiachen.privacy.models import Unmasking
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """A person's values as they are; `unmasking` says why they are shown, and until when."""

    name: str
    phone: str
    identity_number: str
    unmasking: Unmasking


@transaction.atomic
def ask_for_member(scope: Scope, *, member: UUID, reason: str, at: datetime) -> Unmasking:
    """
    Ask to see the numbers of somebody whom the scope reaches.

    :raises NotFound: the person is not reached
    """
    found = member_of(scope, member)
    return privacy.request_unmask(
        scope, subject=found.pk, about=mask_name(found.name), reason=reason, at=at
    )


@transaction.atomic
def ask_for_resident(
    scope: Scope, *, community: int, resident: UUID, reason: str, at: datetime
) -> Unmasking:
    """
    Ask to see the values of a resident of the scope's places.

    :raises NotFound: there is no such resident there
    """
    scope.require(Can.SEE_PEOPLE, community=community)
    found = resident_of(scope, community=community, resident=resident)
    about = mask_name(found.opened()["name"])
    return privacy.request_unmask(scope, subject=found.pk, about=about, reason=reason, at=at)


@transaction.atomic
def reveal_member(scope: Scope, *, member: UUID, at: datetime) -> Revealed:
    """
    Return somebody's numbers as they are, and note the look.

    :raises NotFound: the person is not, or no longer, reached
    """
    found = member_of(scope, member)
    unmasking = privacy.reveal(scope, subject=found.pk, at=at)
    contact = found.opened_contact()
    return Revealed(
        name=found.name,
        phone=contact["phone"],
        identity_number=contact["identity"],
        unmasking=unmasking,
    )


@transaction.atomic
def reveal_resident(scope: Scope, *, community: int, resident: UUID, at: datetime) -> Revealed:
    """
    Return a resident's values as they are, and note the look.

    :raises NotFound: there is no such resident in the scope's places
    """
    scope.require(Can.SEE_PEOPLE, community=community)
    found = resident_of(scope, community=community, resident=resident)
    unmasking = privacy.reveal(scope, subject=found.pk, at=at)
    values = found.opened()
    return Revealed(
        name=values["name"],
        phone=values["phone"],
        identity_number=values["identity"],
        unmasking=unmasking,
    )
