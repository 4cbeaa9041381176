"""Units and party organisations: two trees that meet, each name once."""

import pytest

from tests.world import FENGLIN, World
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.base.ids import uuid7
from xiachen.people.operations import units
from xiachen.people.queries import units as queries
from xiachen.privacy.scope import Role


def test_a_unit_is_entered_under_the_unit_above(world: World) -> None:
    made = units.register_organisation(
        world.scope(Role.LIAISON),
        name="  枫林  监测站 ",
        level="province",
        division=420000000000,
        parent=world.bureau.pk,
    )
    assert made.name == "枫林 监测站"
    (root,) = queries.unit_tree(world.scope(Role.LIAISON))
    assert {node.unit.name for node in root.below} == {"枫林 监测站", world.city_bureau.name}
    assert [one.name for one in root.party] == [world.committee.name]


def test_a_name_is_given_once(world: World) -> None:
    with pytest.raises(units.UnitExists):
        units.register_organisation(
            world.system, name=world.bureau.name, level="city", division=420100000000
        )
    with pytest.raises(units.PartyOrganisationExists):
        units.register_party_organisation(world.system, name=world.committee.name)


def test_a_unit_far_away_is_not_entered(world: World) -> None:
    with pytest.raises(Forbidden):
        units.register_organisation(
            world.scope(Role.ORGANISER), name="远方局", level="province", division=440000000000
        )
    with pytest.raises(Forbidden):
        units.register_organisation(
            world.scope(Role.SECRETARY), name="本社区站", level="community", division=FENGLIN
        )


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("division", 42, Invalid),
        ("level", "galaxy", Invalid),
        ("parent", uuid7(), NotFound),
        ("contact_community", 420111002999, NotFound),
        ("name", " ", Invalid),
        ("name", "长" * 81, Invalid),
    ],
)
def test_bad_values_are_refused_beside_their_field(
    world: World, field: str, value: object, refusal: type[Exception]
) -> None:
    given = {"name": "新局", "level": "city", "division": 420100000000} | {field: value}
    with pytest.raises(refusal) as refused:
        units.register_organisation(world.system, **given)  # type: ignore[arg-type]
    assert refused.value.field == field  # type: ignore[attr-defined]


def test_a_temporary_branch_is_never_merely_registered(world: World) -> None:
    with pytest.raises(units.TemporaryBranchIsFormed):
        units.register_party_organisation(world.system, name="临时党支部", kind="temporary")
