"""Grid heads and heads of buildings: one at a time, never their own substitute."""

from datetime import date

import pytest

from tests.world import DAY, FENGLIN, LOCAL, NEIGHBOUR, SECRETARY, WORKERS, ZISONG, World, id_of
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.people.models.residents import Appointment
from xiachen.people.operations import appointments
from xiachen.people.queries import appointments as queries
from xiachen.privacy.scope import Role

HEAD, SECOND, THIRD = id_of(WORKERS[0]), id_of(WORKERS[1]), id_of(LOCAL)


def appoint(world: World, **given: object) -> Appointment:
    wanted: dict[str, object] = {
        "community": FENGLIN,
        "grid": world.grids[0].pk,
        "member": HEAD,
        "substitute": SECOND,
        "from_day": DAY,
    }
    scope = world.scope(Role.SECRETARY)
    return appointments.appoint_grid_head(scope, **wanted | given)  # type: ignore[arg-type]


def test_a_grid_has_a_head_and_a_substitute(world: World) -> None:
    made = appoint(world)
    (row,) = queries.appointments(world.scope(Role.STREET), community=FENGLIN, day=DAY)
    assert (row.pk, row.member, row.substitute) == (made.pk, HEAD, SECOND)
    assert not queries.appointments(world.stranger, community=FENGLIN)


def test_nobody_is_their_own_substitute(world: World) -> None:
    with pytest.raises(appointments.OwnSubstitute):
        appoint(world, substitute=HEAD)


def test_a_grid_has_one_head_at_a_time(world: World) -> None:
    first = appoint(world)
    with pytest.raises(appointments.HeadStands):
        appoint(world, member=THIRD)
    with pytest.raises(appointments.HeadStands):
        appoint(world, member=THIRD, from_day=date(2020, 2, 1))
    scope = world.scope(Role.SECRETARY)
    appointments.end_appointment(scope, community=FENGLIN, appointment=first.pk, last_day=DAY)
    with pytest.raises(appointments.HeadStands):
        appoint(world, member=THIRD)
    assert appoint(world, member=THIRD, from_day=date(2020, 3, 2)).pk


def test_nobody_heads_two_grids_at_once(world: World) -> None:
    appoint(world, to_day=date(2020, 3, 10))
    with pytest.raises(appointments.HeadsAnother):
        appoint(world, grid=world.grids[1].pk)
    assert appoint(world, grid=world.grids[1].pk, from_day=date(2020, 3, 11)).pk
    # To stand in for another head is no second duty.
    assert appoint(world, grid=world.grids[2].pk, member=THIRD, substitute=HEAD).pk


def test_a_building_has_one_head_who_may_head_several(world: World) -> None:
    from xiachen.places.models import Building, Compound

    compound = Compound.objects.create(community_id=FENGLIN, name="枫林苑", kind="old")
    one, two = (
        Building.objects.create(community_id=FENGLIN, compound=compound, number=number)
        for number in ("1栋", "2栋")
    )
    scope = world.scope(Role.SECRETARY)
    for building in (one, two):
        appointments.appoint_building_head(
            scope, community=FENGLIN, building=building.pk, member=HEAD, from_day=DAY
        )
    with pytest.raises(appointments.HeadStands):
        appointments.appoint_building_head(
            scope, community=FENGLIN, building=one.pk, member=THIRD, from_day=DAY
        )


def test_heads_are_people_of_the_scope_and_grids_of_the_community(world: World) -> None:
    with pytest.raises(NotFound) as refused:
        appoint(world, member=id_of(NEIGHBOUR))
    assert refused.value.field == "member"
    with pytest.raises(NotFound) as refused:
        appoint(world, substitute=id_of(NEIGHBOUR))
    assert refused.value.field == "substitute"
    with pytest.raises(NotFound) as refused:
        appointments.appoint_grid_head(
            world.stranger,
            community=ZISONG,
            grid=world.grids[0].pk,
            member=id_of(NEIGHBOUR),
            from_day=DAY,
        )
    assert refused.value.field == "grid"


def test_a_period_that_ends_before_it_begins_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        appoint(world, to_day=date(2020, 2, 1))
    made = appoint(world)
    with pytest.raises(Invalid):
        appointments.end_appointment(
            world.scope(Role.SECRETARY),
            community=FENGLIN,
            appointment=made.pk,
            last_day=date(2020, 2, 1),
        )


@pytest.mark.parametrize("role", [Role.STREET, Role.COMMUNITY_WORKER, Role.MEMBER])
def test_other_roles_appoint_nobody(world: World, role: Role) -> None:
    with pytest.raises(Forbidden):
        appointments.appoint_grid_head(
            world.scope(role),
            community=FENGLIN,
            grid=world.grids[0].pk,
            member=id_of(SECRETARY),
            from_day=DAY,
        )


def test_the_outsider_appoints_nobody_next_door(world: World) -> None:
    with pytest.raises(Forbidden):
        appointments.appoint_grid_head(
            world.stranger,
            community=FENGLIN,
            grid=world.grids[0].pk,
            member=id_of(NEIGHBOUR),
            from_day=DAY,
        )
    assert not Appointment.objects.exists()
