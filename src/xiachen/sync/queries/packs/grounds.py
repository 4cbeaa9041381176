"""A grid or a building on the phone of its head: doors, who lives behind them, whom to call."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.people.models.members import KEYRING, Member
from xiachen.people.models.periods import standing_on
from xiachen.people.models.residents import Appointment, Resident
from xiachen.places.models import Building, Gate, Household
from xiachen.privacy import sealing
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Role, Scope
from xiachen.sync.queries.packs.lines import called_in
from xiachen.sync.queries.packs.reach import Ground
from xiachen.sync.rules import bodies
from xiachen.sync.rules.bodies import Doc

# Whom a grid head calls: who holds one of these roles in the community.
_CALLED = (Role.SECRETARY, Role.COMMUNITY_WORKER, Role.DOCTOR, Role.POLICE)


def doors(scope: Scope, *, ground: Ground) -> list[Doc]:
    """Return gates, buildings, doors and residents of some ground; four statements."""
    here = Q(community_id=ground.community) & scope.within()
    houses = Building.objects.filter(here, _houses(ground)).select_related("compound")
    docs = [_building(one) for one in houses]
    gates = Gate.objects.filter(here, compound__in={one.compound_id for one in houses})
    docs += [
        Doc(
            str(one.pk),
            "gate",
            bodies.Gate(compound=one.compound.name, name=one.name, open=one.open),
        )
        for one in gates.select_related("compound")
    ]
    homes = Household.objects.filter(here, building__in=[one.pk for one in houses])
    known = homes.values_list("pk", "building_id", "unit", "door", "kind", "vacant")
    docs += [
        Doc(
            str(pk),
            "household",
            bodies.Household(
                building=str(building), unit=unit, door=door, kind=kind, vacant=vacant
            ),
        )
        for pk, building, unit, door, kind, vacant in known
    ]
    return [*docs, *_residents(ground.community, homes.values_list("pk", flat=True))]


def people(scope: Scope, *, ground: Ground, day: date) -> list[Doc]:
    """
    Return who looks after some ground and whom to call there; three statements.

    Whoever is appointed to a grid knows the other heads there by name, wherever they come from.
    """
    return [*_heads(ground, day), *_calls(scope, ground, day)]


def _houses(ground: Ground) -> Q:
    return Q(grid=ground.grid) if ground.grid else Q(pk=ground.building)


def _building(row: Building) -> Doc:
    return Doc(
        str(row.pk),
        "building",
        bodies.Building(
            compound=row.compound.name, number=row.number, floors=row.floors, units=row.units
        ),
    )


def _residents(community: int, homes: QuerySet[Household, UUID]) -> Iterator[Doc]:
    rows = Resident.objects.filter(community_id=community, household__in=homes)
    found = rows.values_list("pk", "household_id", "sealed")
    if not found:
        return
    # Fetched once: a grid has more than a thousand.
    keyring, table = vault().keyring(KEYRING, DataClass.REGISTER), Resident._meta.db_table
    for pk, household, sealed in found:
        values = sealing.open_sealed(
            keyring, sealed, table=table, column="sealed", community=community, row=pk
        )
        body = bodies.Resident(household=str(household), name=values["name"], phone=values["phone"])
        yield Doc(str(pk), "resident", body, pk)


def _heads(ground: Ground, day: date) -> list[Doc]:
    mine = Q(building__grid=ground.grid) | Q(grid=ground.grid)
    rows = Appointment.objects.filter(
        mine if ground.grid else Q(building=ground.building),
        standing_on(day),
        community_id=ground.community,
    )
    places = [
        (f"{row.pk}{suffix}", row.building_id, member, role)
        for row in rows
        for member, suffix, role in (
            (row.member, "", str(row.post)),
            (row.substitute, ":substitute", "substitute"),
        )
        if member is not None
    ]
    known = Member.objects.in_bulk({member for _id, _building, member, _role in places})
    return [
        Doc(
            id,
            "head",
            bodies.Head(
                building=str(building) if building else None,
                name=known[member].name,
                phone=known[member].opened_contact()["phone"],
                role=role,
            ),
            member,
        )
        for id, building, member, role in places
        if member in known
    ]


def _calls(scope: Scope, ground: Ground, day: date) -> list[Doc]:
    return [
        Doc(
            f"call:{one.grant}",
            "call",
            bodies.Call(role=one.role, name=one.member.name, phone=one.phone),
            one.member.pk,
        )
        for one in called_in(scope, communities=[ground.community], roles=_CALLED, day=day)
    ]
