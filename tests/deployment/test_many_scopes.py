"""Many scopes at once are what each grant's own scope is."""

from dataclasses import fields, replace

from tests.world import DAY, World
from xiachen.deployment.queries.many_scopes import Asking, scopes_on
from xiachen.deployment.queries.scopes import scope_of
from xiachen.privacy.scope import Scope


def told(scope: Scope) -> dict[str, object]:
    plain = replace(scope, second_factor=False)
    return {
        one.name: sorted(plain.places) if one.name == "places" else getattr(plain, one.name)
        for one in fields(plain)
        if one.name != "fellows"
    }


def test_every_role_reaches_the_same(world: World) -> None:
    for role, grant in world.grants.items():
        asking = Asking(grant.account_id, world.incident.pk, DAY)
        (found,) = scopes_on([asking])[asking]
        assert told(found) == told(scope_of(grant, day=DAY)), role
        own = scope_of(grant, day=DAY).fellows
        if own is not None:
            assert found.fellows is not None
            assert set(found.fellows()) == set(own()), role


def test_all_at_once_are_as_many_statements_as_one(
    world: World, django_assert_max_num_queries: object
) -> None:
    asked = [Asking(one.account_id, world.incident.pk, DAY) for one in world.grants.values()]
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        found = scopes_on(asked)
    assert all(len(scopes) == 1 for scopes in found.values())
    assert scopes_on([]) == {}
