"""Whom a role reaches, and how their names are shown."""

from dataclasses import replace

import pytest

from tests.world import (
    FENGLIN,
    LIAISON,
    LOCAL,
    NAMES,
    NEIGHBOUR,
    OUTSIDER,
    SECRETARY,
    SENT,
    WORKERS,
    World,
    id_of,
)
from xiachen.base.errors import Forbidden, NotFound
from xiachen.people.queries import accounts, units
from xiachen.people.queries import members as queries
from xiachen.people.queries.members import Wanted
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

AT_HOME = {LOCAL, *WORKERS, SECRETARY}
OF_THE_BUREAU = {*SENT, LIAISON, LOCAL}


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.SECRETARY, AT_HOME),
        (Role.COMMUNITY_WORKER, AT_HOME),
        (Role.LIAISON, OF_THE_BUREAU),
        (Role.MEMBER, {LOCAL}),
        (Role.MOBILISER, set(NAMES)),
        (Role.HEADQUARTERS, AT_HOME | {OUTSIDER, NEIGHBOUR}),
        (Role.STREET, AT_HOME | {OUTSIDER, NEIGHBOUR}),
        (Role.ADMINISTRATOR, set()),
        (Role.AUDITOR, set()),
        (Role.INSPECTOR, set()),
        (Role.PRIVACY_OFFICER, set()),
    ],
)
def test_a_role_reaches_its_units_its_places_and_itself(
    world: World, role: Role, names: set[str]
) -> None:
    reached = queries.members_reached(world.scope(role)).values_list("name", flat=True)
    assert set(reached) == names


def test_the_scope_names_further_people(world: World) -> None:
    scope = replace(world.scope(Role.SECRETARY), members=frozenset(world.sent))
    reached = queries.members_reached(scope).values_list("name", flat=True)
    assert set(reached) == AT_HOME | set(SENT)


def test_members_by_id_leaves_out_whoever_is_not_reached(world: World) -> None:
    everybody = list(world.members.values())
    assert set(queries.members_by_id(world.stranger, everybody)) == {
        id_of(OUTSIDER),
        id_of(NEIGHBOUR),
    }
    with pytest.raises(NotFound):
        queries.member(world.stranger, world.local)


def test_names_are_clear_on_site_and_masked_above(world: World) -> None:
    ids = [id_of(LOCAL), id_of(OUTSIDER)]
    assert queries.shown_names(world.scope(Role.SECRETARY), ids) == {id_of(LOCAL): LOCAL}
    assert queries.shown_names(world.scope(Role.HEADQUARTERS), ids) == {
        id_of(LOCAL): "郗**",
        id_of(OUTSIDER): "缪**",
    }
    assert queries.shown_names(world.system, ids)[id_of(LOCAL)] == "郗**"


def test_people_read_their_own_name(world: World) -> None:
    assert queries.shown_names(world.scope(Role.MEMBER), [world.local]) == {world.local: LOCAL}
    above = replace(world.scope(Role.HEADQUARTERS), member=world.local)
    assert queries.shown_names(above, [world.local]) == {world.local: LOCAL}


@pytest.mark.parametrize("text", ["归晚", "xi gui", "XI"])
def test_people_are_found_by_part_of_the_name_or_its_pinyin(world: World, text: str) -> None:
    found = queries.find_members(world.scope(Role.SECRETARY), text)
    assert LOCAL in {row.name for row in found}
    assert not queries.find_members(world.stranger, "归晚")


def test_lists_are_sorted_by_pinyin_and_filtered(world: World) -> None:
    scope = world.scope(Role.LIAISON)
    page = queries.member_page(scope, Wanted(organisation=world.bureau.pk))
    assert [row.name for row in page.rows] == [
        "单于启明",
        "盖若汐",
        "蔺知夏",
        "欧阳霁岚",
        "覃牧遥",
        "仇望舒",
        "解语棠",
        "闫澄砚",
        "尉迟景行",
        "乐正云起",
        "查砺锋",
    ]
    assert page.total == len(SENT) + 1
    home = queries.member_page(scope, Wanted(community=FENGLIN))
    assert [row.name for row in home.rows] == [LOCAL]
    assert not queries.member_page(scope, Wanted(kind="deputy")).rows


def test_a_page_beyond_the_last_is_the_last(world: World) -> None:
    page = queries.member_page(world.scope(Role.LIAISON), Wanted(), 99)
    assert (page.number, page.pages) == (1, 1)
    assert len(page.rows) == len(OF_THE_BUREAU)


def test_a_list_is_noted_with_those_it_named(world: World) -> None:
    from xiachen.people.operations.members import view_members

    view_members(world.scope(Role.SECRETARY), wanted=Wanted(text=LOCAL))
    assert AuditEntry.objects.get(action="people.view-members").targets == [world.local]


def test_units_are_those_of_the_scope(world: World) -> None:
    assert set(units.organisations_reached(world.scope(Role.LIAISON))) == {
        world.bureau,
        world.city_bureau,
    }
    near = {unit.name for unit in units.organisations_reached(world.scope(Role.SECRETARY))}
    # The community's own office, and the unit whose contact point it is.
    assert near == {"枫林上城社区居委会", world.city_bureau.name}
    assert not units.organisations_reached(world.stranger)


def test_accounts_are_listed_for_the_administrator_alone(world: World) -> None:
    assert accounts.accounts(world.scope(Role.ADMINISTRATOR)).count() == 15
    with pytest.raises(Forbidden):
        accounts.accounts(world.scope(Role.HEADQUARTERS))
