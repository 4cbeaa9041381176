"""Filters, counts, subqueries and related objects find what SQL finds."""

import pytest
from django.db import connection
from django.db.models import Count, Exists, OuterRef

from tests.base.owned_queries.conditions import (
    DOORS,
    UP,
    keys,
    queries,
    raw,
    related,
)
from tests.base.owned_queries.rows import COMMUNITIES, SEEDS, Filled
from xiachen.places.models import Building, Compound, Grid, Household


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
