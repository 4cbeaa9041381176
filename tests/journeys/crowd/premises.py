"""A compound with a building full of doors."""

from datetime import datetime
from uuid import UUID

from tests.journeys.arrival import Arrival
from tests.world import FENGLIN
from xiachen.places.operations.buildings import (
    BuildingEntry,
    HouseholdEntry,
    register_buildings,
    register_households,
)
from xiachen.places.operations.compounds import register_compound
from xiachen.privacy.scope import Role


def build(arrival: Arrival, now: datetime) -> tuple[UUID, UUID, UUID]:
    secretary = arrival.world.scope(Role.SECRETARY)
    compound = register_compound(
        secretary,
        community=FENGLIN,
        name="枫林上城国际花园滨湖新村东区二期还建房小区",
        kind="old",
        unmanaged=True,
        closed=True,
        gates=("南门", "东门", "北门临时通道", "地下车库出入口"),
        at=now,
    )
    building = BuildingEntry(
        compound=compound.pk, number="12栋", grid=arrival.world.grids[0].pk, floors=33, units=3
    )
    register_buildings(secretary, community=FENGLIN, entries=[building], at=now)
    doors = [
        HouseholdEntry(building=building.id, unit="1单元", door=f"{floor:02}0{door}")
        for floor in range(1, 34)
        for door in (1, 2)
    ]
    register_households(secretary, community=FENGLIN, entries=doors, at=now)
    return compound.pk, building.id, doors[0].id
