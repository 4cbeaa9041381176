"""Reads of units, people and accounts."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Q

from xiachen.people.models.accounts import Grant


def grants_of(account: UUID, *, day: date) -> Sequence[Grant]:
    """Return the roles an account holds on a day, the oldest first; for making a scope."""
    return list(
        Grant.objects.filter(account_id=account, from_day__lte=day)
        .filter(Q(to_day=None) | Q(to_day__gte=day))
        .select_related("account", "organisation")
        .order_by("from_day", "pk")
    )


def organisations_below(organisation: UUID | None) -> frozenset[UUID]:
    """Return a unit and all units below it; of none, nothing. For making a scope."""
    return _tree("people_organisation", organisation)


def _tree(table: str, root: UUID | None) -> frozenset[UUID]:
    if root is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            f"with recursive below(id) as (select %s::uuid union "
            f"select child.id from {table} child join below on child.parent_id = below.id) "
            f"select id from below",
            [root],
        )
        return frozenset(row[0] for row in cursor.fetchall())
