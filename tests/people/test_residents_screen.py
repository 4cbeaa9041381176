"""The page of a door: residents masked, every look noted, one more registered."""

import pytest
from django.test import Client

from tests.people.test_residents import IDENTITY
from tests.people.test_screens import client_of
from tests.world import FENGLIN, World
from xiachen.base.ids import uuid7
from xiachen.people.models.residents import Resident
from xiachen.places.models import Household
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

GIVEN = {"name": "邱听澜", "phone": "13912345678", "identity_number": IDENTITY}


@pytest.fixture
def worker(world: World) -> Client:
    return client_of(world, Role.COMMUNITY_WORKER)


def address(door: Household) -> str:
    return f"/people/doors/{FENGLIN}/{door.pk}"


def test_a_resident_is_registered_once_though_the_form_is_sent_twice(
    world: World, worker: Client, door: Household
) -> None:
    given = GIVEN | {"id": uuid7()}
    assert worker.post(address(door), given).status_code == 302
    assert worker.post(address(door), given).status_code == 302
    assert Resident.objects.count() == 1


def test_the_page_shows_masked_values_and_is_noted(
    world: World, worker: Client, door: Household
) -> None:
    worker.post(address(door), GIVEN | {"id": uuid7()})
    page = worker.get(address(door)).content.decode()
    assert "邱**" in page and "139****5678" in page and "3405**********001X" in page
    assert not [value for value in GIVEN.values() if value in page]
    noted = AuditEntry.objects.get(action="people.view-residents")
    assert noted.targets == [Resident.objects.get().pk]
    assert noted.community == FENGLIN


def test_a_refusal_stands_beside_its_field(world: World, worker: Client, door: Household) -> None:
    wrong = GIVEN | {"id": uuid7(), "identity_number": IDENTITY[:-1] + "1"}
    answer = worker.post(address(door), wrong)
    assert answer.context["form"].errors.keys() == {"identity_number"}
    assert not Resident.objects.exists()


def test_the_buildings_page_leads_to_its_doors(
    world: World, worker: Client, door: Household
) -> None:
    page = worker.get(f"/places/{FENGLIN}/buildings/{door.building_id}").content.decode()
    assert address(door) in page


def test_an_office_looks_and_registers_nobody(world: World, door: Household) -> None:
    grid_head = client_of(world, Role.GRID_HEAD).get(address(door)).content.decode()
    assert "Register a resident" in grid_head
    office = client_of(world, Role.MOBILISER)
    assert "Register a resident" not in office.get(address(door)).content.decode()
    assert office.post(address(door), GIVEN | {"id": uuid7()}).status_code == 403
    assert not Resident.objects.exists()


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_nobody_else_sees_who_lives_there(
    world: World, worker: Client, door: Household, role: Role | None
) -> None:
    worker.post(address(door), GIVEN | {"id": uuid7()})
    answer = client_of(world, role).get(address(door))
    assert answer.status_code in (403, 404)
    assert "邱" not in answer.content.decode()
