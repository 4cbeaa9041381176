"""An exercise: people of a played scenario get virtual phones and work on its site."""

import pytest

from tests.sync.fleets import TownDoor
from xiachen.attendance.models.records import CheckIn
from xiachen.base import clock
from xiachen.drill.operations.equipping import equip
from xiachen.drill.operations.playing import play
from xiachen.drill.phones.exercise import Person, Seen, exercise
from xiachen.drill.rules.faults import NotPlayed
from xiachen.people.queries.members import members_by_id
from xiachen.privacy.scope import system_scope
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Receipt


def test_phones_of_a_played_scenario_come_and_everything_arrives(committed_db: None) -> None:
    played = play("s0")
    equipped = equip("s0", number=5, at=clock.now())
    assert len(equipped) >= 3
    assert len(members_by_id(system_scope(played.incident), [one.member for one in equipped])) > 2
    people = [Person(one.member, one.community, one.token) for one in equipped]
    told: list[Seen] = []
    seen = exercise(people, doors=[TownDoor()], seconds=2, seed=4, tell=told.append)
    assert seen.phones == Device.objects.count() == len(people)
    assert seen.unsent == 0
    assert seen.taken_in == Receipt.objects.count() > 0
    devices = set(Device.objects.values_list("account", flat=True))
    assert CheckIn.objects.filter(recorded_by__in=devices).exists()
    assert told and told[0].recorded > 0


def test_only_a_played_scenario_has_people_who_work(db: None) -> None:
    with pytest.raises(NotPlayed):
        equip("s0", number=3, at=clock.now())
