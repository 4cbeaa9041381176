"""A door in Fenglin, behind which nobody is registered yet."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world import World
    from xiachen.places.models import Household


@pytest.fixture
def door(world: "World") -> "Household":
    """The first door of a building that no grid has."""
    from tests.world import FENGLIN
    from xiachen.places.models import Building, Compound, Household

    compound = Compound.objects.create(community_id=FENGLIN, name="枫林苑", kind="old")
    building = Building.objects.create(community_id=FENGLIN, compound=compound, number="1栋")
    return Household.objects.create(community_id=FENGLIN, building=building, door="101")
