"""Filling empty places: somebody is found, or nobody is needed, or it is open again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.injuries import Injury
from xiachen.attendance.models.stand_ins import StandIn, StandInState
from xiachen.attendance.queries import stand_ins as queries
from xiachen.attendance.rules import stand_ins as rules
from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.base.owned.bulk import insert_new
from xiachen.people.models.members import Member
from xiachen.people.queries.fitness import off_duty_among
from xiachen.people.queries.members import members_reached
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Who could stand in, and whether there are more than are shown."""

    place: StandIn
    people: Sequence[Member]
    more: bool


@transaction.atomic
def seek_stand_ins(
    scope: Scope, *, said: Sequence[HealthStatement | Injury], at: datetime
) -> set[UUID]:
    """
    Seek somebody in the place of each of those who have said something; once a person and day.

    :returns: in whose places somebody is wanted now
    """
    today = clock.local_day(at)
    rows = [
        StandIn(
            incident_id=one.incident_id,
            community_id=one.community_id,
            member_id=one.member,
            # Word that comes late seeks nobody for a day that is over.
            day=max(one.day, today),
            asked_by=one.recorded_by,
            asked_at=at,
        )
        for one in sorted(said, key=lambda one: (one.incident_id, one.member, one.day))
    ]
    new = insert_new(rows)
    return {row.member_id for row in rows if row.pk in new}


@transaction.atomic
def find_stand_in(scope: Scope, *, place: UUID, member: UUID, at: datetime) -> StandIn:
    """
    Let somebody stand in; from the day on which the place is empty.

    :raises DecidedAlready: somebody was found meanwhile, or nobody is needed
    :raises SamePerson, NotFit, StandsInAlready: this person cannot
    :raises NotFound: the place or the person lies outside the scope
    """
    row = _held(scope, place)
    if row.state != StandInState.OPEN:
        raise rules.DecidedAlready()
    if member == row.member_id:
        raise rules.SamePerson(field="member")
    if not members_reached(scope).filter(pk=member).exists():
        raise NotFound(field="member")
    if off_duty_among(scope, members=[member], day=row.day):
        raise rules.NotFit(field="member")
    try:
        with transaction.atomic():
            _decide(row, StandInState.FOUND, scope, at, found=member)
    except IntegrityError:
        raise rules.StandsInAlready(field="member") from None
    _note(scope, row, "attendance.find-stand-in", row.member_id, member)
    return row


@transaction.atomic
def need_no_stand_in(scope: Scope, *, place: UUID, at: datetime) -> StandIn:
    """
    Say that nobody is needed in the person's place.

    :raises DecidedAlready: somebody was found meanwhile, or it was said before
    """
    row = _held(scope, place)
    if row.state != StandInState.OPEN:
        raise rules.DecidedAlready()
    _decide(row, StandInState.NOT_NEEDED, scope, at)
    _note(scope, row, "attendance.need-no-stand-in")
    return row


@transaction.atomic
def seek_again(scope: Scope, *, place: UUID, at: datetime) -> StandIn:
    """Open a place again, whoever was found does not come after all; open stays open."""
    row = _held(scope, place)
    if row.state == StandInState.OPEN:
        return row
    row.state, row.found_id, row.decided_by, row.decided_at = StandInState.OPEN, None, None, None
    row.save(update_fields=["state", "found", "decided_by", "decided_at"])
    _note(scope, row, "attendance.seek-stand-in-again")
    return row


@transaction.atomic
def view_stand_ins(
    scope: Scope, *, day: date, state: str, number: int, size: int
) -> queries.StandInPage:
    """Return a page of empty places, and note whom it named."""
    scope.require(Can.SEE_PEOPLE)
    page = queries.stand_in_page(scope, day=day, state=state, number=number, size=size)
    named = {one.place.member_id for one in page.lines}
    named |= {one.place.found_id for one in page.lines if one.place.found_id}
    if named:
        audit.record(scope, "attendance.view-stand-ins", targets=named)
    return page


@transaction.atomic
def view_candidates(scope: Scope, *, place: UUID, text: str) -> Offered:
    """Return who could stand in, and note whom it named."""
    scope.require(Can.FIND_STAND_INS)
    found = queries.stand_in(scope, place)
    rows = queries.candidates(scope, found, text=text).select_related("organisation")
    people = list(rows[: queries.OFFERED + 1])
    shown = people[: queries.OFFERED]
    if shown:
        audit.record(scope, "attendance.view-candidates", targets=[one.pk for one in shown])
    return Offered(place=found, people=shown, more=len(people) > len(shown))


@transaction.atomic
def view_off_duty(scope: Scope, *, day: date) -> list[queries.OffDutyLine]:
    """Return who of the people reached is off duty, the longest first, and note whom it named."""
    lines = queries.off_duty_lines(scope, day=day)
    if lines:
        audit.record(scope, "attendance.view-off-duty", targets=[one.member for one in lines])
    return lines


def _held(scope: Scope, place: UUID) -> StandIn:
    scope.require(Can.FIND_STAND_INS)
    found = queries.stand_in(scope, place)
    return StandIn.objects.select_for_update(of=("self",)).get(pk=found.pk)


def _decide(
    row: StandIn, state: StandInState, scope: Scope, at: datetime, *, found: UUID | None = None
) -> None:
    row.state, row.found_id = state, found
    row.decided_by, row.decided_at = scope.account, at
    row.save(update_fields=["state", "found", "decided_by", "decided_at"])


def _note(scope: Scope, row: StandIn, action: str, *people: UUID) -> None:
    audit.record(
        scope,
        action,
        community=row.community_id,
        subject=row.member_id,
        targets=(row.pk, *people),
    )
