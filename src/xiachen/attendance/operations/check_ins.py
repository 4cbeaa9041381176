"""Signing in, and correcting a sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.operations.settling import OneADay, Registered, Settling
from xiachen.attendance.rules import records as rules
from xiachen.attendance.rules.duty import AfterSignOut
from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome
from xiachen.base.owned.appending import append, superseding
from xiachen.figures import numbers
from xiachen.figures.operations import post_deltas
from xiachen.incidents import queries as incidents
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

SIGNED_IN = "attendance.signed-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInEntry:
    """
    A person's sign-in, as a phone, a form or a sheet gives it.

    :param by_proxy: somebody else signs for the person; set by itself where the account is not
        the person's own
    """

    id: UUID
    community: int
    member: UUID
    occurred_at: datetime
    by_proxy: bool = False
    team: UUID | None = None


@transaction.atomic
def check_in(scope: Scope, *, entries: Sequence[CheckInEntry], at: datetime) -> list[Outcome]:
    """
    Sign people in; one outcome per entry, in their order.

    Whoever turns up is recorded, expected there or not. The deadline in force that day in that
    community is kept with the row.

    :raises Forbidden: the role signs nobody in
    """
    scope.require(Can.CHECK_IN)
    incident = rules.incident_of(scope)

    def settle(asked: Sequence[CheckInEntry]) -> dict[UUID, Outcome]:
        known = Registered(scope).people({one.member for one in asked})
        here = Registered(scope).communities({one.community for one in asked})
        refused = {
            one.id: Outcome(one.id, refusal=refusal)
            for one in asked
            if (refusal := rules.refusal_of(scope, one, known=known, communities=here, at=at))
        }
        facts = _facts(scope, incident, [one for one in asked if one.id not in refused], at)
        return refused | _SETTLING.write(facts)

    outcomes = rules.once_each(entries, settle)
    new = {outcome.id for outcome in outcomes if outcome.new}
    signed = [entry for entry in entries if entry.id in new]
    post_deltas(
        incident,
        [(one.community, SIGNED_IN, clock.local_day(one.occurred_at), 1) for one in signed],
    )
    for community, members, ids in rules.by_community(signed):
        audit.record(
            scope,
            "attendance.check-in",
            community=community,
            subject=members[0] if len(members) == 1 else None,
            targets=ids,
        )
    return outcomes


@transaction.atomic
def correct_check_in(
    scope: Scope,
    *,
    community: int,
    check_in: UUID,
    occurred_at: datetime | None,
    at: datetime,
    reason: str,
) -> CheckIn:
    """
    Put another time of the same day in the place of a sign-in, or take it back.

    :param occurred_at: the right time; None: the person did not sign in
    :returns: the row that stands in its place, void when nothing does
    :raises CorrectedAlready: somebody has corrected it meanwhile
    :raises OtherDay: the right time lies on another day
    :raises AfterSignOut: the person had signed out by then
    """
    scope.require(Can.CORRECT, community=community)
    reason = rules.check_reason(reason)
    former = CheckIn.objects.filter(
        community_id=community, incident=rules.incident_of(scope), pk=check_in, void=False
    ).first()
    if former is None:
        raise NotFound(field="check_in")
    if occurred_at is not None:
        rules.check_time(occurred_at, at)
        if clock.local_day(occurred_at) != former.day:
            raise rules.OtherDay(field="occurred_at", day=former.day)
        _check_before_sign_out(former, occurred_at)
    correction = superseding(
        former,
        by=scope.account,
        at=at,
        void=occurred_at is None,
        occurred_at=occurred_at or former.occurred_at,
    )
    if not append([correction]):
        raise rules.CorrectedAlready()
    if correction.void:
        post_deltas(former.incident_id, [(community, SIGNED_IN, former.day, -1)])
    audit.record(
        scope,
        "attendance.correct-check-in",
        community=community,
        subject=former.member,
        targets=(former.pk, correction.pk),
        reason=reason[:200],
    )
    return correction


def _check_before_sign_out(former: CheckIn, occurred_at: datetime) -> None:
    left = (
        CheckOut.objects.standing()
        .filter(
            community_id=former.community_id,
            incident=former.incident_id,
            member=former.member,
            day=former.day,
        )
        .first()
    )
    if left is not None and left.occurred_at < occurred_at:
        local = left.occurred_at.astimezone(clock.local_zone())
        raise AfterSignOut(field="occurred_at", time=numbers.clock(local.time()))


def _facts(
    scope: Scope, incident: UUID, entries: Sequence[CheckInEntry], at: datetime
) -> list[CheckIn]:
    days = {entry.id: clock.local_day(entry.occurred_at) for entry in entries}
    deadlines = {
        (community, day): _deadline(scope, incident, community, day)
        for community, day in {(entry.community, days[entry.id]) for entry in entries}
    }
    return [
        CheckIn(
            id=entry.id,
            community_id=entry.community,
            incident_id=incident,
            member=entry.member,
            team=entry.team,
            day=days[entry.id],
            deadline=deadlines[entry.community, days[entry.id]],
            by_proxy=entry.by_proxy or entry.member != scope.member,
            occurred_at=entry.occurred_at,
            received_at=at,
            recorded_by=scope.account,
        )
        for entry in entries
    ]


def _deadline(scope: Scope, incident: UUID, community: int, day: date) -> datetime:
    value = incidents.parameter(
        scope,
        incident=incident,
        name=rules.DEADLINE,
        day=day,
        community=community,
        default=rules.DEFAULT_DEADLINE,
    )
    return clock.on_day(day, rules.deadline_time(value))


def _same(known: CheckIn, fact: CheckIn) -> bool:
    return (
        OneADay.key(known) == OneADay.key(fact)
        and known.occurred_at == fact.occurred_at
        and known.team == fact.team
        and known.by_proxy == fact.by_proxy
    )


def _taken(standing: CheckIn) -> rules.SignedInAlready:
    local = standing.occurred_at.astimezone(clock.local_zone())
    return rules.SignedInAlready(field="member", time=numbers.clock(local.time()))


_SETTLING: Settling[CheckIn] = Settling(
    key=OneADay.key, others=OneADay.others, same=_same, taken=_taken
)
