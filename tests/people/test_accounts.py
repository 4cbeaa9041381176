"""Accounts and grants: guessable passwords, missing reach and forbidden pairs are refused."""

from datetime import date

import pytest

from tests.world import BEGAN, DAY, FENGLIN, PASSWORD, World
from xiachen.base import clock
from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.base.ids import uuid7
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.operations import accounts
from xiachen.people.queries import accounts as queries
from xiachen.privacy import audit
from xiachen.privacy.scope import Role


def opened(world: World, username: str = "newcomer", **given: object) -> Account:
    return accounts.open_account(
        world.scope(Role.ADMINISTRATOR),
        **{"username": username, "password": PASSWORD} | given,  # type: ignore[arg-type]
    )


def give(world: World, account: Account, role: str, **given: object) -> Grant:
    return accounts.give_grant(
        world.scope(Role.ADMINISTRATOR),
        account=account.pk,
        role=role,
        **{"from_day": DAY} | given,  # type: ignore[arg-type]
    )


def test_an_account_keeps_no_password_in_clear(world: World) -> None:
    made = opened(world)
    assert made.check_password(PASSWORD)
    assert PASSWORD not in made.password


@pytest.mark.parametrize("password", ["short", "password123", ""])
def test_a_password_that_is_easily_guessed_is_refused(world: World, password: str) -> None:
    with pytest.raises(accounts.WeakPassword) as refused:
        opened(world, password=password)
    assert refused.value.field == "password"
    assert not Account.objects.filter(username="newcomer").exists()


def test_a_sign_in_name_is_taken_in_any_case(world: World) -> None:
    opened(world)
    with pytest.raises(accounts.UsernameTaken):
        opened(world, "NewComer")


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("username", "a b", Invalid),
        ("language", "fr", Invalid),
        ("email", "nobody", Invalid),
        ("member", uuid7(), NotFound),
    ],
)
def test_bad_values_are_refused_beside_their_field(
    world: World, field: str, value: object, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as refused:
        opened(world, **{field: value})
    assert refused.value.field == field


def test_a_person_has_one_account(world: World) -> None:
    with pytest.raises(accounts.HasAccount):
        opened(world, member=world.local)


@pytest.mark.parametrize("role", [Role.HEADQUARTERS, Role.SECRETARY, Role.MOBILISER])
def test_only_the_administrator_opens_accounts_and_gives_roles(world: World, role: Role) -> None:
    with pytest.raises(Forbidden):
        accounts.open_account(world.scope(role), username="newcomer", password=PASSWORD)
    with pytest.raises(Forbidden):
        accounts.give_grant(
            world.scope(role),
            account=world.accounts[role].pk,
            role="headquarters",
            division=0,
            from_day=DAY,
        )


def test_an_administrator_never_sees_people_whichever_role_comes_first(world: World) -> None:
    first, second = opened(world, "first"), opened(world, "second")
    give(world, first, "administrator")
    with pytest.raises(accounts.RolesApart):
        give(world, first, "secretary", division=FENGLIN)
    give(world, second, "secretary", division=FENGLIN)
    with pytest.raises(accounts.RolesApart):
        give(world, second, "administrator")
    give(world, first, "auditor")


def test_roles_apart_may_follow_each_other(world: World) -> None:
    account = opened(world)
    give(world, account, "secretary", division=FENGLIN, to_day=DAY)
    give(world, account, "administrator", from_day=date(2020, 3, 2))


@pytest.mark.parametrize(
    ("role", "reach"),
    [
        ("secretary", {}),
        ("liaison", {"division": FENGLIN}),
        ("team-leader", {"division": FENGLIN}),
        ("member", {}),
        ("auditor", {"division": FENGLIN}),
        ("headquarters", {"organisation": True}),
    ],
)
def test_a_role_is_given_the_reach_it_needs_and_no_other(
    world: World, role: str, reach: dict[str, object]
) -> None:
    if "organisation" in reach:
        reach = {"organisation": world.bureau.pk}
    with pytest.raises(accounts.RoleNeedsReach):
        give(world, opened(world), role, **reach)


@pytest.mark.parametrize(
    ("role", "division", "refusal"),
    [
        ("secretary", 420111002000, Invalid),
        ("secretary", 0, Invalid),
        ("secretary", 420111002999, NotFound),
        ("headquarters", 4201, Invalid),
    ],
)
def test_a_division_that_cannot_be_is_refused(
    world: World, role: str, division: int, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        give(world, opened(world), role, division=division)


def test_nobody_is_given_the_systems_own_role(world: World) -> None:
    with pytest.raises(Invalid):
        give(world, opened(world), "system")
    with pytest.raises(Invalid):
        give(world, opened(world, "other"), "emperor")


def test_the_same_role_is_given_once(world: World) -> None:
    account = opened(world)
    give(world, account, "secretary", division=FENGLIN)
    with pytest.raises(accounts.GrantStands):
        give(world, account, "secretary", division=FENGLIN)


def test_a_period_that_ends_before_it_begins_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        give(world, opened(world), "auditor", to_day=BEGAN)


def test_a_role_taken_back_is_held_to_its_last_day(world: World) -> None:
    account = opened(world)
    grant = give(world, account, "auditor")
    accounts.end_grant(world.scope(Role.ADMINISTRATOR), grant=grant.pk, last_day=DAY)
    assert [one.pk for one in queries.grants_of(account.pk, day=DAY)] == [grant.pk]
    assert not queries.grants_of(account.pk, day=date(2020, 3, 2))


def test_a_closed_account_holds_nothing(world: World) -> None:
    account = world.accounts[Role.SECRETARY]
    assert queries.grants_of(account.pk, day=DAY)
    accounts.close_account(world.scope(Role.ADMINISTRATOR), account=account.pk, at=clock.now())
    assert not queries.grants_of(account.pk, day=DAY)


def test_a_password_is_changed_by_its_owner_or_the_administrator(world: World) -> None:
    own = world.scope(Role.SECRETARY)
    accounts.change_password(own, account=own.account, password="another-long-word")
    assert Account.objects.get(pk=own.account).check_password("another-long-word")
    with pytest.raises(Forbidden):
        accounts.change_password(
            own, account=world.accounts[Role.MEMBER].pk, password="another-long-word"
        )


def test_without_its_audit_no_role_is_given(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    account = opened(world)

    def broken(*given: object, **named: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="disk"):
        give(world, account, "auditor")
    assert not Grant.objects.filter(account=account).exists()
