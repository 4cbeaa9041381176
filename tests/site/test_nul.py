"""A NUL character in an address or a search finds nothing, and breaks nothing."""

import pytest
from django.test import Client

from tests.world import FENGLIN, World, prove_twice
from xiachen.privacy.scope import Role

ADDRESSES = (
    (Role.SECRETARY, "/people/?found=%00"),
    (Role.SECRETARY, "/people/?unit=x&kind=%00"),
    (Role.SECRETARY, "/people/?skill=a%00"),
    (Role.SECRETARY, f"/mobilisation/{FENGLIN}/join?found=%00"),
    (Role.SECRETARY, f"/mobilisation/{FENGLIN}/?show=%00&page=%00"),
    (Role.SECRETARY, "/places/search?q=%00"),
    (Role.SECRETARY, f"/attendance/?community={FENGLIN}&show=%00&group=%00"),
    (Role.SECRETARY, "/needs/?state=%00&kind=%00&community=%00"),
    (Role.SECRETARY, "/command/figures/?division=%00&day=%00"),
    (Role.SECRETARY, "/deployment/?day=%00"),
    (Role.SECRETARY, "/notices/?page=%00"),
    (Role.ADMINISTRATOR, "/people/accounts/?q=%00"),
    (Role.AUDITOR, "/audit/?account=%00&action=%00&person=%00"),
)


@pytest.mark.parametrize(("role", "address"), ADDRESSES)
def test_an_address_with_a_nul_character_is_answered(
    world: World, role: Role, address: str
) -> None:
    client = Client()
    client.force_login(world.accounts[role])
    prove_twice(client)
    assert client.get(address, follow=True).status_code in (200, 404)


def test_a_search_for_a_nul_character_is_answered(world: World) -> None:
    client = Client()
    client.force_login(world.accounts[Role.SECRETARY])
    for address in ("/people/", f"/mobilisation/{FENGLIN}/join"):
        for text in ("\0", "枫\0林"):
            answer = client.post(address, {"q": text, "kind": "\0", "skill": "\0"}, follow=True)
            assert answer.status_code == 200
