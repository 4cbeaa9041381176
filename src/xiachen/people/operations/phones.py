"""Accounts of people who never sign in: what they record on a phone is theirs."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from xiachen.base.ids import uuid7
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.periods import standing_on
from xiachen.privacy import audit
from xiachen.privacy.scope import Role, Scope

# How the sign-in names of such accounts begin; nobody types them.
PHONE_ACCOUNT = "phone-"


@transaction.atomic
def ensure_accounts(
    scope: Scope, *, members: Iterable[UUID], incident: UUID, day: date
) -> dict[UUID, Account]:
    """
    Return an account for each person that may record their own work in an incident from a day.

    Who has none gets one that nobody can sign in with; who may not record for themselves gets the
    role. The caller has checked whom it may ask for. Closed accounts stay closed and are left out.
    """
    wanted = set(members)
    accounts = {one.member_id: one for one in Account.objects.filter(member__in=wanted)}
    opened = [
        Account(
            username=f"{PHONE_ACCOUNT}{uuid7().hex}",
            member_id=member,
            password=make_password(None),
        )
        for member in sorted(wanted - accounts.keys())
    ]
    Account.objects.bulk_create(opened)
    accounts |= {one.member_id: one for one in opened}
    _let_record(scope, accounts.values(), incident, day)
    for one in opened:
        audit.record(scope, "people.open-phone-account", subject=one.member_id, targets=[one.pk])
    return {member: one for member, one in accounts.items() if member and one.is_active}


def _let_record(scope: Scope, accounts: Iterable[Account], incident: UUID, day: date) -> None:
    held = Grant.objects.filter(
        Q(incident=None) | Q(incident=incident),
        standing_on(day),
        account__in=accounts,
        role=Role.MEMBER,
    )
    have = set(held.values_list("account_id", flat=True))
    Grant.objects.bulk_create(
        Grant(
            account=one,
            role=Role.MEMBER,
            incident=incident,
            from_day=day,
            given_by=scope.account,
        )
        for one in accounts
        if one.pk not in have and one.is_active
    )
