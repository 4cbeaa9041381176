"""The unit lets people go who signed up alone, and says who they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import NotFound, Outcome
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.sign_ups import Reason, SignUp, State
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.operations.deciding import decide
from xiachen.mobilisation.queries.call_ups import locked
from xiachen.mobilisation.queries.measuring import measured
from xiachen.mobilisation.queries.namesakes import namesakes
from xiachen.mobilisation.queries.sign_ups import Picked, picked
from xiachen.mobilisation.rules import sign_ups as rules
from xiachen.people.models.members import Member
from xiachen.people.operations.twins import take_over
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope

Same = Mapping[UUID, UUID | None]


@transaction.atomic
def confirm_for_unit(
    scope: Scope,
    *,
    call_up: UUID,
    sign_ups: Sequence[UUID],
    at: datetime,
    same: Same | None = None,
) -> list[Outcome]:
    """
    Say that the unit lets these people go; one outcome for each.

    The unit in which somebody counts says so; for whoever counts in none, the office that selects.
    Where somebody who signed up alone may be a registered namesake, nothing is done until it is
    said who it is. A sign-up that is a registered member's becomes theirs, with the phone; the
    record made by signing up stays behind, empty. If that member is signed up already, this
    sign-up is withdrawn as a second one, and theirs stands, or stands again if they had left.

    :param same: who signed up, by sign-up: a registered namesake, or None for another person
    """
    call = locked(scope, call_up=call_up, can=Can.SIGN_UP_PEOPLE)
    asked = picked(scope, call_up=call, ids=sign_ups, to=State.READY)
    for one in asked:
        if one.row and not _speaks(scope, one.row.organisation_id):
            one.refuse(rules.OtherUnitConfirms())
    second = _settle_same(scope, call, asked, same or {}, at)
    rows = [one.row for one in asked if one.row and one.id not in second]
    if rows:
        decide(scope, rows=rows, state=State.READY, at=at)
    if done := [one.id for one in asked if one.row]:
        audit.record(scope, "mobilisation.confirm-sign-ups", targets=done)
    return [one.outcome for one in asked]


@transaction.atomic
def view_namesakes(
    scope: Scope, *, call_up: UUID, sign_ups: Sequence[UUID]
) -> list[tuple[SignUp, list[Member]]]:
    """Return these sign-ups with the namesakes to choose from, and note whom they name."""
    call = locked(scope, call_up=call_up, can=Can.SIGN_UP_PEOPLE)
    rows = [one.row for one in picked(scope, call_up=call, ids=sign_ups, to=State.READY) if one.row]
    found = namesakes(scope, rows=rows)
    shown = [(row, found[row.pk]) for row in rows if row.pk in found]
    named = {row.member_id for row, _others in shown}
    named |= {other.pk for _row, others in shown for other in others}
    audit.record(scope, "mobilisation.view-namesakes", targets=[call_up, *sorted(named)])
    return shown


def _speaks(scope: Scope, unit: UUID | None) -> bool:
    """Tell whether somebody speaks for the unit, or for those who count in none."""
    if unit is None:
        return scope.allows(Can.SELECT)
    return scope.role is Role.SYSTEM or unit in scope.organisations


def _settle_same(
    scope: Scope, call: CallUp, asked: Sequence[Picked], same: Same, at: datetime
) -> set[UUID]:
    """Refuse those of whom it must be said who they are; return the sign-ups withdrawn."""
    found = namesakes(scope, rows=[one.row for one in asked if one.row])
    second = set()
    for one in asked:
        if one.row is None or one.id not in found:
            continue
        meant = same.get(one.id)
        if one.id not in same:
            one.refuse(rules.SamePersonAsked())
        elif meant is None:
            continue
        elif meant not in {other.pk for other in found[one.id]}:
            one.refuse(NotFound(field="same"))
        elif _is_second(scope, call, one.row, meant, at):
            second.add(one.id)
    return second


def _is_second(scope: Scope, call: CallUp, row: SignUp, member: UUID, at: datetime) -> bool:
    """Bring together one person's sign-ups; tell whether this one gave way to another."""
    sent = Enrolment.objects.filter(member_id=row.member_id).exists()
    empty = not sent and take_over(scope, record=row.member_id, member=member)
    standing = SignUp.objects.filter(call_up=call, member_id=member).first()
    if standing is None:
        if empty:
            row.member_id = member
            _keep(scope, call, row, "member")
        return False
    decide(scope, rows=[row], state=State.WITHDRAWN, at=at, reason=Reason.TWICE)
    if rules.leads(standing.state, State.SIGNED):
        standing.from_day, standing.to_day, standing.words = row.from_day, row.to_day, row.words
        standing.organisation_id, standing.source = row.organisation_id, row.source
        standing.community_id = row.community_id
        wishes = ("from_day", "to_day", "words", "organisation", "source", "community")
        _keep(scope, call, standing, *wishes)
        for state in (State.SIGNED, State.READY):
            decide(scope, rows=[standing], state=state, at=at)
    return True


def _keep(scope: Scope, call: CallUp, row: SignUp, *names: str) -> None:
    """Measure anew and write."""
    days = {row.member_id: (row.from_day, row.to_day)}
    found = measured(scope, criteria=list(call.criteria.all()), days=days)[row.member_id]
    row.met, row.score, row.fits = list(found.met), found.score, found.fits
    row.save(update_fields=[*names, "met", "score", "fits"])
