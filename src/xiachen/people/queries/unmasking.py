"""Whether somebody's values can be seen whole by whoever asks, and whether they have asked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiachen.people.queries.members import member as member_of
from xiachen.people.queries.residents import resident_of
from xiachen.privacy.masking import mask_name
from xiachen.privacy.models import Unmasking
from xiachen.privacy.queries import unmaskings_of
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmaskingPage:
    """
    Somebody by their masked name, and one's own request that waits or is open.

    :param household: the door of a resident; None for a member
    """

    about: str
    unmasking: Unmasking | None
    household: UUID | None = None


def member_unmasking(scope: Scope, *, member: UUID, at: datetime) -> UnmaskingPage:
    """
    Return how far one's request about a person has come.

    :raises NotFound: the person is not reached
    """
    scope.require(Can.ASK_TO_UNMASK)
    found = member_of(scope, member)
    asked = unmaskings_of(scope, [found.pk], at=at).get(found.pk)
    return UnmaskingPage(about=mask_name(found.name), unmasking=asked)


def resident_unmasking(
    scope: Scope, *, community: int, resident: UUID, at: datetime
) -> UnmaskingPage:
    """
    Return how far one's request about a resident has come.

    :raises NotFound: there is no such resident in the scope's places
    """
    scope.require(Can.ASK_TO_UNMASK, community=community)
    found = resident_of(scope, community=community, resident=resident)
    asked = unmaskings_of(scope, [found.pk], at=at).get(found.pk)
    about = mask_name(found.opened()["name"])
    return UnmaskingPage(about=about, unmasking=asked, household=found.household_id)
