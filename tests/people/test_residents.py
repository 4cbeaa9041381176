"""Residents: sealed in the register, masked on every reading, closed to the outsider."""

import pytest
from django.db import connection

from tests.world import FENGLIN, MORNING, World
from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.people.models.residents import Resident
from xiachen.people.operations.residents import (
    ResidentEntry,
    register_residents,
    view_residents,
)
from xiachen.places.models import Household
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

IDENTITY = "34052419800101001X"


def entry(door: Household, **changes: object) -> ResidentEntry:
    given = {
        "id": uuid7(),
        "household": door.pk,
        "name": "邱听澜",
        "phone": "13912345678",
        "identity_number": IDENTITY,
        "invented": True,
    }
    return ResidentEntry(**given | changes)  # type: ignore[arg-type]


def register(world: World, *entries: ResidentEntry) -> list[str | None]:
    scope = world.scope(Role.COMMUNITY_WORKER)
    outcomes = register_residents(scope, community=FENGLIN, entries=entries, at=MORNING)
    return [one.refusal.code if one.refusal else None for one in outcomes]


def test_nothing_of_a_resident_lies_in_clear(world: World, door: Household) -> None:
    assert register(world, entry(door)) == [None]
    with connection.cursor() as cursor:
        cursor.execute("select people_resident::text from people_resident")
        (stored,) = cursor.fetchone()
    assert not [value for value in ("邱听澜", "13912345678", IDENTITY) if value in stored]


def test_a_reading_is_masked_and_noted(world: World, door: Household) -> None:
    made = entry(door)
    register(world, made)
    scope = world.scope(Role.SECRETARY)
    shown = view_residents(scope, community=FENGLIN, household=door.pk, at=MORNING)
    assert dict(shown.residents[made.id]) == {
        "name": "邱**",
        "phone": "139****5678",
        "identity": "3405**********001X",
    }
    assert AuditEntry.objects.get(action="people.view-residents").targets == [made.id]


def test_each_entry_gets_its_own_answer(world: World, door: Household) -> None:
    first = entry(door)
    assert register(
        world,
        first,
        first,
        entry(door),
        entry(door, id=first.id, name="邱听"),
        entry(door, identity_number="", phone="1"),
        entry(door, identity_number="340524198001010019"),
        entry(door, identity_number="", household=uuid7()),
        entry(door, identity_number="", name=" "),
    ) == [
        None,
        None,
        "people.already-registered",
        "people.entered-otherwise",
        "people.bad-phone",
        "people.bad-identity",
        "base.not-found",
        "people.name-needed",
    ]
    assert Resident.objects.count() == 1


def test_the_outsider_neither_registers_nor_reads_next_door(world: World, door: Household) -> None:
    with pytest.raises(Forbidden):
        register_residents(world.stranger, community=FENGLIN, entries=[entry(door)], at=MORNING)
    with pytest.raises(Forbidden):
        view_residents(world.stranger, community=FENGLIN, household=door.pk, at=MORNING)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ADMINISTRATOR, Role.MOBILISER])
def test_other_roles_register_nobody(world: World, door: Household, role: Role) -> None:
    with pytest.raises(Forbidden):
        register_residents(world.scope(role), community=FENGLIN, entries=[entry(door)], at=MORNING)
