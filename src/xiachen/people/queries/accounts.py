"""Reads of accounts and the roles that they hold."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.base.errors import NotFound
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.periods import standing_on
from xiachen.people.queries.members import members_reached
from xiachen.privacy.scope import Can, Role, Scope

_HELD = f"""
    select held.* from {Grant._meta.db_table} as held
    join {Account._meta.db_table} as account on account.id = held.account_id
    where held.account_id = %s and account.is_active and not held.waits
    and held.from_day <= %s and (held.to_day is null or held.to_day >= %s)
    order by held.from_day, held.id
"""


def accounts(scope: Scope) -> QuerySet[Account]:
    """Return all accounts with their grants, for whoever manages them."""
    scope.require(Can.MANAGE_ACCOUNTS)
    return Account.objects.prefetch_related("grants__organisation").order_by("username")


def account(scope: Scope, id: UUID) -> Account:
    """
    Return one account.

    :raises NotFound: there is none
    """
    found = accounts(scope).filter(pk=id).first()
    if found is None:
        raise NotFound()
    return found


def grants_to_approve(scope: Scope) -> list[Grant]:
    """Return the roles that wait for a second administrator, the oldest first."""
    scope.require(Can.MANAGE_ACCOUNTS)
    rows = Grant.objects.filter(waits=True).select_related("account", "organisation")
    return list(rows.order_by("pk"))


def grants_reached(scope: Scope, *, day: date) -> QuerySet[Grant]:
    """
    Return the roles held on a day within the scope: in its places, units and teams, by its people.

    Roles in another incident are not among them.
    """
    rows = Grant.objects.filter(standing_on(day), waits=False, account__is_active=True)
    rows = rows.filter(Q(incident=None) | Q(incident=scope.incident))
    if scope.role is Role.SYSTEM:
        return rows
    reach = scope.within("division") | scope.within("organisation__division")
    reach |= Q(organisation__in=scope.organisations) | Q(team__in=scope.teams)
    people = members_reached(scope).order_by().values("pk")
    return rows.filter(reach | Q(account__member__in=people))


def grants_of(account: UUID, *, day: date) -> Sequence[Grant]:
    """
    Return the roles an account holds on a day, the oldest first; for making a scope.

    A role that waits for a second administrator is not held. Asked with every request, hence in
    plain SQL: putting the statement together took four times as long as answering it.
    """
    return list(Grant.objects.raw(_HELD, [account, day, day]))
