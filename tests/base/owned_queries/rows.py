"""Random rows of three communities, all with ids out of one small pool."""

import random
from collections.abc import Callable
from uuid import UUID

from xiachen.people.models.residents import Appointment
from xiachen.places.models import Building, Compound, Gate, Grid, Household

COMMUNITIES = (420102018016, 420103006008, 420106012020)
POOL = tuple(UUID(int=0x01900000_0000_7000_8000_000000000000 + n) for n in range(6))
SEEDS = range(10)
Filled = Callable[[int], random.Random]


def fill(chance: random.Random) -> None:
    """Write some rows of every model into each community, all with ids out of the pool."""
    for community in COMMUNITIES:
        grids = [
            Grid(pk=pk, community_id=community, number=number, name=f"{number}")
            for number, pk in enumerate(some(chance), 1)
        ]
        compounds = [
            Compound(
                pk=pk, community_id=community, name=str(pk), kind="old", unmanaged=maybe(chance)
            )
            for pk in some(chance)
        ]
        buildings = [
            Building(
                pk=pk,
                community_id=community,
                compound_id=chance.choice(compounds).pk,
                grid_id=chance.choice([None, *(grid.pk for grid in grids)]),
                number=f"{number}",
                floors=chance.choice([None, 6, 18]),
            )
            for number, pk in enumerate(some(chance), 1)
        ]
        for rows in (
            grids,
            compounds,
            [
                Gate(
                    pk=pk,
                    community_id=community,
                    compound_id=chance.choice(compounds).pk,
                    name=str(pk),
                    open=maybe(chance),
                )
                for pk in some(chance)
            ],
            buildings,
            [
                Household(
                    pk=pk,
                    community_id=community,
                    building_id=chance.choice(buildings).pk,
                    door=str(pk)[-6:],
                    kind=chance.choice(["residence", "rented", "shop"]),
                    vacant=maybe(chance),
                )
                for pk in some(chance)
            ],
            [appointment(chance, community, pk, grids, buildings) for pk in some(chance)],
        ):
            type(rows[0]).objects.bulk_create(rows)  # type: ignore[attr-defined]


def appointment(
    chance: random.Random, community: int, pk: UUID, grids: list[Grid], buildings: list[Building]
) -> Appointment:
    of_grid = maybe(chance)
    return Appointment(
        pk=pk,
        community_id=community,
        post="grid-head" if of_grid else "building-head",
        grid_id=chance.choice(grids).pk if of_grid else None,
        building_id=None if of_grid else chance.choice(buildings).pk,
        member=chance.choice(POOL),
        from_day="2020-03-01",
        to_day="2020-03-02",
    )


def some(chance: random.Random) -> list[UUID]:
    return chance.sample(POOL, chance.randint(2, len(POOL)))


def maybe(chance: random.Random) -> bool:
    return chance.random() < 0.5
