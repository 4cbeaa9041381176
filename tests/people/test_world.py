"""The town that all tests share: whole, and closed to its outsider."""

from tests.world import CANARIES, NAMES, World
from xiachen.people.models.members import Member
from xiachen.people.queries import members as queries


def test_every_person_of_the_town_has_canaries_of_their_own(world: World) -> None:
    assert len(CANARIES) == 3 * len(NAMES)
    assert Member.objects.count() == len(NAMES)


def test_the_outsider_reaches_nobody_of_the_community_next_door(world: World) -> None:
    reached = set(queries.members_reached(world.stranger).values_list("name", flat=True))
    assert reached == {"缪清浅", "阚沐阳"}
