"""Incidents: an explicit list of communities and parameters with days that can be."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.world import BEGAN, DAY, FENGLIN, ZISONG, World
from xiachen import incidents
from xiachen.attendance.rules.duty import MOST_DAYS, MOST_HOURS
from xiachen.attendance.rules.records import DEADLINE, DEFAULT_DEADLINE
from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.base.ids import uuid7
from xiachen.incidents import operations, queries
from xiachen.incidents.models import Incident, IncidentCommunity
from xiachen.incidents.rules import (
    PARAMETERS,
    Setting,
    UnknownParameter,
    check_parameter,
    in_force,
)
from xiachen.privacy import audit
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Role

NEIGHBOURS = 420111002003
LATE = datetime(2020, 4, 8, tzinfo=UTC)


def test_an_incident_has_its_own_keys_from_the_start(world: World) -> None:
    assert vault().keyring(world.incident.pk, DataClass.EMERGENCY)


@pytest.mark.parametrize("role", [Role.HEADQUARTERS, Role.ADMINISTRATOR])
def test_headquarters_and_the_administrator_open_incidents(world: World, role: Role) -> None:
    made = operations.open_incident(world.scope(role), name="枫林内涝", kind="flood", began_on=DAY)
    assert made in queries.open_incidents(world.scope(role))


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.MOBILISER, Role.MEMBER])
def test_other_roles_open_none(world: World, role: Role) -> None:
    with pytest.raises(Forbidden):
        operations.open_incident(world.scope(role), name="内涝", kind="flood", began_on=DAY)


def test_a_name_is_given_once_and_a_kind_is_known(world: World) -> None:
    with pytest.raises(operations.IncidentExists):
        operations.open_incident(world.system, name=world.incident.name, kind="flood", began_on=DAY)
    with pytest.raises(Invalid):
        operations.open_incident(world.system, name="火灾", kind="fire", began_on=DAY)


def test_communities_are_listed_within_the_scope(world: World) -> None:
    listed = {
        role: queries.communities_of(world.scope(role), incident=world.incident.pk, day=DAY)
        for role in (Role.HEADQUARTERS, Role.ADMINISTRATOR, Role.SECRETARY)
    }
    assert listed == {
        Role.HEADQUARTERS: [ZISONG, FENGLIN],
        Role.ADMINISTRATOR: [ZISONG, FENGLIN],
        Role.SECRETARY: [FENGLIN],
    }
    assert queries.communities_of(world.stranger, day=DAY) == [ZISONG]
    assert not queries.communities_of(world.system, day=date(2020, 1, 1))


def test_a_community_that_is_not_known_is_refused_and_none_is_included(world: World) -> None:
    with pytest.raises(operations.CommunitiesUnknown) as refused:
        include(world, [NEIGHBOURS, 420111002999])
    assert refused.value.values == {"communities": "420111002999"}
    assert IncidentCommunity.objects.count() == 2


def include(world: World, communities: list[int], day: date = DAY) -> None:
    operations.include_communities(
        world.system, incident=world.incident.pk, communities=communities, from_day=day
    )


def test_a_community_is_not_included_twice(world: World) -> None:
    with pytest.raises(operations.AlreadyIncluded):
        include(world, [FENGLIN])
    with pytest.raises(operations.AlreadyIncluded):
        include(world, [NEIGHBOURS, NEIGHBOURS])
    operations.leave_out_community(
        world.system, incident=world.incident.pk, community=FENGLIN, last_day=DAY
    )
    with pytest.raises(operations.AlreadyIncluded):
        include(world, [FENGLIN])
    include(world, [FENGLIN], date(2020, 3, 2))


def test_headquarters_include_their_own_places_only(world: World) -> None:
    with pytest.raises(Forbidden):
        operations.include_communities(
            world.scope(Role.HEADQUARTERS),
            incident=world.incident.pk,
            communities=[420602001008],
            from_day=DAY,
        )


def value(world: World, day: date, community: int | None = None) -> object:
    return queries.parameter(
        world.scope(Role.SECRETARY),
        incident=world.incident.pk,
        name="attendance.deadline",
        day=day,
        community=community,
        default="09:00",
    )


def put(world: World, text: object, day: date, **given: object) -> None:
    wanted: dict[str, object] = {
        "incident": world.incident.pk,
        "name": "attendance.deadline",
        "value": text,
        "from_day": day,
    }
    operations.set_parameter(world.system, **wanted | given)  # type: ignore[arg-type]


def test_the_value_in_force_is_the_communitys_own_then_the_latest(world: World) -> None:
    assert value(world, DAY) == "09:00"
    put(world, "08:30", BEGAN)
    put(world, "08:00", date(2020, 3, 2))
    put(world, "07:00", DAY, community=FENGLIN)
    assert value(world, BEGAN) == "08:30"
    assert value(world, DAY) == "08:30"
    assert value(world, date(2020, 3, 2)) == "08:00"
    assert value(world, DAY, FENGLIN) == "07:00"
    assert value(world, DAY, ZISONG) == "08:30"
    assert value(world, date(2020, 1, 1)) == "09:00"


@pytest.mark.parametrize("day", [date(2020, 1, 22), date(2219, 1, 1)])
def test_days_that_cannot_be_are_refused(world: World, day: date) -> None:
    with pytest.raises(operations.ImpossibleDay) as refused:
        put(world, "08:30", day)
    assert refused.value.field == "from_day"
    with pytest.raises(operations.ImpossibleDay):
        include(world, [NEIGHBOURS], day)


def test_a_parameter_has_one_value_from_a_day_on(world: World) -> None:
    put(world, "08:30", DAY)
    put(world, "08:30", DAY)
    with pytest.raises(operations.ParameterStands):
        put(world, "08:00", DAY)
    assert len(queries.parameters(world.system, incident=world.incident.pk)) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "deadline"}, "name"),
        ({"name": "attendance.deadlines"}, "name"),
        ({"value": object()}, "value"),
        ({"value": "七点半"}, "value"),
        ({"value": "7:30"}, "value"),
        ({"value": "25:00"}, "value"),
        ({"value": 8}, "value"),
        ({"community": 1}, "community"),
    ],
)
def test_bad_parameters_are_refused_beside_their_field(
    world: World, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        put(world, "08:30", DAY, **given)
    assert refused.value.field == field


def test_an_unknown_parameter_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UnknownParameter) as refused:
        check_parameter("attendance.dedline", "08:30")
    assert str(refused.value.values["near"]).startswith("attendance.deadline")


def test_every_parameter_that_an_area_asks_for_can_be_set() -> None:
    assert set(PARAMETERS) == {DEADLINE, MOST_HOURS, MOST_DAYS}
    check_parameter(DEADLINE, DEFAULT_DEADLINE)
    asked = {
        name
        for path in Path(incidents.__file__).parents[1].rglob("*.py")
        for name in re.findall(
            r"\bincidents\.parameter\([^)]*\bname=([\w.]+)", path.read_text("utf-8")
        )
    }
    assert asked == {"rules.DEADLINE", "rules.MOST_HOURS", "rules.MOST_DAYS"}


def test_a_setting_that_has_ended_does_not_hold() -> None:
    ended = Setting("a", date(2020, 3, 1), date(2020, 3, 2))
    assert in_force([ended], day=date(2020, 3, 2), community=None) is ended
    assert in_force([ended], day=date(2020, 3, 3), community=None) is None


def test_after_a_value_has_ended_the_one_before_it_holds_again(world: World) -> None:
    scope = world.scope(Role.HEADQUARTERS)
    name, incident = "attendance.deadline", world.incident.pk
    for value, day in (("08:30", BEGAN), ("08:00", DAY)):
        made = operations.set_parameter(
            scope, incident=incident, name=name, value=value, from_day=day
        )
    with pytest.raises(Invalid):
        operations.end_parameter(scope, incident=incident, parameter=made.pk, last_day=BEGAN)
    operations.end_parameter(scope, incident=incident, parameter=made.pk, last_day=DAY)
    held = {
        day: queries.parameter(scope, incident=incident, name=name, day=day)
        for day in (DAY, date(2020, 3, 2))
    }
    assert held == {DAY: "08:00", date(2020, 3, 2): "08:30"}
    with pytest.raises(Invalid):
        later = date(2020, 3, 9)
        operations.end_parameter(scope, incident=incident, parameter=made.pk, last_day=later)
    with pytest.raises(NotFound):
        operations.end_parameter(scope, incident=incident, parameter=0, last_day=DAY)
    with pytest.raises(Forbidden):
        operations.end_parameter(
            world.scope(Role.SECRETARY), incident=incident, parameter=made.pk, last_day=DAY
        )


def test_nothing_is_changed_in_a_closed_incident(world: World) -> None:
    operations.close_incident(world.system, incident=world.incident.pk, at=LATE)
    with pytest.raises(operations.IncidentClosed):
        put(world, "08:30", DAY)
    with pytest.raises(operations.IncidentClosed):
        operations.close_incident(world.system, incident=world.incident.pk, at=LATE)
    assert world.incident not in queries.open_incidents(world.system)
    assert queries.current_incident(world.scope(Role.SECRETARY)) == world.incident.pk


def test_a_role_without_an_incident_acts_in_none(world: World) -> None:
    from dataclasses import replace

    nowhere = replace(world.scope(Role.SECRETARY), incident=None)
    with pytest.raises(NotFound):
        queries.incident_of(nowhere)
    assert queries.current_incident(nowhere) == world.incident.pk
    other = replace(nowhere, incident=uuid7())
    assert queries.communities_of(other, incident=world.incident.pk, day=DAY) == []


def test_without_its_audit_no_incident_is_opened(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **named: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="disk"):
        operations.open_incident(world.system, name="内涝", kind="flood", began_on=DAY)
    assert not Incident.objects.filter(name="内涝").exists()
