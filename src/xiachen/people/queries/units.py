"""Reads of units and party organisations: two trees that meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.people.models.branches import BranchMembership
from xiachen.people.models.units import Organisation, PartyOrganisation, PartyOrganisationKind
from xiachen.people.queries.members import members_reached
from xiachen.privacy.scope import Role, Scope


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit in the tree, with its party organisations and the units below it."""

    unit: Organisation
    party: list[PartyOrganisation]
    below: list["UnitNode"]


def organisations_reached(scope: Scope) -> QuerySet[Organisation]:
    """Return the units of the scope: its own, those in its places, those that come to them."""
    if scope.role in (Role.SYSTEM, Role.ADMINISTRATOR):
        return Organisation.objects.order_by("name")
    reach = Q(pk__in=scope.organisations) | scope.within("division")
    reach |= scope.within("contact_community_id") | Q(members__pk=scope.member)
    return Organisation.objects.filter(
        pk__in=Organisation.objects.filter(reach).values("pk")
    ).order_by("name")


def unit_tree(scope: Scope) -> list[UnitNode]:
    """Return the units of the scope as trees; a unit whose superior is not reached is a root."""
    units = list(organisations_reached(scope).select_related("contact_community"))
    nodes = {unit.pk: UnitNode(unit, [], []) for unit in units}
    party = PartyOrganisation.objects.filter(organisation_id__in=nodes.keys())
    for one in party.exclude(kind=PartyOrganisationKind.TEMPORARY).order_by("name"):
        if one.organisation_id:
            nodes[one.organisation_id].party.append(one)
    for node in nodes.values():
        if node.unit.parent_id in nodes:
            nodes[node.unit.parent_id].below.append(node)
    return [node for node in nodes.values() if node.unit.parent_id not in nodes]


def organisations_by_id(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Return units by id, whoever asks: the name of a unit is on every document."""
    return Organisation.objects.in_bulk(set(ids))


def party_organisations_reached(scope: Scope) -> QuerySet[PartyOrganisation]:
    """Return party organisations of the scope's units, and branches that have its people."""
    rows = PartyOrganisation.objects.select_related("organisation", "approved_by").order_by("name")
    if scope.role is Role.SYSTEM:
        return rows
    units = organisations_reached(scope).order_by().values("pk")
    theirs = BranchMembership.objects.filter(
        branch=OuterRef("pk"), member__in=members_reached(scope).order_by().values("pk")
    )
    return rows.filter(Q(organisation__in=units) | Exists(theirs))


def organisations_below(organisation: UUID | None) -> frozenset[UUID]:
    """Return a unit and all units below it; of none, nothing. For making a scope."""
    return _tree("people_organisation", organisation)


def _tree(table: str, root: UUID | None) -> frozenset[UUID]:
    if root is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            f"with recursive below(id) as (select %s::uuid union "
            f"select child.id from {table} child join below on child.parent_id = below.id) "
            f"select id from below",
            [root],
        )
        return frozenset(row[0] for row in cursor.fetchall())
