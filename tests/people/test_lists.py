"""Lists of people and places: in pages, out of the house masked, and closed to the public."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.world import CANARIES, FENGLIN, NAMES, World, prove_twice
from xiachen.base.ids import uuid7
from xiachen.people.models.members import Member
from xiachen.places.models import Building, Compound, Household
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


def client_of(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.accounts[role])
    prove_twice(client)
    return client


@pytest.fixture
def building(world: World) -> Building:
    compound = Compound.objects.create(community_id=FENGLIN, name="枫林苑", kind="old")
    building = Building.objects.create(
        community_id=FENGLIN, compound=compound, number="1栋", grid=world.grids[0]
    )
    Household.objects.bulk_create(
        Household(community_id=FENGLIN, building=building, door=str(100 + n)) for n in range(60)
    )
    return building


def addresses(building: Building) -> dict[str, str]:
    """The lists of the two areas, with what one line of each holds."""
    here = {"community": FENGLIN}
    return {
        reverse("people:members"): "郗**",
        reverse("people:units"): "枫林上城社区居委会",
        reverse("places:community", kwargs=here): "第1网格",
        reverse("places:grid", kwargs=here | {"id": building.grid_id}): "枫林苑",
        reverse("places:compound", kwargs=here | {"id": building.compound_id}): "1栋",
        reverse("places:building", kwargs=here | {"id": building.pk}): "159",
    }


def test_every_list_leaves_masked_and_is_noted(world: World, building: Building) -> None:
    client = client_of(world, Role.SECRETARY)
    for address, line in addresses(building).items():
        assert "as=csv" in client.get(address).content.decode(), address
        content = client.get(address, {"as": "csv"}).content.decode("utf-8-sig")
        assert line in content, address
        assert not [name for name in NAMES if name in content], address
    assert AuditEntry.objects.filter(action="papers.export").count() == 6


def test_whoever_may_not_take_data_out_gets_no_file(world: World, building: Building) -> None:
    client = client_of(world, Role.COMMUNITY_WORKER)
    for address in addresses(building):
        assert "as=csv" not in client.get(address).content.decode(), address
        assert client.get(address, {"as": "csv"}).status_code == 403, address


def test_the_outsider_takes_nothing_of_next_door(world: World, building: Building) -> None:
    client = Client()
    client.force_login(world.outsider.account)
    prove_twice(client)
    content = client.get(reverse("people:members"), {"as": "csv"}).content.decode("utf-8-sig")
    assert "缪**" in content
    assert "郗**" not in content
    for address in [one for one in addresses(building) if "people" not in one]:
        assert client.get(address, {"as": "csv"}).status_code == 404, address


def test_long_lists_come_in_pages(world: World, building: Building) -> None:
    Member.objects.bulk_create(
        Member(id=uuid7(), name=f"甲{n}", sort_key=f"jia {n:03d}", home_community_id=FENGLIN)
        for n in range(60)
    )
    client = client_of(world, Role.SECRETARY)
    for address in (
        reverse("people:members"),
        reverse("places:building", kwargs={"community": FENGLIN, "id": building.pk}),
    ):
        first, last = client.get(address), client.get(address, {"page": "2"})
        assert 'rel="next"' in first.content.decode()
        assert 'rel="prev"' in last.content.decode()
        assert first.content.decode().count("<tr>") <= 51


def test_no_address_gives_personal_data_to_whoever_is_not_signed_in(world: World) -> None:
    known = {"community": FENGLIN, "id": world.local, "household": uuid7(), "resident": uuid7()}
    asked = 0
    for area in ("people", "places"):
        for name, (ways, *_rest) in _named(area):
            path, names = ways[0]
            address = reverse(
                f"{area}:{name}", kwargs={one: known.get(one, uuid7()) for one in names}
            )
            answer = Client().get(address)
            asked += 1
            assert answer.status_code in (302, 403, 404, 405), path
            assert not [one for one in CANARIES if one in answer.content.decode()], path
    assert asked > 25


def _named(area: str) -> list[tuple[str, tuple]]:  # type: ignore[type-arg]
    _prefix, resolver = get_resolver().namespace_dict[area]
    return [(name, ways) for name, ways in resolver.reverse_dict.items() if isinstance(name, str)]
