"""Signing out, and correcting a sign-out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.operations.evidence import Proof, Weighing, Witnessed
from xiachen.attendance.operations.settling import (
    OneAMoment,
    Scopes,
    Settling,
    put_right,
)
from xiachen.attendance.queries.stays import OneStay, stay_of
from xiachen.attendance.rules import duty
from xiachen.attendance.rules import records as rules
from xiachen.attendance.rules.stays import LONGEST_DUTY, LONGEST_STAY, arrival_before
from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome, Refused
from xiachen.base.owned.appending import hold_numbers
from xiachen.base.owned.bulk import unsaved
from xiachen.figures import numbers
from xiachen.privacy.scope import Can, Scope

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutEntry(Witnessed):
    """A person's sign-out."""


_SignIns = dict[tuple[UUID | None, int, UUID], list[CheckIn]]


@transaction.atomic
def check_out(scope: Scope, *, entries: Sequence[CheckOutEntry], at: datetime) -> list[Outcome]:
    """
    Sign people out; one outcome per entry, in their order.

    There must be a sign-in of the 24 hours before. Every sign-out is kept, and `rules.stays` finds
    which stay it ends; only the same moment is known already.

    :raises Forbidden: the role signs nobody out
    """
    scope.require(Can.CHECK_IN)
    rules.incident_of(scope)
    return _check_out({one.id: scope for one in entries}, entries, at)


@transaction.atomic
def check_out_all(
    scopes: Scopes, *, entries: Sequence[CheckOutEntry], at: datetime
) -> list[Outcome]:
    """
    Sign people out as `check_out` does, for several who ask.

    :param scopes: who asks, by the entry's id; whoever may not is told so in the outcome
    """
    return _check_out(scopes, entries, at)


@transaction.atomic
def correct_check_out(
    scope: Scope,
    *,
    community: int,
    check_out: UUID,
    occurred_at: datetime | None,
    at: datetime,
    reason: str,
) -> CheckOut:
    """
    Put another time in the place of a sign-out, or take it back.

    :param occurred_at: the right time; None: the person did not sign out
    :returns: the row that stands in its place, void when nothing does
    :raises CorrectedAlready: somebody has corrected it meanwhile
    :raises BeforeSignIn, PastSignIn, NotSignedIn: the right time does not go with the sign-ins
    """
    scope.require(Can.CORRECT, community=community)
    reason = rules.check_reason(reason)
    hold_numbers([community])
    rows = CheckOut.objects.filter(community_id=community, incident=rules.incident_of(scope))
    former = rows.filter(pk=check_out, void=False).first()
    if former is None:
        raise NotFound(field="check_out")
    stay = stay_of(scope, former)
    if occurred_at is not None:
        rules.check_time(occurred_at, at)
        _check_goes_with(former, stay, occurred_at)
    moment = occurred_at or former.occurred_at
    return put_right(
        scope,
        former,
        action="attendance.correct-check-out",
        void=occurred_at is None,
        at=at,
        reason=reason,
        with_it=[
            one
            for one in (stay.leavings if stay else ())
            if one != former and (occurred_at is None or one.occurred_at > occurred_at)
        ],
        occurred_at=moment,
        day=clock.local_day(moment),
    )


def _check_out(scopes: Scopes, entries: Sequence[CheckOutEntry], at: datetime) -> list[Outcome]:
    outcomes, _ = _SETTLING.record(scopes, entries, lambda allowed: _facts(scopes, allowed, at), at)
    return outcomes


