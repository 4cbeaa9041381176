"""Whom one can call in a community: who holds one of its roles, with their numbers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from xiachen.people.models.accounts import Grant
from xiachen.people.models.members import Member
from xiachen.people.models.periods import standing_on
from xiachen.privacy.scope import Role, Scope


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who can be called, in the role in which it is."""

    grant: UUID
    community: int
    role: str
    member: Member

    @property
    def phone(self) -> str:
        """The number; empty where none is known."""
        return self.member.opened_contact()["phone"]


def called_in(
    scope: Scope, *, communities: Collection[int], roles: Collection[Role], day: date
) -> list[Called]:
    """Return who holds one of the roles in the communities on a day; one statement."""
    if not communities:
        return []
    rows = Grant.objects.filter(
        Q(incident=None) | Q(incident=scope.incident),
        standing_on(day),
        waits=False,
        account__is_active=True,
        division__in=communities,
        role__in=[one.value for one in roles],
        account__member__isnull=False,
    )
    return [
        Called(row.pk, row.division, row.role, row.account.member)
        for row in rows.select_related("account__member").order_by("pk")
        if row.division is not None and row.account.member is not None
    ]
