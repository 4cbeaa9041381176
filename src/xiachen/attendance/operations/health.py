"""The daily word of those who work: well, or not; whoever is not goes off duty at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.operations.answers import excuse_stood_down
from xiachen.attendance.operations.settling import (
    Scopes,
    Settling,
    Unlimited,
)
from xiachen.attendance.operations.stand_ins import seek_stand_ins
from xiachen.attendance.rules.duty import first_moments
from xiachen.attendance.rules.records import incident_of
from xiachen.base import clock
from xiachen.base.errors import Outcome
from xiachen.people.operations import fitness
from xiachen.privacy.scope import Can, Scope, system_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthEntry:
    """That somebody feels well, or does not; nothing else is asked."""

    id: UUID
    community: int
    member: UUID
    occurred_at: datetime
    well: bool


@transaction.atomic
def state_health(scope: Scope, *, entries: Sequence[HealthEntry], at: datetime) -> list[Outcome]:
    """
    Record how people feel; one outcome per entry, in their order.

    Whoever is unwell is off duty from that moment until the doctor or the community says fit
    again, and a stand-in is sought. A later “well” of the person does not end that.

    :raises Forbidden: the role says nothing of anybody's health
    """
    scope.require(Can.CHECK_IN)
    incident_of(scope)
    return _state({one.id: scope for one in entries}, entries, at)


@transaction.atomic
def state_health_all(
    scopes: Scopes, *, entries: Sequence[HealthEntry], at: datetime
) -> list[Outcome]:
    """
    Record how people feel as `state_health` does, for several who ask at once.

    :param scopes: who asks, by the entry's id; whoever may not is told so in the outcome
    """
    return _state(scopes, entries, at)


def _state(scopes: Scopes, entries: Sequence[HealthEntry], at: datetime) -> list[Outcome]:
    outcomes, new = _SETTLING.record(
        scopes,
        entries,
        lambda asked: [(one.id, _fact(scopes[one.id], one, at)) for one in asked],
        at,
    )
    unwell = [one for one in new if not one.well]
    if unwell:
        gone = fitness.stand_down(system_scope(), since=first_moments(unwell))
        seek_stand_ins(system_scope(), said=[one for one in unwell if one.member in gone], at=at)
        excuse_stood_down(system_scope(), said=unwell, members=gone, at=at)
    return outcomes


def _fact(scope: Scope, entry: HealthEntry, at: datetime) -> HealthStatement:
    return HealthStatement(
        id=entry.id,
        community_id=entry.community,
        incident_id=incident_of(scope),
        member=entry.member,
        day=clock.local_day(entry.occurred_at),
        well=entry.well,
        occurred_at=entry.occurred_at,
        received_at=at,
        recorded_by=scope.account,
    )


def _same(known: HealthStatement, fact: HealthStatement) -> bool:
    return (known.incident_id, known.member, known.occurred_at, known.well) == (
        fact.incident_id,
        fact.member,
        fact.occurred_at,
        fact.well,
    )


_SETTLING: Settling[HealthStatement] = Settling(
    can=Can.CHECK_IN,
    action="attendance.state-health",
    key=Unlimited.key,
    others=Unlimited.others,
    same=_same,
    taken=Unlimited.taken,
    of_theirs=True,
)
