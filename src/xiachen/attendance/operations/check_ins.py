"""Signing in, and correcting a sign-in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.operations.evidence import Weighing, Witnessed
from xiachen.attendance.operations.reaching import Reach
from xiachen.attendance.operations.settling import (
    OneADay,
    Scopes,
    Settling,
    put_right,
)
from xiachen.attendance.rules import records as rules
from xiachen.attendance.rules.duty import AfterSignOut, CameAgain
from xiachen.attendance.rules.evidence import Method
from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome, Refused
from xiachen.base.owned.bulk import unsaved
from xiachen.figures import numbers
from xiachen.figures.operations import post_deltas
from xiachen.incidents import queries as incidents
from xiachen.privacy.scope import Can, Scope

SIGNED_IN = "attendance.signed-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInEntry(Witnessed):
    """A person's sign-in."""

    team: UUID | None = None


@transaction.atomic
def check_in(scope: Scope, *, entries: Sequence[CheckInEntry], at: datetime) -> list[Outcome]:
    """
    Sign people in; one outcome per entry, in their order.

    Whoever turns up is recorded, expected there or not; of whom the asker knows nothing, the leader
    has a look. The deadline in force that day in that community is kept with the row. Of several
    sign-ins of a stay the earliest stands, in whatever order they come; what comes after the day's
    sign-out is refused.

    :raises Forbidden: the role signs nobody in
    """
    scope.require(Can.CHECK_IN)
    rules.incident_of(scope)
    return _check_in({one.id: scope for one in entries}, entries, at)


@transaction.atomic
def check_in_all(scopes: Scopes, *, entries: Sequence[CheckInEntry], at: datetime) -> list[Outcome]:
    """
    Sign people in as `check_in` does, for several who ask.

    :param scopes: who asks, by the entry's id; whoever may not is told so in the outcome
    """
    return _check_in(scopes, entries, at)


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
    correction = put_right(
        scope,
        former,
        action="attendance.correct-check-in",
        void=occurred_at is None,
        at=at,
        reason=reason,
        occurred_at=occurred_at or former.occurred_at,
    )
    if correction.void:
        post_deltas(former.incident_id, [(community, SIGNED_IN, former.day, -1)])
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
        raise AfterSignOut(field="occurred_at", time=_spoken(left.occurred_at))


def _check_in(scopes: Scopes, entries: Sequence[CheckInEntry], at: datetime) -> list[Outcome]:
    outcomes, signed = _SETTLING.record(
        scopes, entries, lambda allowed: _facts(scopes, allowed, at), at
    )
    for incident, rows in rules.by_incident(signed):
        post_deltas(
            incident,
            [(one.community_id, SIGNED_IN, one.day, -1 if one.void else 1) for one in rows],
        )
    return outcomes


def _facts(
    scopes: Scopes, entries: Sequence[CheckInEntry], at: datetime
) -> Iterator[tuple[UUID, CheckIn | Refused]]:
    proofs = Weighing(scopes, entries, at, model=CheckIn, taken=_signed_in).proofs()
    proven = []
    for one in entries:
        proof = proofs[one.id]
        if isinstance(proof, Refused):
            yield one.id, proof
        else:
            proven.append((one, proof, clock.local_day(proof.occurred_at)))
    deadlines = _deadlines(scopes, [(one, day) for one, _, day in proven])
    # Whoever is or was of a team that the asker leads needs no looking up.
    unknown = [one for one, _, _ in proven if one.member not in scopes[one.id].members]
    reach = Reach.of(scopes, unknown)
    strangers = {one.id for one in unknown if not reach.holds(scopes[one.id], one)}
    for one, proof, day in proven:
        scope = scopes[one.id]
        fact = unsaved(
            CheckIn,
            id=one.id,
            community_id=one.community,
            incident_id=rules.incident_of(scope),
            member=one.member,
            team=one.team,
            day=day,
            deadline=deadlines[scope.incident, one.community, day],
            by_proxy=proof.method is Method.LIST,
            occurred_at=proof.occurred_at,
            received_at=at,
            recorded_by=scope.account,
            **proof.kept(doubtful=one.id in strangers),
        )
        yield one.id, fact


def _deadlines(
    scopes: Scopes, asked: Iterable[tuple[CheckInEntry, date]]
) -> dict[tuple[UUID | None, int | None, date], datetime]:
    """Return the deadlines in force, by incident, community and day; one statement for each."""
    wanted: dict[UUID | None, tuple[Scope, set[tuple[int | None, date]]]] = {}
    for one, day in asked:
        scope = scopes[one.id]
        wanted.setdefault(scope.incident, (scope, set()))[1].add((one.community, day))
    deadlines = {}
    for incident, (scope, places) in wanted.items():
        said = incidents.parameters_in_force(
            scope, incident=rules.incident_of(scope), name=rules.DEADLINE, asked=places
        )
        for community, day in places:
            value = said.get((community, day), rules.DEFAULT_DEADLINE)
            deadlines[incident, community, day] = clock.on_day(day, rules.deadline_time(value))
    return deadlines


def _same(known: CheckIn, fact: CheckIn) -> bool:
    return (
        OneADay.key(known) == OneADay.key(fact)
        and known.occurred_at == fact.occurred_at
        and known.team == fact.team
        and known.by_proxy == fact.by_proxy
    )


def _taken(_fact: CheckIn, standing: CheckIn) -> rules.SignedInAlready:
    return _signed_in(standing.occurred_at)


def _precedes(fact: CheckIn, standing: CheckIn) -> bool:
    return fact.occurred_at < standing.occurred_at


def _after_sign_outs(facts: Sequence[CheckIn]) -> dict[UUID, Refused]:
    """Refuse sign-ins that come after the sign-out of their day: those are another stay."""
    if not facts:
        return {}
    left = {OneADay.key(row): row for row in OneADay.of_days(CheckOut, facts).standing()}
    return {
        fact.id: CameAgain(field="member", time=_spoken(row.occurred_at))
        for fact in facts
        if (row := left.get(OneADay.key(fact))) and row.occurred_at < fact.occurred_at
    }


def _signed_in(moment: datetime) -> rules.SignedInAlready:
    return rules.SignedInAlready(field="member", time=_spoken(moment))


def _spoken(moment: datetime) -> str:
    return numbers.clock(moment.astimezone(clock.local_zone()).time())


_SETTLING: Settling[CheckIn] = Settling(
    can=Can.CHECK_IN,
    action="attendance.check-in",
    key=OneADay.key,
    others=OneADay.others,
    same=_same,
    taken=_taken,
    barred=_after_sign_outs,
    precedes=_precedes,
)
