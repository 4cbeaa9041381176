"""A role that sees people's data is given by one administrator and approved by another."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.people.test_accounts import give, opened
from tests.people.test_screens import client_of
from tests.world import DAY, FENGLIN, MORNING, PASSWORD, World, prove_twice
from xiachen.base.errors import Forbidden, NotFound
from xiachen.base.ids import uuid7
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.operations import accounts
from xiachen.people.queries.accounts import grants_of, grants_to_approve
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope
from xiachen.site.scoping import scope_of


@pytest.fixture
def second(world: World) -> Account:
    """Another administrator, opened as whoever rules the machine does."""
    return accounts.open_administrator(
        world.system, username="second", password=PASSWORD, language="en", at=MORNING
    )


def scope_of_account(account: Account) -> Scope:
    return scope_of(grants_of(account.pk, day=DAY)[0])


def test_a_personal_role_is_held_once_a_second_administrator_approves(
    world: World, second: Account
) -> None:
    account = opened(world)
    grant = give(world, account, "secretary", division=FENGLIN)
    assert grant.waits
    assert grants_of(account.pk, day=DAY) == []
    assert [one.pk for one in grants_to_approve(scope_of_account(second))] == [grant.pk]
    accounts.approve_grant(scope_of_account(second), grant=grant.pk)
    (held,) = grants_of(account.pk, day=DAY)
    assert (held.pk, held.approved_by) == (grant.pk, second.pk)
    assert grants_to_approve(scope_of_account(second)) == []
    assert AuditEntry.objects.get(action="people.approve-grant").targets == [account.pk, grant.pk]


def test_nobody_approves_what_they_have_given(world: World, second: Account) -> None:
    grant = give(world, opened(world), "liaison", organisation=world.bureau.pk)
    with pytest.raises(accounts.OwnGrant):
        accounts.approve_grant(world.scope(Role.ADMINISTRATOR), grant=grant.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(waits=False, approved_by=grant.given_by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(approved_by=second.pk)
    grant.refresh_from_db()
    assert grant.waits


def test_nobody_approves_a_role_for_themselves(world: World, second: Account) -> None:
    accounts.end_grant(world.system, grant=grants_of(second.pk, day=DAY)[0].pk, last_day=DAY)
    acting = scope_of_account(second)
    grant = give(world, second, "administrator", from_day=DAY.replace(day=2))
    with pytest.raises(accounts.OwnGrant):
        accounts.approve_grant(acting, grant=grant.pk)


def test_one_administrator_alone_makes_no_second(world: World) -> None:
    account = opened(world)
    assert give(world, account, "administrator").waits
    assert grants_of(account.pk, day=DAY) == []


@pytest.mark.parametrize("role", ["auditor"])
def test_roles_that_see_nobody_wait_for_nobody(world: World, role: str) -> None:
    account = opened(world)
    assert not give(world, account, role).waits
    assert len(grants_of(account.pk, day=DAY)) == 1


def test_a_role_is_approved_once(world: World, second: Account) -> None:
    acting = scope_of_account(second)
    grant = give(world, opened(world), "secretary", division=FENGLIN)
    accounts.approve_grant(acting, grant=grant.pk)
    with pytest.raises(accounts.GrantApproved):
        accounts.approve_grant(acting, grant=grant.pk)
    with pytest.raises(NotFound):
        accounts.approve_grant(acting, grant=uuid7())


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.HEADQUARTERS, Role.AUDITOR])
def test_nobody_else_approves_or_opens_an_administrator(world: World, role: Role) -> None:
    grant = give(world, opened(world), "secretary", division=FENGLIN)
    with pytest.raises(Forbidden):
        accounts.approve_grant(world.scope(role), grant=grant.pk)
    with pytest.raises(Forbidden):
        accounts.open_administrator(
            world.scope(Role.ADMINISTRATOR),
            username="third",
            password=PASSWORD,
            language="en",
            at=MORNING,
        )


def test_the_screens_lead_through_both_steps(world: World, second: Account) -> None:
    first = client_of(world, Role.ADMINISTRATOR)
    prove_twice(first)
    other = Client()
    other.force_login(second)
    prove_twice(other)
    account = opened(world)
    given = {"role": "secretary", "division": FENGLIN, "from_day": DAY.isoformat()}
    answer = first.post(f"/people/accounts/{account.pk}", given, follow=True)
    assert "waits for another administrator" in answer.content.decode()
    grant = Grant.objects.get(account=account)
    approve = f"/people/grants/{grant.pk}/approve"
    assert approve not in first.get("/people/accounts/").content.decode()
    assert first.post(approve).status_code == 403
    assert approve in other.get("/people/accounts/").content.decode()
    assert other.post(approve).status_code == 302
    assert len(grants_of(account.pk, day=DAY)) == 1
