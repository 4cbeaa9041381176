"""The page of grid heads and heads of buildings: read by those on site, changed by who appoints."""

import pytest
from django.test import Client

from tests.people.test_screens import client_of
from tests.world import DAY, FENGLIN, LOCAL, NEIGHBOUR, WORKERS, World, id_of
from xiachen.people.models.residents import Appointment
from xiachen.places.models import Building, Compound
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

PAGE = f"/people/heads/{FENGLIN}?day={DAY.isoformat()}"
HEAD, SUBSTITUTE = id_of(WORKERS[0]), id_of(WORKERS[1])


@pytest.fixture
def secretary(world: World) -> Client:
    return client_of(world, Role.SECRETARY)


@pytest.fixture
def building(world: World) -> Building:
    compound = Compound.objects.create(community_id=FENGLIN, name="枫林苑", kind="old")
    Building.objects.create(community_id=FENGLIN, compound=compound, number="2栋")
    return Building.objects.create(community_id=FENGLIN, compound=compound, number="1栋")


def appoint(client: Client, place: str, **given: object) -> object:
    wanted = {"member": HEAD, "substitute": SUBSTITUTE, "from_day": DAY.isoformat()}
    return client.post(f"/people/heads/{FENGLIN}/{place}s", wanted | given)


def test_the_secretary_appoints_a_grid_head_who_then_stands_on_the_page(
    world: World, secretary: Client
) -> None:
    before = secretary.get(PAGE).content.decode()
    assert before.count("no head yet") == len(world.grids) == 4
    assert appoint(secretary, "grid", grid=world.grids[0].pk).status_code == 302  # type: ignore[attr-defined]
    page = secretary.get(PAGE).content.decode()
    assert page.count("no head yet") == 3
    assert f'<a href="/people/{HEAD}">{WORKERS[0]}</a>' in page
    noted = AuditEntry.objects.filter(action="people.view-heads", community=FENGLIN).latest("id")
    assert noted.targets == sorted([HEAD, SUBSTITUTE])


def test_a_building_gets_a_head_and_the_others_are_counted(
    world: World, secretary: Client, building: Building
) -> None:
    assert appoint(secretary, "building", building=building.pk).status_code == 302  # type: ignore[attr-defined]
    page = secretary.get(PAGE).content.decode()
    assert "枫林苑 1栋" in page
    assert "1 building has no head" in page


def test_a_refusal_stands_beside_its_field_and_the_names_offered_are_noted(
    world: World, secretary: Client
) -> None:
    grid = world.grids[0].pk
    answer = appoint(secretary, "grid", grid=grid, substitute=HEAD)
    assert answer.context["forms"]["grid"].errors.keys() == {"substitute"}  # type: ignore[attr-defined]
    assert not answer.context["forms"]["building"].errors  # type: ignore[attr-defined]
    assert not Appointment.objects.exists()
    (seen,) = AuditEntry.objects.filter(action="people.view-members")
    assert {HEAD, SUBSTITUTE, id_of(LOCAL)} <= set(seen.targets)
    assert id_of(NEIGHBOUR) not in seen.targets


def test_an_appointment_is_ended_on_a_day(world: World, secretary: Client) -> None:
    appoint(secretary, "grid", grid=world.grids[0].pk)
    made = Appointment.objects.get()
    address = f"/people/heads/{FENGLIN}/{made.pk}/end"
    secretary.post(address, {"last_day": "2020-02-30"})
    made.refresh_from_db()
    assert made.to_day is None
    secretary.post(address, {"last_day": "2020-03-05"})
    made.refresh_from_db()
    assert made.to_day is not None and made.to_day.isoformat() == "2020-03-05"
    after = secretary.get(f"/people/heads/{FENGLIN}?day=2020-03-06").content.decode()
    assert after.count("no head yet") == 4


def test_as_part_of_another_page_only_the_list_is_sent(world: World, secretary: Client) -> None:
    appoint(secretary, "grid", grid=world.grids[0].pk)
    part = secretary.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert WORKERS[0] in part
    assert "<html" not in part and "<form" not in part


def test_the_community_page_leads_to_it(world: World, secretary: Client) -> None:
    assert f"/people/heads/{FENGLIN}" in secretary.get(f"/places/{FENGLIN}").content.decode()
    inspector = client_of(world, Role.INSPECTOR).get(f"/places/{FENGLIN}").content.decode()
    assert f"/people/heads/{FENGLIN}" not in inspector


def test_the_street_reads_masked_names_and_is_offered_nothing_to_change(
    world: World, secretary: Client
) -> None:
    appoint(secretary, "grid", grid=world.grids[0].pk)
    page = client_of(world, Role.STREET).get(PAGE).content.decode()
    assert f"{WORKERS[0][0]}**" in page
    assert WORKERS[0] not in page
    assert "/end" not in page and "Appoint a grid head" not in page


def test_an_office_is_offered_the_communitys_own_people(world: World) -> None:
    page = client_of(world, Role.MOBILISER).get(PAGE)
    offered = {one.pk for one in page.context["offered"].people}
    assert {HEAD, id_of(LOCAL)} <= offered
    assert not offered & {id_of(NEIGHBOUR), *world.sent}


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.ADMINISTRATOR, Role.INSPECTOR])
def test_nobody_else_sees_or_appoints(world: World, secretary: Client, role: Role | None) -> None:
    appoint(secretary, "grid", grid=world.grids[0].pk)
    made = Appointment.objects.get()
    client = client_of(world, role)
    answer = client.get(PAGE)
    assert answer.status_code in (403, 404)
    assert WORKERS[0] not in answer.content.decode()
    assert appoint(client, "grid", grid=world.grids[1].pk).status_code in (403, 404)  # type: ignore[attr-defined]
    end = f"/people/heads/{FENGLIN}/{made.pk}/end"
    assert client.post(end, {"last_day": "2020-03-05"}).status_code in (403, 404)
    made.refresh_from_db()
    assert made.to_day is None
    assert Appointment.objects.count() == 1