def _facts(
    scopes: Scopes, entries: Sequence[CheckOutEntry], at: datetime
) -> Iterator[tuple[UUID, CheckOut | Refused]]:
    weighing = Weighing(scopes, entries, at, model=CheckOut, taken=_signed_out)
    proofs = weighing.proofs()
    proven = []
    for one in entries:
        proof = proofs[one.id]
        if isinstance(proof, Refused):
            yield one.id, proof
        else:
            proven.append((one, proof))
    signed = _sign_ins(scopes, proven)
    leaving = []
    for one, proof in proven:
        rows = signed.get((scopes[one.id].incident, one.community, one.member), [])
        came = arrival_before(rows, proof.occurred_at)
        if came:
            long = proof.occurred_at - came.occurred_at > LONGEST_DUTY
            leaving.append((one, proof, long))
        else:
            yield one.id, _nothing_left(rows, proof.occurred_at)
    used = weighing.use_up({one.id: proof for one, proof, _ in leaving})
    for one, proof, long in leaving:
        yield one.id, used.get(one.id) or _fact(scopes[one.id], one, proof, at, doubtful=long)


def _sign_ins(scopes: Scopes, proven: Sequence[tuple[CheckOutEntry, Proof]]) -> _SignIns:
    """Return the sign-ins that some sign-outs may end, by incident, community and person."""
    if not proven:
        return {}
    days = [clock.local_day(proof.occurred_at) for _, proof in proven]
    entries = [one for one, _ in proven]
    rows = CheckIn.objects.standing().filter(
        community_id__in={one.community for one in entries},
        incident__in={scopes[one.id].incident for one in entries},
        member__in={one.member for one in entries},
        day__range=(min(days) - _DAY, max(days)),
    )
    found: _SignIns = {}
    for row in rows:
        found.setdefault((row.incident_id, row.community_id, row.member), []).append(row)
    return found


def _nothing_left(rows: Sequence[CheckIn], left_at: datetime) -> Refused:
    """Say why there is no sign-in to end: none at all, or only one that came later."""
    today = [one for one in rows if one.day == clock.local_day(left_at)]
    if not today:
        return duty.NotSignedIn(field="member")
    return duty.BeforeSignIn(field="occurred_at", time=numbers.clock_at(today[0].occurred_at))


def _check_goes_with(former: CheckOut, stay: OneStay | None, occurred_at: datetime) -> None:
    """Refuse a time before the stay's sign-in, past the next one, or with no sign-in before it."""
    if stay and occurred_at < stay.arrivals[-1].occurred_at:
        raise duty.BeforeSignIn(
            field="occurred_at", time=numbers.clock_at(stay.arrivals[-1].occurred_at)
        )
    rows = list(
        CheckIn.objects.standing().filter(
            community_id=former.community_id,
            incident=former.incident_id,
            member=former.member,
            occurred_at__range=(occurred_at - LONGEST_STAY, max(occurred_at, former.occurred_at)),
        )
    )
    between = [one for one in rows if former.occurred_at < one.occurred_at <= occurred_at]
    if between:
        raise duty.PastSignIn(field="occurred_at", time=numbers.clock_at(between[0].occurred_at))
    if arrival_before(rows, occurred_at) is None:
        raise duty.NotSignedIn(field="occurred_at")


def _fact(
    scope: Scope, entry: CheckOutEntry, proof: Proof, at: datetime, *, doubtful: bool
) -> CheckOut:
    return unsaved(
        CheckOut,
        id=entry.id,
        community_id=entry.community,
        incident_id=rules.incident_of(scope),
        member=entry.member,
        day=clock.local_day(proof.occurred_at),
        occurred_at=proof.occurred_at,
        received_at=at,
        recorded_by=scope.account,
        **proof.kept(doubtful=doubtful),
    )


def _same(known: CheckOut, fact: CheckOut) -> bool:
    return OneAMoment.key(known) == OneAMoment.key(fact)


def _taken(_fact: CheckOut, standing: CheckOut) -> Refused:
    return _signed_out(standing.occurred_at)


def _signed_out(moment: datetime) -> duty.SignedOutAlready:
    return duty.SignedOutAlready(field="member", time=numbers.clock_at(moment))


_SETTLING: Settling[CheckOut] = Settling(
    can=Can.CHECK_IN,
    action="attendance.check-out",
    key=OneAMoment.key,
    others=OneAMoment.others,
    same=_same,
    taken=_taken,
)
