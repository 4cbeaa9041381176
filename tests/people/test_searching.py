"""Searching people: no address names anybody, and a search takes no mask off."""

from urllib.parse import unquote

import pytest
from django.test import Client

from tests.oracle import ORACLE
from tests.world import LOCAL, SECRETARY, World, phone_of
from xiachen.people.queries import members as queries
from xiachen.privacy.scope import Role


def client_of(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.accounts[role])
    return client


@pytest.mark.parametrize("text", ["归晚", LOCAL, phone_of(LOCAL)])
def test_no_address_carries_what_was_looked_for(world: World, text: str) -> None:
    client = client_of(world, Role.SECRETARY)
    answer = client.post("/people/", {"q": text, "kind": "party-member"})
    assert text not in unquote(answer["Location"])
    assert "kind=party-member" in answer["Location"]
    with ORACLE.revealing():  # whoever typed a number reads it again in the field
        shown = client.get(answer["Location"])
    assert [row.member.name for row in shown.context["page"].rows] == [LOCAL]
    page = shown.content.decode()
    assert f'value="{text}"' in page
    assert 'method="get"' not in page[page.index('id="q"') - 400 : page.index('id="q"')]


def test_a_name_in_the_address_finds_nobody_in_particular(world: World) -> None:
    client = client_of(world, Role.SECRETARY)
    everybody = client.get("/people/").context["page"].total
    assert client.get("/people/", {"q": LOCAL}).context["page"].total == everybody > 1


def test_each_search_can_be_gone_back_to_and_in_no_other_session(world: World) -> None:
    client = client_of(world, Role.SECRETARY)
    first = client.post("/people/", {"q": LOCAL})["Location"]
    second = client.post("/people/", {"q": SECRETARY})["Location"]
    for address, name in ((second, SECRETARY), (first, LOCAL)):
        assert [row.name for row in client.get(address).context["page"].rows] == [name]
    other = client_of(world, Role.SECRETARY).get(first)
    assert other.context["page"].total > 1
    assert other.context["text"] == ""


@pytest.mark.parametrize("text", ["归晚", "郗", "郗*", "xi gui", "XI"])
def test_where_names_are_masked_no_part_of_one_finds_anybody(world: World, text: str) -> None:
    assert not queries.find_members(world.scope(Role.HEADQUARTERS), text)
    client = client_of(world, Role.HEADQUARTERS)
    page = client.post("/people/", {"q": text}, follow=True).content.decode()
    assert "Nobody is found." in page
    assert "Whole name or whole number" in page


@pytest.mark.parametrize("text", [LOCAL, phone_of(LOCAL)])
def test_where_names_are_masked_the_whole_of_one_does(world: World, text: str) -> None:
    found = queries.find_members(world.scope(Role.HEADQUARTERS), text)
    assert [row.name for row in found] == [LOCAL]
