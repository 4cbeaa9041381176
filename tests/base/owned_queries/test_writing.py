"""Updates, saves and deletes touch the rows that SQL would touch."""

import pytest

from tests.base.owned_queries.conditions import (
    queries,
    raw,
)
from tests.base.owned_queries.rows import SEEDS, Filled
from xiachen.people.models.residents import Appointment
from xiachen.places.models import Building, Grid, Household


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
