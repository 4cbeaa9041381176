"""The screens of places: what is here, finding one, registering and correcting, for whom."""

import re
from uuid import UUID

import pytest
from django.test import Client

from tests.world import FENGLIN, ZISONG, World, prove_twice
from xiachen.base.ids import uuid7
from xiachen.places.models import Alias, Building, Compound, Gate, Grid, Household, WorkSite
from xiachen.places.operations.compounds import register_compound
from xiachen.privacy.scope import Role

from .town import AT

PAGE = f"/places/{FENGLIN}"


def client_of(world: World, role: Role | None) -> Client:
    client = Client()
    client.force_login(world.accounts[role] if role else world.outsider.account)
    prove_twice(client)
    return client


@pytest.fixture
def secretary(world: World) -> Client:
    return client_of(world, Role.SECRETARY)


@pytest.fixture
def outsider(world: World) -> Client:
    return client_of(world, None)


@pytest.fixture
def compound(world: World) -> Compound:
    return register_compound(
        world.scope(Role.SECRETARY),
        community=FENGLIN,
        name="枫林一期",
        kind="commercial",
        unmanaged=True,
        gates=("东门", "西门"),
        at=AT,
    )


def read(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def building_in(secretary: Client, compound: Compound, number: str = "1") -> UUID:
    given = {"compound": compound.pk, "number": number, "units": 2, "floors": 18}
    assert secretary.post(f"{PAGE}/buildings/register", given).status_code == 302
    return Building.objects.get(community_id=FENGLIN, number=number).pk


def test_a_community_shows_what_is_here(secretary: Client, compound: Compound) -> None:
    page = read(secretary, PAGE)
    for words in ("枫林上城社区", "关山街道", "第1网格", "420111002044001", "枫林一期", "东门"):
        assert words in page
    assert "unmanaged" in page
    secretary.cookies["django_language"] = "zh-hans"
    page = read(secretary, PAGE)
    assert "三无" in page
    assert "unmanaged" not in page


def test_a_community_without_compounds_says_what_to_do_first(secretary: Client) -> None:
    assert f"{PAGE}/compounds/register" in read(secretary, PAGE)


@pytest.mark.parametrize("path", ["", "/grids/{grid}", "/grids/{grid}/correct", "/grids/register"])
def test_the_secretary_next_door_is_shown_nothing(
    world: World, outsider: Client, path: str
) -> None:
    answer = outsider.get(PAGE + path.format(grid=world.grids[0].pk))
    assert answer.status_code in (403, 404)
    assert "第1网格" not in answer.content.decode()


def test_whoever_only_reads_gets_no_buttons_and_no_forms(world: World) -> None:
    inspector = client_of(world, Role.INSPECTOR)
    assert "/register" not in read(inspector, PAGE)
    for path in ("/grids/register", f"/grids/{world.grids[0].pk}/correct"):
        assert inspector.get(PAGE + path).status_code == 403


def test_whoever_is_not_signed_in_is_sent_to_sign_in(world: World) -> None:
    assert Client().get(PAGE).status_code in (302, 403)


def test_one_answer_opens_the_community(secretary: Client) -> None:
    answer = secretary.get("/places/search", {"q": "枫林上城社区"})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)


def test_several_answers_are_offered(world: World) -> None:
    page = read(client_of(world, Role.STREET), "/places/search", q="紫菘枫林上城社区")
    assert f'href="/places/{FENGLIN}"' in page
    assert f'href="/places/{ZISONG}"' in page


def test_a_misspelt_name_offers_similar_ones(world: World) -> None:
    page = read(client_of(world, Role.STREET), "/places/search", q="枫林上成社区")
    assert f'href="/places/{FENGLIN}"' in page


