"""Signing out, and correcting a sign-out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.operations.evidence import Proof, Weighing, Witnessed
from xiachen.attendance.operations.settling import (
    OneADay,
    Scopes,
    Settling,
    put_right,
)
from xiachen.attendance.rules import duty
from xiachen.attendance.rules import records as rules
from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome, Refused
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

    A sign-out ends the last sign-in of the 24 hours before, and belongs to its day. A day has one;
    another time than that is refused, and not called known.

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
    :raises BeforeSignIn, NotSignedIn: the right time does not go with that day's sign-in
    """
    scope.require(Can.CORRECT, community=community)
    reason = rules.check_reason(reason)
    rows = CheckOut.objects.filter(community_id=community, incident=rules.incident_of(scope))
    former = rows.filter(pk=check_out, void=False).first()
    if former is None:
        raise NotFound(field="check_out")
    if occurred_at is not None:
        rules.check_time(occurred_at, at)
        _check_goes_with(former, occurred_at)
    return put_right(
        scope,
        former,
        action="attendance.correct-check-out",
        void=occurred_at is None,
        at=at,
        reason=reason,
        occurred_at=occurred_at or former.occurred_at,
    )


def _check_out(scopes: Scopes, entries: Sequence[CheckOutEntry], at: datetime) -> list[Outcome]:
    outcomes, _ = _SETTLING.record(scopes, entries, lambda allowed: _facts(scopes, allowed, at), at)
    return outcomes


def _facts(
    scopes: Scopes, entries: Sequence[CheckOutEntry], at: datetime
) -> Iterator[tuple[UUID, CheckOut | Refused]]:
    proofs = Weighing(scopes, entries, at, model=CheckOut, taken=_signed_out).proofs()
    proven = []
    for one in entries:
        proof = proofs[one.id]
        if isinstance(proof, Refused):
            yield one.id, proof
        else:
            proven.append((one, proof))
    signed = _sign_ins(scopes, proven)
    for one, proof in proven:
        scope = scopes[one.id]
        rows = signed.get((scope.incident, one.community, one.member), [])
        left = duty.sign_in_left(rows, proof.occurred_at)
        if isinstance(left, CheckIn):
            yield one.id, _fact(scope, left, one, proof, at)
        else:
            yield one.id, _nothing_left(rows, proof.occurred_at)


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
    return duty.BeforeSignIn(field="occurred_at", time=_spoken(today[0].occurred_at))


def _check_goes_with(former: CheckOut, occurred_at: datetime) -> None:
    rows = list(
        CheckIn.objects.standing().filter(
            community_id=former.community_id,
            incident=former.incident_id,
            member=former.member,
            day=former.day,
        )
    )
    if rows and occurred_at < rows[0].occurred_at:
        raise duty.BeforeSignIn(field="occurred_at", time=_spoken(rows[0].occurred_at))
    if duty.sign_in_left(rows, occurred_at) is None:
        raise duty.NotSignedIn(field="occurred_at")


def _fact(
    scope: Scope, left: CheckIn, entry: CheckOutEntry, proof: Proof, at: datetime
) -> CheckOut:
    return unsaved(
        CheckOut,
        id=entry.id,
        community_id=entry.community,
        incident_id=left.incident_id,
        member=entry.member,
        day=left.day,
        occurred_at=proof.occurred_at,
        received_at=at,
        recorded_by=scope.account,
        **proof.kept(),
    )


def _same(known: CheckOut, fact: CheckOut) -> bool:
    return OneADay.key(known) == OneADay.key(fact) and known.occurred_at == fact.occurred_at


def _taken(fact: CheckOut, standing: CheckOut) -> Refused:
    if duty.is_same_leaving(fact.occurred_at, standing.occurred_at):
        return _signed_out(standing.occurred_at)
    return duty.LeftAgain(field="occurred_at", time=_spoken(standing.occurred_at))


def _signed_out(moment: datetime) -> duty.SignedOutAlready:
    return duty.SignedOutAlready(field="member", time=_spoken(moment))


def _spoken(moment: datetime) -> str:
    return numbers.clock(moment.astimezone(clock.local_zone()).time())


_SETTLING: Settling[CheckOut] = Settling(
    can=Can.CHECK_IN,
    action="attendance.check-out",
    key=OneADay.key,
    others=OneADay.others,
    same=_same,
    taken=_taken,
)
