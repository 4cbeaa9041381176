"""Offices call people up (动员): on a document, for a place and for days, of the units they ask."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.mobilisation.models.call_ups import CallUp, Criterion, CriterionKind, Quota
from xiachen.mobilisation.models.sign_ups import HOLDING, SignUp, State
from xiachen.mobilisation.models.stays import ExcuseReason
from xiachen.mobilisation.operations.deciding import decide
from xiachen.mobilisation.queries import call_ups as queries
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.queries.measuring import measured
from xiachen.mobilisation.rules import call_ups as rules
from xiachen.mobilisation.rules.stays import check_period
from xiachen.notices.models.documents import Document
from xiachen.people.models.members import IdentityKind, PartyStanding, Skill
from xiachen.people.models.units import Organisation
from xiachen.places.rules.codes import NotADivisionCode, ranges_of
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

CHUNK = 1000
_LONGEST = {"asks": 1000, "leader_rank": 20, "value": 40}


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionEntry:
    """
    What the work needs of a person.

    :param value: a party standing, a kind of person, a skill's code, a duty, a division's code, or
        what somebody may not be excused as
    :param weight: what it counts in the rank, 1 to 100; None: it must be met
    """

    kind: str
    value: str
    weight: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaEntry:
    """How many people of a unit are asked, at least and at most; None is no limit."""

    organisation: UUID
    minimum: int = 0
    maximum: int | None = None


@transaction.atomic
def call_up(
    scope: Scope,
    *,
    document: UUID,
    division: int,
    headcount: int,
    asks: str,
    from_day: date,
    to_day: date,
    opens_at: datetime,
    closes_at: datetime,
    leader_rank: str = "",
    public: bool = False,
    answer_hours: int = 24,
    criteria: Sequence[CriterionEntry] = (),
    quotas: Sequence[QuotaEntry] = (),
    id: UUID | None = None,
) -> CallUp:
    """
    Call people up for a place and for days, on a document.

    :param division: for which the people are wanted; it lies within the scope
    :param leader_rank: of whoever leads them, such as 处级
    :param quotas: the units asked; of none, everybody is
    :param answer_hours: how long an offered place is held for an answer
    :raises CalledAlready: there is a call on the document
    """
    scope.require(Can.CALL_UP)
    incident = stays.working_incident(scope)
    if not _within(scope, division):
        raise Forbidden(field="division")
    ground = Document.objects.filter(pk=document, incident=incident).first()
    if ground is None:
        raise NotFound(field="document")
    made = CallUp(
        incident=incident,
        document=ground,
        division=division,
        from_day=from_day,
        to_day=to_day,
        token=secrets.token_urlsafe(16),
        **({"id": id} if id else {}),
    )
    _fill(made, headcount, asks, opens_at, closes_at, leader_rank, public, answer_hours)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise rules.CalledAlready(field="document") from None
    _write_criteria(made, criteria)
    _write_quotas(made, quotas)
    audit.record(scope, "mobilisation.call-up", targets=[made.pk])
    return made


@transaction.atomic
def change_call_up(
    scope: Scope,
    *,
    call_up: UUID,
    headcount: int,
    asks: str,
    opens_at: datetime,
    closes_at: datetime,
    leader_rank: str = "",
    public: bool = False,
    answer_hours: int = 24,
    criteria: Sequence[CriterionEntry] = (),
) -> CallUp:
    """
    Change what a call wants; whoever signed up is measured again by the new criteria.

    :raises FewerThanHeld: more places are given away than would be wanted
    :raises CallUpClosed:
    """
    held = queries.locked(scope, call_up=call_up, can=Can.CALL_UP)
    given = SignUp.objects.filter(call_up=held, state__in=HOLDING).count()
    if headcount < given:
        raise rules.FewerThanHeld(field="headcount", held=given)
    _fill(held, headcount, asks, opens_at, closes_at, leader_rank, public, answer_hours)
    held.save()
    wanted = {(one.kind, one.value): one.weight for one in criteria}
    standing = {(one.kind, one.value): one.weight for one in held.criteria.all()}
    if wanted != standing:
        held.criteria.all().delete()
        _write_criteria(held, criteria)
        _measure_again(scope, held)
    audit.record(scope, "mobilisation.change-call-up", targets=[held.pk])
    return held


@transaction.atomic
def set_quotas(scope: Scope, *, call_up: UUID, quotas: Sequence[QuotaEntry]) -> CallUp:
    """
    Say how many people each unit is asked for; a unit that is left out is asked no more.

    Its people get no places any more, unless a unit above it is asked: then they count in that.

    :raises FewerThanHeld: more places of a unit are given away
    """
    held = queries.locked(scope, call_up=call_up, can=Can.CALL_UP)
    limits = {one.organisation: one.maximum for one in quotas}
    _count_above(scope, held, limits.keys())
    places = SignUp.objects.filter(call_up=held, state__in=HOLDING).order_by()
    given = places.values_list("organisation").annotate(n=Count("pk"))
    for unit, count in given if limits else ():
        most = limits.get(unit, 0) if unit else 0
        if most is not None and count > most:
            raise rules.FewerThanHeld(held=count)
    Quota.objects.filter(call_up=held).delete()
    _write_quotas(held, quotas)
    audit.record(scope, "mobilisation.set-quotas", targets=[held.pk])
    return held


@transaction.atomic
def close_call_up(scope: Scope, *, call_up: UUID, at: datetime) -> CallUp:
    """
    Close a call: nobody signs up, is selected or is offered a place any more.

    Offers that nobody has answered lapse; places can still be given up.
    """
    held = queries.locked(scope, call_up=call_up, can=Can.CALL_UP)
    held.closed_at = at
    held.save(update_fields=["closed_at"])
    open_offers = list(SignUp.objects.filter(call_up=held, state=State.OFFERED))
    if open_offers:
        decide(scope, rows=open_offers, state=State.LAPSED, at=at)
        audit.record(scope, "mobilisation.lapse", targets=[row.pk for row in open_offers])
    audit.record(scope, "mobilisation.close-call-up", targets=[held.pk])
    return held


def _fill(
    call: CallUp,
    headcount: int,
    asks: str,
    opens_at: datetime,
    closes_at: datetime,
    leader_rank: str,
    public: bool,
    answer_hours: int,
) -> None:
    check_period(call.from_day, call.to_day, field="to_day")
    if headcount < 1:
        raise Invalid(field="headcount", reason=_("at least one person is wanted"))
    if closes_at <= opens_at:
        raise Invalid(field="closes_at", reason=_("sign-up closes after it opens"))
    if not 1 <= answer_hours <= rules.LONGEST_ANSWER_HOURS:
        raise Invalid(field="answer_hours", reason=_("an offer is held for 1 to 336 hours"))
    call.headcount, call.public, call.answer_hours = headcount, public, answer_hours
    call.opens_at, call.closes_at = opens_at, closes_at
    call.asks = _kept(asks, "asks")
    call.leader_rank = _kept(leader_rank, "leader_rank", needed=False)


def _within(scope: Scope, division: int) -> bool:
    try:
        low, high = ranges_of(division)[0]
    except NotADivisionCode:
        raise Invalid(field="division", reason=_("it is not the code of a place")) from None
    return any(first <= low and high <= last for first, last in scope.places)


def _write_criteria(call: CallUp, entries: Sequence[CriterionEntry]) -> None:
    for entry in entries:
        _check_criterion(entry)
    wanted = {(one.kind, one.value): one.weight for one in entries}
    Criterion.objects.bulk_create(
        Criterion(call_up=call, kind=kind, value=value, weight=weight)
        for (kind, value), weight in wanted.items()
    )


def _check_criterion(entry: CriterionEntry) -> None:
    known: dict[str, Sequence[str]] = {
        CriterionKind.PARTY: (PartyStanding.FULL, PartyStanding.PROBATIONARY),
        CriterionKind.IDENTITY: IdentityKind.values,
        CriterionKind.NOT_EXCUSED: ExcuseReason.values,
    }
    if entry.kind not in CriterionKind.values:
        raise Invalid(field="criteria", reason=_("there is no such criterion"))
    if entry.kind in known and entry.value not in known[entry.kind]:
        raise Invalid(field="criteria", reason=_("there is no such value"))
    if entry.kind == CriterionKind.SKILL and not Skill.objects.filter(code=entry.value).exists():
        raise Invalid(field="criteria", reason=_("there is no such skill"))
    if entry.kind == CriterionKind.HOME:
        try:
            ranges_of(int(entry.value))
        except (ValueError, NotADivisionCode):
            raise Invalid(field="criteria", reason=_("it is not the code of a place")) from None
    _kept(entry.value, "value")
    if entry.weight is not None and not 1 <= entry.weight <= 100:
        raise Invalid(field="criteria", reason=_("a weight is 1 to 100"))


def _write_quotas(call: CallUp, entries: Sequence[QuotaEntry]) -> None:
    units = {one.organisation for one in entries}
    if len(units) < len(entries):
        raise Invalid(field="quotas", reason=_("a unit stands twice in the list"))
    if Organisation.objects.filter(pk__in=units).count() < len(units):
        raise NotFound(field="quotas")
    for one in entries:
        if one.minimum < 0 or (one.maximum is not None and one.maximum < one.minimum):
            raise Invalid(field="quotas", reason=_("“at most” is less than “at least”"))
    Quota.objects.bulk_create(
        [
            Quota(
                call_up=call,
                organisation_id=one.organisation,
                minimum=one.minimum,
                maximum=one.maximum,
            )
            for one in entries
        ],
        batch_size=CHUNK,
    )


def _count_above(scope: Scope, call: CallUp, asked: Collection[UUID]) -> None:
    """Let people whose unit is not asked count in the nearest above it that is."""
    rows = SignUp.objects.filter(call_up=call)
    left_out = rows.exclude(organisation__in=asked).order_by()
    units = set(left_out.values_list("organisation", flat=True))
    for unit, line in queries.units_above(scope, units=units).items():
        nearest = next((one for one in line if one in asked), None)
        if nearest is not None:
            rows.filter(organisation=unit).update(organisation=nearest)


def _measure_again(scope: Scope, call: CallUp) -> None:
    rows = list(SignUp.objects.filter(call_up=call))
    found = measured(
        scope,
        criteria=list(call.criteria.all()),
        days={row.member_id: (row.from_day, row.to_day) for row in rows},
    )
    for row in rows:
        one = found[row.member_id]
        row.met, row.score, row.fits = list(one.met), one.score, one.fits
    SignUp.objects.bulk_update(rows, ["met", "score", "fits"], batch_size=CHUNK)


def _kept(text: str, name: str, *, needed: bool = True) -> str:
    kept = text.strip()
    if len(kept) > _LONGEST[name] or (needed and not kept):
        raise Invalid(field=name, reason=_("it is missing or too long"))
    return kept
