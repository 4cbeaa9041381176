"""Selecting (筛选): who gets a place, who waits, who is refused and why."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from xiachen.base import queue
from xiachen.base.errors import Invalid, Outcome
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.sign_ups import HOLDING, Reason, SignUp, State
from xiachen.mobilisation.operations.deciding import CHUNK, decide
from xiachen.mobilisation.queries.call_ups import locked
from xiachen.mobilisation.queries.measuring import measured
from xiachen.mobilisation.queries.sign_ups import (
    Picked,
    picked,
    placed_elsewhere,
    places,
    sent_and_standing,
    waiting,
)
from xiachen.mobilisation.rules import sign_ups as rules
from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope, system_scope

_TELL = "mobilisation.jobs.tell_offer"


@transaction.atomic
def accept(scope: Scope, *, call_up: UUID, sign_ups: Sequence[UUID], at: datetime) -> list[Outcome]:
    """
    Give places to people who signed up, in the order given; one outcome for each.

    Refused for those who do not meet what must be met today, who hold a place elsewhere on the
    same days, or for whom the call or their unit's quota has no place left.
    """
    call = locked(scope, call_up=call_up, can=Can.SELECT)
    asked = picked(scope, call_up=call, ids=sign_ups, to=State.ACCEPTED)
    rows = [one.row for one in asked if one.row]
    _hold_people(rows)
    _measure(scope, call, rows)
    busy = placed_elsewhere(scope, rows=rows)
    free = places(scope, call_up=call)
    for one in asked:
        if one.row is None:
            continue
        refusal = _why_not(one.row, busy) or free.why_not(one.row.organisation_id)
        if refusal is not None:
            one.refuse(refusal)
        else:
            free.take(one.row.organisation_id)
    return _decided(scope, asked, State.ACCEPTED, at)


@transaction.atomic
def refuse(
    scope: Scope,
    *,
    call_up: UUID,
    sign_ups: Sequence[UUID],
    reason: str,
    words: str = "",
    at: datetime,
) -> list[Outcome]:
    """
    Refuse people with a reason; a place that this frees is offered to the next who waits.

    Units refuse those of their own who have no place yet. Whoever was sent is recalled first.

    :raises NoReason: there is none, or “another reason” without words
    """
    if reason not in Reason.values or (reason == Reason.OTHER and not words.strip()):
        raise rules.NoReason(field="reason")
    if len(words) > 200:
        raise Invalid(field="words", reason=_("at most 200 characters"))
    office = scope.allows(Can.SELECT)
    can = Can.SELECT if office else Can.SIGN_UP_PEOPLE
    call = locked(scope, call_up=call_up, can=can, closed_too=True)
    asked = picked(scope, call_up=call, ids=sign_ups, to=State.REFUSED)
    for one in asked:
        if one.row and not office and one.row.state not in (State.SIGNED, State.READY):
            one.refuse(rules.NotFromHere(state=one.row.get_state_display()))
    freed = _freed(scope, asked)
    outcomes = _decided(scope, asked, State.REFUSED, at, reason=reason, words=words.strip())
    _offer_next(call, freed, at)
    return outcomes


@transaction.atomic
def put_on_waiting_list(
    scope: Scope, *, call_up: UUID, sign_ups: Sequence[UUID], at: datetime
) -> list[Outcome]:
    """Put people on the waiting list, behind those who wait, in the order given."""
    call = locked(scope, call_up=call_up, can=Can.SELECT)
    asked = picked(scope, call_up=call, ids=sign_ups, to=State.WAITING)
    last = SignUp.objects.filter(call_up=call).aggregate(last=Max("waiting_rank"))["last"] or 0
    rows = [one.row for one in asked if one.row]
    ranks = {row.pk: last + number for number, row in enumerate(rows, 1)}
    if rows:
        decide(scope, rows=rows, state=State.WAITING, at=at, ranks=ranks)
        audit.record(scope, "mobilisation.wait", targets=list(ranks))
    return [one.outcome for one in asked]


@transaction.atomic
def confirm(
    scope: Scope, *, call_up: UUID, sign_ups: Sequence[UUID], at: datetime
) -> list[Outcome]:
    """
    Say that people will come; each says so alone, or the unit for its own.

    An offer whose time is over is refused, also before the job has let it lapse.
    """
    call = locked(scope, call_up=call_up, can=_for_others(scope))
    asked = picked(scope, call_up=call, ids=sign_ups, to=State.CONFIRMED)
    for one in asked:
        if one.row and one.row.answer_until is not None and one.row.answer_until <= at:
            one.refuse(rules.OfferOver())
    return _decided(scope, asked, State.CONFIRMED, at)


@transaction.atomic
def withdraw(
    scope: Scope, *, call_up: UUID, sign_ups: Sequence[UUID], words: str = "", at: datetime
) -> list[Outcome]:
    """
    Take people's sign-ups back, by themselves or by the unit; a freed place is offered on.

    Whoever was sent is recalled first. Of a closed call no place is offered on.
    """
    call = locked(scope, call_up=call_up, can=_for_others(scope), closed_too=True)
    asked = picked(scope, call_up=call, ids=sign_ups, to=State.WITHDRAWN)
    freed = _freed(scope, asked)
    outcomes = _decided(scope, asked, State.WITHDRAWN, at, words=words.strip()[:200])
    _offer_next(call, freed, at)
    return outcomes


@transaction.atomic
def offer_waiting(scope: Scope, *, call_up: UUID, count: int, at: datetime) -> int:
    """Offer free places to the first on the waiting list; return how many were offered."""
    call = locked(scope, call_up=call_up, can=Can.SELECT)
    offered = _offer_next(call, count, at)
    audit.record(scope, "mobilisation.offer-waiting", targets=[call.pk])
    return offered


@transaction.atomic
def lapse_overdue(scope: Scope, *, call_up: UUID, at: datetime) -> int:
    """
    Let a call's offers lapse whose time is over; offer their places on; return how many lapsed.

    For background work. One call in a transaction: whoever held two could wait for an acceptance
    in the one that waits for people held for the other.
    """
    call = locked(scope, call_up=call_up, can=Can.SELECT, closed_too=True)
    rows = list(SignUp.objects.filter(call_up=call, answer_until__lte=at))
    if rows:
        decide(scope, rows=rows, state=State.LAPSED, at=at)
        audit.record(scope, "mobilisation.lapse", targets=[row.pk for row in rows])
        _offer_next(call, len(rows), at)
    return len(rows)


def _for_others(scope: Scope) -> Can | None:
    """People answer for themselves without a right to; `picked` reaches nobody else then."""
    own_only = scope.role is Role.MEMBER and scope.member is not None
    return None if own_only or not scope.allows(Can.SIGN_UP_PEOPLE) else Can.SIGN_UP_PEOPLE


def _freed(scope: Scope, asked: Sequence[Picked]) -> int:
    """Refuse those who hold a place and were sent for its days; return how many places are left."""
    held = [one for one in asked if one.row and one.row.state in HOLDING]
    sent = sent_and_standing(scope, rows=[one.row for one in held if one.row])
    for one in held:
        if one.id in sent:
            one.refuse(rules.SentAlready())
    return sum(one.row is not None for one in held)


def _hold_people(rows: Sequence[SignUp]) -> None:
    """Lock the people, in one order: another call that takes one of them waits for us."""
    people = Member.objects.filter(pk__in=[row.member_id for row in rows]).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk"))


def _measure(scope: Scope, call: CallUp, rows: Sequence[SignUp]) -> None:
    """Measure again, as people and their excuses are today."""
    days = {row.member_id: (row.from_day, row.to_day) for row in rows}
    found = measured(scope, criteria=list(call.criteria.all()), days=days)
    changed = []
    for row in rows:
        one = found[row.member_id]
        if (row.met, row.score, row.fits) != (list(one.met), one.score, one.fits):
            row.met, row.score, row.fits = list(one.met), one.score, one.fits
            changed.append(row)
    SignUp.objects.bulk_update(changed, ["met", "score", "fits"], batch_size=CHUNK)


def _why_not(row: SignUp, busy: set[UUID]) -> rules.NotMet | rules.AcceptedElsewhere | None:
    if not row.fits:
        return rules.NotMet()
    return rules.AcceptedElsewhere() if row.member_id in busy else None


def _decided(
    scope: Scope,
    asked: Sequence[Picked],
    state: str,
    at: datetime,
    *,
    reason: str = "",
    words: str = "",
) -> list[Outcome]:
    rows = [one.row for one in asked if one.row]
    if rows:
        decide(scope, rows=rows, state=state, at=at, reason=reason, words=words)
        audit.record(scope, f"mobilisation.sign-ups-{state}", targets=[row.pk for row in rows])
    return [one.outcome for one in asked]


def _offer_next(call: CallUp, count: int, at: datetime) -> int:
    """
    Offer up to so many places to those who wait, in turn; whoever cannot take one stays.

    Of a closed call nothing is offered.
    """
    if call.closed_at is not None:
        return 0
    within = system_scope(call.incident_id)
    free = places(within, call_up=call)
    count = min(count, free.free)
    if count < 1:
        return 0
    rows = list(waiting(within, call_up=call.pk))
    _hold_people(rows)
    _measure(within, call, rows)
    busy = placed_elsewhere(within, rows=rows)
    chosen: list[SignUp] = []
    for row in rows:
        if len(chosen) == count:
            break
        if _why_not(row, busy) is None and free.why_not(row.organisation_id) is None:
            free.take(row.organisation_id)
            chosen.append(row)
    if chosen:
        until = at + timedelta(hours=call.answer_hours)
        decide(within, rows=chosen, state=State.OFFERED, at=at, until=until)
        audit.record(within, "mobilisation.offer", targets=[row.pk for row in chosen])
        for row in chosen:
            queue.defer(_TELL, sign_up=row.pk)
    return len(chosen)