def test_a_search_that_finds_nothing_repeats_no_markup(secretary: Client) -> None:
    page = read(secretary, "/places/search", q="<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_without_a_question_ones_own_communities_are_listed(
    secretary: Client, world: World
) -> None:
    assert f'href="{PAGE}"' in read(secretary, "/places/search")
    many = read(client_of(world, Role.HEADQUARTERS), "/places/search")
    assert len(re.findall(r'href="/places/\d{12}"', many)) >= 60
    none = read(client_of(world, Role.LIAISON), "/places/search")
    assert 'class="empty"' in none


def test_a_community_beyond_ones_places_is_named_but_not_opened(world: World) -> None:
    page = read(client_of(world, Role.LIAISON), "/places/search", q="武铁社区")
    assert "武铁社区" in page
    assert 'href="/places/420106012003"' not in page


def test_a_grid_is_registered_and_the_next_number_proposed(secretary: Client) -> None:
    assert 'value="5"' in read(secretary, f"{PAGE}/grids/register")
    given = {"number": 5, "name": "北网格", "households_expected": 410}
    assert secretary.post(f"{PAGE}/grids/register", given).status_code == 302
    assert Grid.objects.get(community_id=FENGLIN, number=5).households_expected == 410


def test_a_taken_number_stands_beside_its_field(secretary: Client) -> None:
    given = {"number": 1, "name": "北网格", "households_expected": 410}
    answer = secretary.post(f"{PAGE}/grids/register", given)
    assert answer.context["form"].errors.keys() == {"number"}
    assert "第1网格" in answer.context["form"].errors["number"][0]


def test_the_second_editor_sees_both_and_may_save_again(secretary: Client, world: World) -> None:
    address = f"{PAGE}/grids/{world.grids[0].pk}/correct"
    first = {"version": 1, "name": "第1网格", "households_expected": 412}
    assert secretary.post(address, first).status_code == 302
    answer = secretary.post(address, first | {"households_expected": 350})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "412" in page and "350" in page
    assert 'name="version" value="2"' in page
    again = secretary.post(address, first | {"households_expected": 350, "version": 2})
    assert again.status_code == 302
    assert Grid.objects.get(community_id=FENGLIN, number=1).households_expected == 350


def test_a_compound_is_registered_with_its_gates(secretary: Client) -> None:
    given = {"name": "枫林二期", "kind": "old", "gates": "东门\n西门、北门"}
    assert secretary.post(f"{PAGE}/compounds/register", given).status_code == 302
    held = Compound.objects.get(community_id=FENGLIN, name="枫林二期")
    assert set(held.gates.values_list("name", flat=True)) == {"东门", "西门", "北门"}
    assert secretary.post(f"{PAGE}/compounds/register", given).context["form"].errors.keys() == {
        "name"
    }


def test_a_gate_is_added_and_shut(secretary: Client, compound: Compound) -> None:
    address = f"{PAGE}/compounds/{compound.pk}"
    assert secretary.post(f"{address}/gates", {"name": "北门", "is_open": "on"}).status_code == 302
    assert secretary.post(f"{address}/gates", {"name": "北门"}).context["form"].errors
    gate = Gate.objects.get(community_id=FENGLIN, name="北门")
    correct = f"{PAGE}/gates/{gate.pk}/correct"
    assert "北门" in read(secretary, correct)
    assert secretary.post(correct, {"version": 1, "name": "北门"}).status_code == 302
    gate.refresh_from_db()
    assert not gate.open
    assert "北门" in read(secretary, address)


def test_a_compound_is_corrected(secretary: Client, compound: Compound) -> None:
    address = f"{PAGE}/compounds/{compound.pk}/correct"
    assert "枫林一期" in read(secretary, address)
    given = {"version": 1, "name": "枫林一期", "kind": "old", "closed": "on"}
    assert secretary.post(address, given).status_code == 302
    compound.refresh_from_db()
    assert (compound.kind, compound.unmanaged, compound.closed) == ("old", False, True)


