"""Fitness: a day for a kind of duty, never a reason; recorded on the person's page."""

from datetime import date

import pytest

from tests.people.test_screens import client_of
from tests.world import World
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.people.models.members import Fitness
from xiachen.people.operations.fitness import set_fitness
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

FIRST, SECOND = date(2020, 3, 14), date(2020, 3, 20)


def test_fitness_is_a_day_and_the_later_word_holds(world: World) -> None:
    scope = world.scope(Role.SECRETARY)
    set_fitness(scope, member=world.local, duty="night", fit_until=FIRST)
    set_fitness(scope, member=world.local, duty=" night ", fit_until=SECOND)
    row = Fitness.objects.get(member=world.local)
    assert (row.duty, row.fit_until) == ("night", SECOND)
    assert AuditEntry.objects.filter(action="people.set-fitness", subject=world.local).count() == 2


@pytest.mark.parametrize("duty", ["  ", "搬" * 41])
def test_a_duty_has_a_name_that_fits(world: World, duty: str) -> None:
    with pytest.raises(Invalid) as refused:
        set_fitness(world.scope(Role.SECRETARY), member=world.local, duty=duty, fit_until=FIRST)
    assert refused.value.field == "duty"


@pytest.mark.parametrize("role", [Role.LIAISON, Role.MOBILISER, Role.MEMBER])
def test_other_roles_record_no_fitness(world: World, role: Role) -> None:
    with pytest.raises(Forbidden):
        set_fitness(world.scope(role), member=world.local, duty="night", fit_until=FIRST)


def test_the_outsider_records_nothing_next_door(world: World) -> None:
    with pytest.raises(NotFound):
        set_fitness(world.stranger, member=world.local, duty="night", fit_until=FIRST)


def test_it_is_recorded_and_shown_on_the_persons_page(world: World) -> None:
    client = client_of(world, Role.SECRETARY)
    page = f"/people/{world.local}"
    assert "Fit for duty" in client.get(page).content.decode()
    wrong = client.post(f"{page}/fitness", {"duty": "夜间值守", "fit_until": "2020-02-30"})
    assert wrong.context["fitness_form"].errors.keys() == {"fit_until"}
    assert not Fitness.objects.exists()
    assert (
        client.post(f"{page}/fitness", {"duty": "夜间值守", "fit_until": FIRST}).status_code == 302
    )
    assert "夜间值守" in client.get(page).content.decode()
    liaison = client_of(world, Role.LIAISON).get(f"/people/{world.sent[0]}").content.decode()
    assert "Fit for duty" not in liaison
