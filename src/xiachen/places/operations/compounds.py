"""Compounds and their gates."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.places.models import Community, Compound, Gate
from xiachen.places.operations.editing import RefusedWhen, add, change
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


class CompoundNameTaken(Refused):
    """The community has a compound of this name."""

    code = "places.compound-name-taken"
    message = _("This community has a compound called %(name)s already. Open it instead.")


class GateNameTaken(Refused):
    """Two gates of a compound cannot have one name."""

    code = "places.gate-name-taken"
    message = _("Two gates of this compound would be called %(name)s. Give each its own name.")


@transaction.atomic
def register_compound(
    scope: Scope,
    *,
    community: int,
    name: str,
    kind: str,
    unmanaged: bool = False,
    closed: bool = False,
    gates: Sequence[str] = (),
    at: datetime,
) -> Compound:
    """
    Register a compound with the names of its gates.

    :param kind: a value of CompoundKind: old, open, staff or commercial
    :param unmanaged: 三无: no owner, no property management, no guard
    :raises CompoundNameTaken: the community has one of this name
    """
    scope.require(Can.MANAGE_PLACES, community=community)
    if not Community.objects.filter(pk=community).exists():
        raise NotFound()
    compound = Compound(
        community_id=community, name=name, kind=kind, unmanaged=unmanaged, closed=closed
    )
    with RefusedWhen(compound_name=CompoundNameTaken(field="name", name=name.strip())):
        add(scope, compound)
    _add_gates(scope, compound, gates)
    audit.record(scope, "places.register-compound", community=community, targets=[compound.pk])
    return compound


@transaction.atomic
def edit_compound(
    scope: Scope,
    *,
    community: int,
    compound: UUID,
    version: int,
    name: str,
    kind: str,
    unmanaged: bool,
    closed: bool,
    at: datetime,
) -> Compound:
    """
    Change what is known of a compound.

    :raises ChangedMeanwhile: it no longer has the version that was shown
    """
    with RefusedWhen(compound_name=CompoundNameTaken(field="name", name=name.strip())):
        changed = change(
            scope,
            Compound,
            community=community,
            id=compound,
            version=version,
            name=name,
            kind=kind,
            unmanaged=unmanaged,
            closed=closed,
        )
    audit.record(scope, "places.edit-compound", community=community, targets=[compound])
    return changed


@transaction.atomic
def register_gates(
    scope: Scope, *, community: int, compound: UUID, names: Sequence[str], at: datetime
) -> list[Gate]:
    """Register further gates of a compound."""
    scope.require(Can.MANAGE_PLACES, community=community)
    held = Compound.objects.filter(community_id=community, pk=compound).first()
    if held is None:
        raise NotFound()
    gates = _add_gates(scope, held, names)
    audit.record(scope, "places.register-gates", community=community, targets=[compound])
    return gates


@transaction.atomic
def edit_gate(
    scope: Scope,
    *,
    community: int,
    gate: UUID,
    version: int,
    name: str,
    is_open: bool,
    at: datetime,
) -> Gate:
    """
    Rename, open or close a gate.

    :raises ChangedMeanwhile: it no longer has the version that was shown
    """
    with RefusedWhen(gate_name=GateNameTaken(field="name", name=name.strip())):
        changed = change(
            scope, Gate, community=community, id=gate, version=version, name=name, open=is_open
        )
    audit.record(scope, "places.edit-gate", community=community, targets=[gate])
    return changed


def _add_gates(scope: Scope, compound: Compound, names: Sequence[str]) -> list[Gate]:
    gates = []
    for name in names:
        with RefusedWhen(gate_name=GateNameTaken(field="gates", name=name.strip())):
            gate = Gate(community_id=compound.community_id, compound=compound, name=name)
            gates.append(add(scope, gate))
    return gates
