"""Signing in, and correcting a sign-in."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.operations.evidence import Proof, Weighing, Witnessed
from xiachen.attendance.operations.reaching import Reach
from xiachen.attendance.operations.settling import (
    OneAMoment,
    Scopes,
    Settling,
    put_right,
)
from xiachen.attendance.queries.stays import OneStay, stay_of
from xiachen.attendance.rules import records as rules
from xiachen.attendance.rules.duty import AfterSignOut
from xiachen.attendance.rules.evidence import Method
from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome, Refused
from xiachen.base.owned.appending import hold_numbers
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
    has a look. The deadline in force that day in that community is kept with the row. Every sign-in
    is kept, and `rules.stays` finds what they come to; only the same moment is known already.

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
    :raises AfterSignOut: a sign-out lies between the two times
    """
    scope.require(Can.CORRECT, community=community)
    reason = rules.check_reason(reason)
    hold_numbers([community])
    former = CheckIn.objects.filter(
        community_id=community, incident=rules.incident_of(scope), pk=check_in, void=False
    ).first()
    if former is None:
        raise NotFound(field="check_in")
    stay = stay_of(scope, former)
    if occurred_at is not None:
        rules.check_time(occurred_at, at)
        if clock.local_day(occurred_at) != former.day:
            raise rules.OtherDay(field="occurred_at", day=former.day)
        _check_no_sign_out_between(scope, former, occurred_at)
    correction = put_right(
        scope,
        former,
        action="attendance.correct-check-in",
        void=occurred_at is None,
        at=at,
        reason=reason,
        with_it=_said_with(former, stay, occurred_at),
        occurred_at=occurred_at or former.occurred_at,
    )
    if correction.void and not _signed_in_on(former):
        post_deltas(former.incident_id, [(community, SIGNED_IN, former.day, -1)])
    return correction


def _said_with(former: CheckIn, stay: OneStay | None, to: datetime | None) -> list[CheckIn]:
    """
    Return the sign-ins that go with one that is put right.

    With the first of a stay go those that say the same of what it says no more; one that lies
    within the stay goes alone.
    """
    if stay is None or stay.came != former:
        return []
    return [one for one in stay.arrivals[1:] if to is None or one.occurred_at < to]


def _check_no_sign_out_between(scope: Scope, former: CheckIn, occurred_at: datetime) -> None:
    first, last = sorted((former.occurred_at, occurred_at))
    left = (
        CheckOut.objects.standing()
        .filter(
            community_id=former.community_id,
            incident=scope.incident,
            member=former.member,
            occurred_at__gte=first,
            occurred_at__lt=last,
        )
        .first()
    )
    if left is not None:
        raise AfterSignOut(field="occurred_at", time=numbers.clock_at(left.occurred_at))


def _signed_in_on(row: CheckIn) -> bool:
    of_day = CheckIn.objects.standing().filter(
        community_id=row.community_id, incident=row.incident_id, member=row.member, day=row.day
    )
    return of_day.exists()


def _check_in(scopes: Scopes, entries: Sequence[CheckInEntry], at: datetime) -> list[Outcome]:
    outcomes, signed = _SETTLING.record(
        scopes, entries, lambda allowed: _facts(scopes, allowed, at), at
    )
    for incident, rows in rules.by_incident(_first_of_their_days(signed)):
        post_deltas(incident, [(one.community_id, SIGNED_IN, one.day, 1) for one in rows])
    return outcomes


def _first_of_their_days(signed: Sequence[CheckIn]) -> Iterable[CheckIn]:
    """
    Return of new sign-ins one for each person, community and day that had none that stood.

    Only those that are not the first on record have to be looked up.
    """
    later = {one.pk: one for one in signed if one.again or one.reverses_id}
    if not later:
        return signed
    beside = OneAMoment.of_days(CheckIn, list(later.values())).standing().exclude(pk__in=later)
    stood = {_of_day(row) for row in beside}
    first = {_of_day(one): one for one in later.values() if _of_day(one) not in stood}
    return [*(one for one in signed if one.pk not in later), *first.values()]


def _facts(
    scopes: Scopes, entries: Sequence[CheckInEntry], at: datetime
) -> Iterator[tuple[UUID, CheckIn | Refused]]:
    weighing = Weighing(scopes, entries, at, model=CheckIn, taken=_signed_in)
    weighed = weighing.proofs()
    proofs = {id: proof for id, proof in weighed.items() if isinstance(proof, Proof)}
    weighed |= weighing.use_up(proofs)
    proven = []
    for one in entries:
        proof = weighed[one.id]
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
        OneAMoment.key(known) == OneAMoment.key(fact)
        and known.team == fact.team
        and known.by_proxy == fact.by_proxy
    )


def _taken(_fact: CheckIn, standing: CheckIn) -> rules.SignedInAlready:
    return _signed_in(standing.occurred_at)


def _signed_in(moment: datetime) -> rules.SignedInAlready:
    return rules.SignedInAlready(field="member", time=numbers.clock_at(moment))


def _of_day(row: CheckIn | CheckOut) -> tuple[int, UUID, UUID, date]:
    return row.community_id, row.incident_id, row.member, row.day


def _beside(facts: Sequence[CheckIn], rows: Sequence[CheckIn]) -> dict[UUID, Refused]:
    """
    Let sign-ins stand beside others of their day, but not before one that a person has put right.

    What comes late from a phone would otherwise undo the correction.
    """
    for fact in facts:
        fact.again = True
    right = _put_right(rows)
    asked = [fact for fact in facts if _of_day(fact) in right]
    if not asked:
        return {}
    left: dict[Hashable, list[datetime]] = {}
    for out in OneAMoment.of_days(CheckOut, asked).standing():
        left.setdefault(_of_day(out), []).append(out.occurred_at)

    def undoes(fact: CheckIn, corrected: datetime) -> bool:
        outs = left.get(_of_day(fact), ())
        return fact.occurred_at < corrected and not any(
            fact.occurred_at <= one < corrected for one in outs
        )

    return {
        fact.id: rules.CorrectedAlready()
        for fact in asked
        if any(undoes(fact, moment) for moment in right[_of_day(fact)])
    }


def _put_right(rows: Sequence[CheckIn]) -> dict[Hashable, list[datetime]]:
    """Return the moments that stand because a person has said so, by person and day."""
    of_ids = {row.id: row for row in rows}
    gone = {row.reverses_id for row in rows}
    found: dict[Hashable, list[datetime]] = {}
    for row in rows:
        former = of_ids.get(row.reverses_id) if row.reverses_id else None
        if former and not former.void and not row.void and row.id not in gone:
            found.setdefault(_of_day(row), []).append(row.occurred_at)
    return found


_SETTLING: Settling[CheckIn] = Settling(
    can=Can.CHECK_IN,
    action="attendance.check-in",
    key=OneAMoment.key,
    others=OneAMoment.others,
    same=_same,
    taken=_taken,
    beside=_beside,
)
