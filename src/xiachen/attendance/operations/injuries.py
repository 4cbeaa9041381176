"""An injury at work: recorded, the person stood down at once, and the papers for the claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.injuries import Injury, InjuryStep
from xiachen.attendance.operations.answers import excuse_stood_down
from xiachen.attendance.operations.settling import (
    Scopes,
    Settling,
    Unlimited,
    put_right,
)
from xiachen.attendance.operations.stand_ins import seek_stand_ins
from xiachen.attendance.queries import injuries as queries
from xiachen.attendance.rules import injuries as rules
from xiachen.attendance.rules.duty import first_moments
from xiachen.attendance.rules.records import check_reason, incident_of
from xiachen.base import clock
from xiachen.base.errors import Outcome
from xiachen.base.owned.appending import append, superseding
from xiachen.people.operations import fitness
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope, system_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class InjuryEntry:
    """
    That somebody was hurt at work.

    :param happened: a value of `Happened`; never a diagnosis
    :param stand_in: whether somebody is wanted in the person's place
    """

    id: UUID
    community: int
    member: UUID
    occurred_at: datetime
    happened: str
    stand_in: bool = True


@transaction.atomic
def record_injury(scope: Scope, *, entries: Sequence[InjuryEntry], at: datetime) -> list[Outcome]:
    """
    Record injuries; one outcome per entry, in their order.

    The person is off duty from that moment until the doctor or the community says fit again.

    :raises Forbidden: the role records no injuries
    """
    scope.require(Can.CHECK_IN)
    incident_of(scope)
    return _record({one.id: scope for one in entries}, entries, at)


@transaction.atomic
def record_injury_all(
    scopes: Scopes, *, entries: Sequence[InjuryEntry], at: datetime
) -> list[Outcome]:
    """
    Record injuries as `record_injury` does, for several who ask at once.

    :param scopes: who asks, by the entry's id; whoever may not is told so in the outcome
    """
    return _record(scopes, entries, at)


@transaction.atomic
def tick_step(
    scope: Scope, *, community: int, injury: UUID, step: str, done: bool, at: datetime
) -> bool:
    """
    Tick a step towards the claim off, or take the tick back; tell whether that changed anything.

    :raises UnknownStep: this injury's list has no such step
    :raises NotFound: the reader does not answer for the injured person, and is nobody's own
    """
    found = queries.injury(scope, community=community, injury=injury)
    if step not in {one.code for one in rules.steps_of(found.happened)}:
        raise rules.UnknownStep(field="step")
    last = _last(found, step)
    if (last is not None and not last.void) == done:
        return False
    if last is None:
        fact = InjuryStep(
            community_id=found.community_id,
            incident_id=found.incident_id,
            injury=found,
            step=step,
            occurred_at=at,
            received_at=at,
            recorded_by=scope.account,
        )
    else:
        fact = superseding(last, by=scope.account, at=at, void=not done, occurred_at=at)
    if not append([fact]):
        return False
    audit.record(
        scope,
        "attendance.tick-injury-step",
        community=found.community_id,
        subject=found.member,
        targets=[found.pk, fact.pk],
    )
    return True


@transaction.atomic
def take_back_injury(
    scope: Scope, *, community: int, injury: UUID, at: datetime, reason: str
) -> Injury:
    """
    Take the record of an injury back that was none; whoever is off duty stays so until said fit.

    :raises NotFound: there is no such record within reach
    :raises CorrectedAlready: somebody has taken it back meanwhile
    """
    scope.require(Can.CORRECT, community=community)
    found = queries.injury(scope, community=community, injury=injury)
    reason = check_reason(reason)
    return put_right(
        scope, found, action="attendance.take-back-injury", void=True, at=at, reason=reason
    )


@transaction.atomic
def view_injuries(scope: Scope, *, day: date, number: int, size: int) -> queries.InjuryPage:
    """Return a page of injuries within reach, the latest first, and note whom it named."""
    page = queries.injury_page(scope, day=day, number=number, size=size)
    if page.lines:
        audit.record(
            scope, "attendance.view-injuries", targets={one.injury.member for one in page.lines}
        )
    return page


@transaction.atomic
def view_injury(scope: Scope, *, community: int, injury: UUID, day: date) -> queries.InjuryLine:
    """Return an injury with its steps, and note whose it was where it is not the reader's own."""
    found = queries.injury_line(scope, community=community, injury=injury, day=day)
    if found.injury.member != scope.member:
        audit.record(
            scope,
            "attendance.view-injury",
            community=community,
            subject=found.injury.member,
            targets=[found.injury.pk],
        )
    return found


def _record(scopes: Scopes, entries: Sequence[InjuryEntry], at: datetime) -> list[Outcome]:
    outcomes, new = _SETTLING.record(
        scopes,
        entries,
        lambda asked: [
            (one.id, rules.unknown(one.happened) or _fact(scopes[one.id], one, at)) for one in asked
        ],
        at,
    )
    if new:
        gone = fitness.stand_down(system_scope(), since=first_moments(new))
        seek_stand_ins(system_scope(), said=[one for one in new if one.stand_in], at=at)
        excuse_stood_down(system_scope(), said=new, members=gone, at=at)
    return outcomes


def _last(injury: Injury, step: str) -> InjuryStep | None:
    rows = InjuryStep.objects.filter(
        community_id=injury.community_id, injury=injury, step=step, reversed_by=None
    )
    return rows.first()


def _fact(scope: Scope, entry: InjuryEntry, at: datetime) -> Injury:
    return Injury(
        id=entry.id,
        community_id=entry.community,
        incident_id=incident_of(scope),
        member=entry.member,
        day=clock.local_day(entry.occurred_at),
        happened=entry.happened,
        stand_in=entry.stand_in,
        occurred_at=entry.occurred_at,
        received_at=at,
        recorded_by=scope.account,
    )


def _same(known: Injury, fact: Injury) -> bool:
    return (
        known.incident_id,
        known.member,
        known.occurred_at,
        known.happened,
        known.stand_in,
    ) == (fact.incident_id, fact.member, fact.occurred_at, fact.happened, fact.stand_in)


_SETTLING: Settling[Injury] = Settling(
    can=Can.CHECK_IN,
    action="attendance.record-injury",
    key=Unlimited.key,
    others=Unlimited.others,
    same=_same,
    taken=Unlimited.taken,
    of_theirs=True,
)
