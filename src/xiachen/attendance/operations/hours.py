"""Correcting hours of service, taking corrections back, and reading them by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.queries import hours as queries
from xiachen.attendance.queries.ledgers import Ledger, ledger
from xiachen.attendance.rules import hours as rules
from xiachen.attendance.rules import records
from xiachen.base import clock
from xiachen.base.errors import Forbidden, NotFound, Outcome, Refused
from xiachen.base.owned.appending import append, superseding
from xiachen.incidents.models import IncidentCommunity
from xiachen.people.models.members import Member
from xiachen.people.queries.members import registered
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursEntry:
    """
    Minutes more (or, negative, less) than the records of a person's day show.

    :param community: where the time was, or was not, spent
    """

    id: UUID
    community: int
    member: UUID
    day: date
    minutes: int
    reason: str


@transaction.atomic
def correct_hours(scope: Scope, *, entries: Sequence[HoursEntry], at: datetime) -> list[Outcome]:
    """
    Correct hours of days; one outcome per entry, in their order.

    Sign-ins and sign-outs stay as they are; the correction is added to what they show.

    :raises Forbidden: the role corrects nothing
    """
    scope.require(Can.CORRECT)
    incident = records.incident_of(scope)
    _hold({one.member for one in entries})
    known = registered(scope, {one.member for one in entries})
    listed = IncidentCommunity.objects.filter(
        incident=incident, community__in={one.community for one in entries}
    )
    here = set(listed.values_list("community_id", flat=True))
    outcomes: list[Outcome] = []
    for entry in entries:
        former = HoursCorrection.objects.filter(community_id=entry.community, pk=entry.id).first()
        if former is not None:
            same = _same(former, entry)
            outcomes.append(Outcome(entry.id, refusal=None if same else records.OtherContent()))
            continue
        refusal = _refusal(scope, entry, known=known, here=here, at=at)
        if refusal is None:
            refusal = _write(scope, incident, entry, at)
        outcomes.append(Outcome(entry.id, new=refusal is None, refusal=refusal))
    return outcomes


@transaction.atomic
def take_back_correction(
    scope: Scope, *, community: int, correction: UUID, at: datetime, reason: str
) -> HoursCorrection:
    """
    Take a correction of hours back; both stay in the records.

    :raises CorrectedAlready: somebody has taken it back meanwhile
    :raises OwnHours: it is about the reader's own hours
    :raises LessThanNothing, MoreThanADay: without it there would be no such day
    """
    scope.require(Can.CORRECT, community=community)
    reason = records.check_reason(reason)
    former = HoursCorrection.objects.filter(
        community_id=community, incident=records.incident_of(scope), pk=correction, void=False
    ).first()
    if former is None:
        raise NotFound(field="correction")
    if former.member == scope.member:
        raise rules.OwnHours()
    _hold({former.member})
    if not queries.gave_way(scope, former):
        total = queries.day_total(scope, member=former.member, day=former.day)
        rules.check_minutes(total, -former.minutes)
    taken_back = superseding(former, by=scope.account, at=at, void=True, reason=reason)
    if not append([taken_back]):
        raise records.CorrectedAlready()
    audit.record(
        scope,
        "attendance.take-back-hours",
        community=community,
        subject=former.member,
        targets=(former.pk, taken_back.pk),
        reason=reason[:200],
    )
    return taken_back


@transaction.atomic
def view_ledger(
    scope: Scope, *, member: UUID, day: date, number: int = 1, size: int = 31
) -> Ledger:
    """Return a person's ledger, and note whose it was where it is not the reader's own."""
    found = ledger(scope, member=member, day=day, number=number, size=size)
    if not found.own:
        audit.record(scope, "attendance.view-ledger", subject=member, targets=[member])
    return found


@transaction.atomic
def view_hours(scope: Scope, *, day: date, number: int, size: int) -> queries.HoursPage:
    """Return a page of people's hours, and note whom it named to the reader."""
    page = queries.hours_page(scope, day=day, number=number, size=size)
    if page.lines:
        audit.record(scope, "attendance.view-hours", targets=[one.member for one in page.lines])
    return page


def _hold(members: set[UUID]) -> None:
    """Of two who correct one person's hours at once the second sees what the first has added."""
    rows = Member.objects.filter(pk__in=members).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def _refusal(
    scope: Scope, entry: HoursEntry, *, known: set[UUID], here: set[int], at: datetime
) -> Refused | None:
    if not scope.covers(entry.community):
        return Forbidden()
    if entry.community not in here:
        return records.OutsideOperation(field="community")
    if entry.member == scope.member:
        return rules.OwnHours(field="member")
    if entry.member not in known:
        return records.UnknownPerson(field="member")
    if not entry.reason.strip():
        return records.ReasonMissing(field="reason")
    try:
        rules.check_day(entry.day, clock.local_day(at))
        total = queries.day_total(scope, member=entry.member, day=entry.day)
        rules.check_minutes(total, entry.minutes)
        unended = queries.without_sign_out(scope, member=entry.member, day=entry.day)
        if entry.minutes > 0 and unended and entry.community not in unended:
            raise rules.SignOutMissingElsewhere(field="community")
    except Refused as refusal:
        return refusal
    return None


def _write(scope: Scope, incident: UUID, entry: HoursEntry, at: datetime) -> Refused | None:
    fact = HoursCorrection(
        id=entry.id,
        community_id=entry.community,
        incident_id=incident,
        member=entry.member,
        day=entry.day,
        minutes=entry.minutes,
        reason=entry.reason.strip()[:200],
        for_sign_out=entry.community
        in queries.without_sign_out(scope, member=entry.member, day=entry.day),
        occurred_at=at,
        received_at=at,
        recorded_by=scope.account,
    )
    if not append([fact]):
        return records.OtherContent()
    audit.record(
        scope,
        "attendance.correct-hours",
        community=entry.community,
        subject=entry.member,
        targets=[fact.pk],
        reason=fact.reason,
    )
    return None


def _same(known: HoursCorrection, entry: HoursEntry) -> bool:
    return (known.member, known.day, known.minutes, known.reason, known.void) == (
        entry.member,
        entry.day,
        entry.minutes,
        entry.reason.strip()[:200],
        False,
    )
