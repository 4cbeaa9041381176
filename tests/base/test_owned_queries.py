"""
Queries on owned models mean what the same words mean in SQL over the whole keys.

Random rows in three communities, all with ids out of one small pool, so that each id stands for
several rows; random conditions, written once for Django and once as SQL. A relation that forgot the
community would find a neighbour's row.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xiachen.base.owned.models import Owned
from xiachen.people.models.residents import Appointment
from xiachen.places.models import Building, Compound, Gate, Grid, Household

COMMUNITIES = (420102018016, 420103006008, 420106012020)
POOL = tuple(UUID(int=0x01900000_0000_7000_8000_000000000000 + n) for n in range(6))
MODELS: tuple[type[Owned], ...] = (Appointment, Household, Building, Gate, Compound, Grid)
SEEDS = range(10)

Key = tuple[int, UUID]


@dataclass(frozen=True)
class Condition:
    """A condition for Django, and as SQL on a row `o`."""

    q: Q
    sql: str

    def __invert__(self) -> "Condition":
        return Condition(~self.q, f"(not coalesce({self.sql}, false))")

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(self.q | other.q, f"({self.sql} or {other.sql})")


def related(*steps: str, where: str) -> str:
    """Return that some row at the end of the steps, each "table alias on alias.column", fits."""
    joined = ", ".join(step.split(" on ")[0] for step in steps)
    on = " and ".join(step.split(" on ")[1] for step in steps)
    aliases = [step.split(" on ")[0].split()[1] for step in steps]
    same = " and ".join(f"{alias}.community_id = o.community_id" for alias in aliases)
    return f"exists (select from {joined} where {on} and {same} and {where})"


UP = "places_building b on b.id = o.building_id"
GRID = "places_grid g on g.id = b.grid_id"
COMPOUND = "places_compound c on c.id = b.compound_id"
GATES = "places_gate t on t.compound_id = c.id"
DOORS = "places_household h on h.building_id = o.id"

CONDITIONS: dict[type[Owned], list[Condition]] = {
    Household: [
        Condition(Q(kind="shop"), "o.kind = 'shop'"),
        Condition(Q(vacant=True), "o.vacant"),
        Condition(Q(building__number="1"), related(UP, where="b.number = '1'")),
        Condition(Q(building__grid__number=1), related(UP, GRID, where="g.number = 1")),
        Condition(Q(building__grid__isnull=True), related(UP, where="b.grid_id is null")),
        Condition(
            Q(building__compound__gates__open=False),
            related(UP, COMPOUND, GATES, where="not t.open"),
        ),
        Condition(
            Q(building__households__vacant=True),
            related(UP, "places_household h on h.building_id = b.id", where="h.vacant"),
        ),
        Condition(
            Q(building__appointments__isnull=True),
            f"not {related(UP, 'people_appointment a on a.building_id = b.id', where='true')}",
        ),
    ],
    Building: [
        Condition(Q(floors__gt=7), "o.floors > 7"),
        Condition(
            Q(grid__number__lt=3),
            related("places_grid g on g.id = o.grid_id", where="g.number < 3"),
        ),
        Condition(Q(grid__isnull=True), "o.grid_id is null"),
        Condition(Q(households__kind="rented"), related(DOORS, where="h.kind = 'rented'")),
        Condition(Q(households__isnull=True), f"not {related(DOORS, where='true')}"),
        Condition(
            Q(compound__buildings__floors__gt=7),
            related(
                "places_compound c on c.id = o.compound_id",
                "places_building b on b.compound_id = c.id",
                where="b.floors > 7",
            ),
        ),
        Condition(
            Q(grid__appointments__to_day__isnull=False),
            related(
                "places_grid g on g.id = o.grid_id",
                "people_appointment a on a.grid_id = g.id",
                where="a.to_day is not null",
            ),
        ),
    ],
    Grid: [
        Condition(Q(number=2), "o.number = 2"),
        Condition(
            Q(buildings__compound__unmanaged=True),
            related("places_building b on b.grid_id = o.id", COMPOUND, where="c.unmanaged"),
        ),
        Condition(
            Q(buildings__households__vacant=False),
            related(
                "places_building b on b.grid_id = o.id",
                "places_household h on h.building_id = b.id",
                where="not h.vacant",
            ),
        ),
        Condition(
            Q(appointments__isnull=True),
            f"not {related('people_appointment a on a.grid_id = o.id', where='true')}",
        ),
    ],
    Appointment: [
        Condition(Q(post="grid-head"), "o.post = 'grid-head'"),
        Condition(
            Q(grid__number=1), related("places_grid g on g.id = o.grid_id", where="g.number = 1")
        ),
        Condition(Q(building__floors__gt=7), related(UP, where="b.floors > 7")),
        Condition(
            Q(building__households__kind="shop"),
            related(UP, "places_household h on h.building_id = b.id", where="h.kind = 'shop'"),
        ),
    ],
}


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


def condition(chance: random.Random, model: type[Owned]) -> Condition:
    """
    Return one to three conditions joined by OR; AND is left to chained filters, as Django means it.

    Negations are not nested and not mixed in: there Django itself shares joins between conditions
    and loses rows with a null on the way.
    """
    found = chance.choice(CONDITIONS[model])
    for _ in range(chance.choice([0, 1, 2])):
        found |= chance.choice(CONDITIONS[model])
    return found


def raw(model: type[Owned], *conditions: str) -> set[Key]:
    """Return the keys that plain SQL finds."""
    where = " and ".join(f"coalesce({one}, false)" for one in conditions) or "true"
    with connection.cursor() as cursor:
        cursor.execute(f"select community_id, id from {model._meta.db_table} o where {where}")
        return set(cursor.fetchall())


def keys(rows: QuerySet[Owned]) -> set[Key]:
    return set(rows.values_list("community_id", "pk"))


def within(communities: tuple[int, ...]) -> Condition:
    listed = ", ".join(map(str, communities))
    return Condition(Q(community_id__in=communities), f"o.community_id in ({listed})")


@pytest.fixture
def filled(db: None) -> Callable[[int], random.Random]:
    def filled(seed: int) -> random.Random:
        chance = random.Random(seed)
        fill(chance)
        return chance

    return filled


Filled = Callable[[int], random.Random]


def queries(
    chance: random.Random, count: int
) -> Iterator[tuple[type[Owned], QuerySet[Owned], list[str]]]:
    """Yield random queries, each with what it means in SQL; some read several communities."""
    for _ in range(count):
        model = chance.choice(list(CONDITIONS))
        here = within(tuple(chance.sample(COMMUNITIES, chance.choice([1, 1, 2]))))
        rows: QuerySet[Owned] = model._default_manager.filter(here.q)
        said = [here.sql]
        for _ in range(chance.choice([1, 1, 2])):
            one = condition(chance, model)
            how = chance.choice(["filter", "exclude", "negation"])
            if how == "filter":
                rows, said = rows.filter(one.q), [*said, one.sql]
            else:
                rows = rows.exclude(one.q) if how == "exclude" else rows.filter((~one).q)
                said = [*said, (~one).sql]
        yield model, rows, said


@pytest.mark.parametrize("seed", SEEDS)
def test_filters_excludes_and_negations_find_what_sql_finds(filled: Filled, seed: int) -> None:
    for model, rows, said in queries(filled(seed), 30):
        assert keys(rows) == raw(model, *said), str(rows.query)


@pytest.mark.parametrize("seed", SEEDS)
def test_counting_over_a_relation_counts_the_communitys_rows(filled: Filled, seed: int) -> None:
    filled(seed)
    for model, relation, sql in (
        (Building, "households", "places_household r where r.building_id = o.id"),
        (Grid, "buildings", "places_building r where r.grid_id = o.id"),
        (Compound, "gates", "places_gate r where r.compound_id = o.id"),
    ):
        counted = model.objects.annotate(n=Count(relation, distinct=True))  # type: ignore[attr-defined]
        with connection.cursor() as cursor:
            cursor.execute(
                f"select community_id, id, (select count(*) from {sql} "
                f"and r.community_id = o.community_id) from {model._meta.db_table} o"
            )
            assert set(counted.values_list("community_id", "pk", "n")) == set(cursor.fetchall())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_subquery_by_the_outer_row_stays_in_its_community(filled: Filled, seed: int) -> None:
    filled(seed)
    doors = Household.objects.filter(building=OuterRef("pk"), vacant=True)
    found = keys(Building.objects.filter(Exists(doors)))
    assert found == raw(Building, related(DOORS, where="h.vacant"))
    here = Building.objects.filter(Exists(doors), community_id=COMMUNITIES[0])
    assert keys(here) == {key for key in found if key[0] == COMMUNITIES[0]}


@pytest.mark.parametrize("seed", SEEDS)
def test_related_objects_are_those_of_the_community(filled: Filled, seed: int) -> None:
    filled(seed)
    for community in COMMUNITIES:
        rows = Building.objects.filter(community_id=community)
        fetched = rows.select_related("compound", "grid").prefetch_related(
            "households", "compound__gates", "appointments"
        )
        for building in fetched:
            lazily = Building.objects.get(community_id=community, pk=building.pk)
            assert building.compound.community_id == community
            assert building.grid is None or building.grid.community_id == community
            assert lazily.compound.name == building.compound.name
            doors = {door.pk for door in building.households.all()}
            assert doors == set(lazily.households.values_list("pk", flat=True))
            assert {(community, pk) for pk in doors} == raw(
                Household,
                f"o.building_id = '{building.pk}' and o.community_id = {community}",
            )
            gates = building.compound.gates.all()
            assert {gate.community_id for gate in gates} <= {community}
            assert len(gates) == lazily.compound.gates.count()


@pytest.mark.parametrize("seed", SEEDS)
def test_an_object_stands_for_its_whole_key(filled: Filled, seed: int) -> None:
    filled(seed)
    for building in Building.objects.all():
        own = f"o.building_id = '{building.pk}' and o.community_id = {building.community_id}"
        assert keys(Household.objects.filter(building=building)) == raw(Household, own)
        assert keys(Household.objects.filter(building__in=[building])) == raw(Household, own)
        again = Building.objects.get(community_id=building.community_id, pk=building.pk)
        again.refresh_from_db()
        assert again.number == building.number


@pytest.mark.parametrize("seed", SEEDS)
def test_an_update_changes_what_sql_would_change(filled: Filled, seed: int) -> None:
    chance = filled(seed)
    for model, rows, said in queries(chance, 8):
        if not issubclass(model, Building | Household | Grid):
            continue
        meant, before = raw(model, *said), raw(model, "o.version = 1")
        rows.update(version=2)
        assert before - raw(model, "o.version = 1") == meant & before, str(rows.query)
        model._default_manager.update(version=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_delete_takes_what_sql_would_take(filled: Filled, seed: int) -> None:
    chance = filled(seed)
    for model, rows, said in queries(chance, 12):
        if not issubclass(model, Household | Appointment):
            continue
        meant, before = raw(model, *said), raw(model)
        rows.delete()
        assert before - raw(model) == meant, str(rows.query)


@pytest.mark.parametrize("seed", SEEDS)
def test_saving_and_deleting_a_row_leaves_its_namesakes_alone(filled: Filled, seed: int) -> None:
    chance = filled(seed)
    door = chance.choice(list(Household.objects.all()))
    own = {(door.community_id, door.pk)}
    everyone = raw(Household)
    door.version = 7
    door.save()
    assert raw(Household, "o.version = 7") == own
    door.delete()
    assert raw(Household) == everyone - own


@pytest.mark.parametrize("seed", SEEDS)
def test_a_list_of_keys_from_a_query_names_whole_keys(filled: Filled, seed: int) -> None:
    filled(seed)
    shops = Household.objects.filter(kind="shop")
    there = Building.objects.filter(community_id=COMMUNITIES[0], floors=18)
    for found, meant in (
        (Household.objects.filter(pk__in=shops), raw(Household, "o.kind = 'shop'")),
        (Household.objects.exclude(pk__in=shops), raw(Household, "o.kind <> 'shop'")),
        (
            Building.objects.filter(pk__in=shops.values("building")),
            raw(Building, related(DOORS, where="h.kind = 'shop'")),
        ),
        (
            Household.objects.filter(building__in=there),
            raw(
                Household, related(UP, where=f"b.floors = 18 and b.community_id = {COMMUNITIES[0]}")
            ),
        ),
        (
            Household.objects.filter(pk__in=shops.distinct().order_by("door")[:100]),
            raw(Household, "o.kind = 'shop'"),
        ),
    ):
        assert keys(found) == meant, str(found.query)