def test_a_building_belongs_to_a_grid_and_is_corrected(
    secretary: Client, compound: Compound, world: World
) -> None:
    building = building_in(secretary, compound)
    grid = world.grids[1].pk
    given = {"version": 1, "number": "1", "units": 2, "floors": 18, "grid": grid}
    assert secretary.post(f"{PAGE}/buildings/{building}/correct", given).status_code == 302
    assert "枫林一期" in read(secretary, f"{PAGE}/grids/{grid}")
    twice = secretary.post(
        f"{PAGE}/buildings/register", {"compound": compound.pk, "number": "1", "units": 1}
    )
    assert twice.context["form"].errors


def test_doors_are_registered_in_one_go_and_the_refused_are_named(
    secretary: Client, compound: Compound
) -> None:
    address = f"{PAGE}/buildings/{building_in(secretary, compound)}"
    given = {"unit": "1", "doors": "101，102\n201", "kind": "residence"}
    assert secretary.post(address, given).status_code == 302
    answer = secretary.post(address, given | {"doors": "201, 202"})
    assert answer.status_code == 200
    assert [door for door, _ in answer.context["refused"]] == ["201"]
    assert Household.objects.filter(community_id=FENGLIN).count() == 4
    door = Household.objects.get(community_id=FENGLIN, door="202")
    correct = f"{PAGE}/doors/{door.pk}/correct"
    assert "202" in read(secretary, correct)
    given = {"version": 1, "unit": "1", "door": "202", "kind": "shop", "vacant": "on"}
    assert secretary.post(correct, given).status_code == 302
    door.refresh_from_db()
    assert (door.kind, door.vacant) == ("shop", True)


def test_a_long_list_of_doors_has_pages(secretary: Client, compound: Compound) -> None:
    address = f"{PAGE}/buildings/{building_in(secretary, compound)}"
    doors = ",".join(str(number) for number in range(1, 131))
    secretary.post(address, {"doors": doors, "kind": "residence"})
    assert read(secretary, address).count("<tr>") == 51
    assert read(secretary, address, page="3").count("<tr>") == 31
    assert read(secretary, address, page="nowhere").count("<tr>") == 51
    too_many = ",".join(map(str, range(3000)))
    answer = secretary.post(address, {"doors": too_many, "kind": "residence"})
    assert answer.context["form"].errors.keys() == {"doors"}


def test_another_name_leads_here(secretary: Client) -> None:
    assert secretary.post(f"{PAGE}/aliases", {"name": "紫菘枫林上城"}).status_code == 302
    assert Alias.objects.filter(community_id=FENGLIN, search_name="紫菘枫林上城").exists()
    assert secretary.post(f"{PAGE}/aliases", {"name": "社区居委会。"}).status_code == 200


def test_a_street_makes_a_community(world: World) -> None:
    street = client_of(world, Role.STREET)
    assert street.get("/places/make").status_code == 200
    wrong = street.post("/places/make", {"name": "枫林酒店隔离点", "street": "420111"})
    assert wrong.context["form"].errors.keys() == {"street"}
    given = {"name": "枫林酒店隔离点", "street": "420111002"}
    assert street.post("/places/make", given).status_code == 302


def test_work_sites_are_registered_and_listed(world: World) -> None:
    headquarters = client_of(world, Role.HEADQUARTERS)
    assert 'class="empty"' in read(headquarters, "/places/work-sites")
    given = {"name": "枫林地铁站", "kind": "station", "division": "420111"}
    assert headquarters.post("/places/work-sites", given).status_code == 302
    assert WorkSite.objects.get().division == 420111000000
    assert "洪山区" in read(headquarters, "/places/work-sites")
    wrong = headquarters.post("/places/work-sites", given | {"division": "4201x"})
    assert wrong.context["form"].errors.keys() == {"division"}


def test_a_place_that_is_not_there_is_said_so(secretary: Client) -> None:
    for path in (f"/grids/{uuid7()}", f"/compounds/{uuid7()}", f"/buildings/{uuid7()}"):
        assert secretary.get(PAGE + path).status_code == 404
