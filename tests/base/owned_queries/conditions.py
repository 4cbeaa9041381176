"""Random conditions, written once for Django and once as SQL."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from tests.base.owned_queries.rows import COMMUNITIES
from xiachen.base.owned.models import Owned
from xiachen.people.models.residents import Appointment
from xiachen.places.models import Building, Grid, Household

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
