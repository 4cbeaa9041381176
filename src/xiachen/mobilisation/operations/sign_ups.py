"""People sign up for a call (报名), by themselves or by their unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Invalid, NotFound, Outcome, Refused
from xiachen.mobilisation.models.call_ups import CallUp, Quota
from xiachen.mobilisation.models.sign_ups import Decision, SignUp, Source, State
from xiachen.mobilisation.operations.deciding import CHUNK, decide
from xiachen.mobilisation.queries import call_ups as queries
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.queries.measuring import measured
from xiachen.mobilisation.rules import call_ups as call_rules
from xiachen.mobilisation.rules import sign_ups as rules
from xiachen.mobilisation.rules.stays import OtherContent, UnknownPeople
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_reached
from xiachen.places.models import Community
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope

_LONGEST_WORDS = 200
# What an entry says of a sign-up, and what is reckoned from it.
_WISHES = ("organisation", "source", "from_day", "to_day", "community", "words")
_MEASURED = ("met", "score", "fits")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpEntry:
    """
    Somebody who wants to go.

    :param id: made by the client, so that sending it again changes nothing
    :param organisation: the invited unit; empty: the nearest above the person's own
    :param community: wished for
    :param from_day: from when; empty: from the call's first day on
    :param days: for how many days; empty: to the call's last day
    """

    id: UUID
    member: UUID
    organisation: UUID | None = None
    community: int | None = None
    from_day: date | None = None
    days: int | None = None
    words: str = ""


@dataclass(slots=True)
class _Draft:
    entry: SignUpEntry
    row: SignUp | None = None
    refusal: Refused | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What the entries of a list refer to, read once for all."""

    units: Mapping[UUID, UUID | None]
    above: Mapping[UUID, Sequence[UUID]]
    invited: frozenset[UUID]
    communities: frozenset[int] = field(default_factory=frozenset)


@transaction.atomic
def sign_up(
    scope: Scope,
    *,
    call_up: UUID,
    entries: Sequence[SignUpEntry],
    at: datetime,
    source: str = Source.UNIT,
) -> list[Outcome]:
    """
    Sign people up for a call; one outcome for each entry, in the order of the entries.

    Whoever is signed up by a unit or an office is ready to be selected; whoever signs up alone
    waits for the unit. Somebody who is signed up already stays as they are, whatever the entry's
    id; but a person who withdrew, or did not answer an offer, may sign up again, with what they
    wish now. A unit is refused somebody who withdrew.

    :param source: PERSON when they sign up by themselves
    :raises NotOpen: the call takes no sign-ups at that time
    """
    own = scope.member is not None and all(one.member == scope.member for one in entries)
    if not own:
        scope.require(Can.SIGN_UP_PEOPLE)
    call = queries.call_up(scope, call_up)
    stays.working_incident(scope)
    if call.closed_at is not None or not call.opens_at <= at < call.closes_at:
        raise call_rules.NotOpen()
    if not entries:
        return []
    alone = source == Source.PERSON or (own and not scope.allows(Can.SIGN_UP_PEOPLE))
    known = _known(scope, call, entries)
    drafts = [_draft(call, entry, known, alone=alone, at=at) for entry in entries]
    again = _settle_known(call, drafts, alone=alone)
    returned = _returning(scope, call, again) if again else []
    _measure(scope, call, [*(draft.row for draft in drafts if draft.row), *returned])
    _write(scope, drafts, at)
    if returned:
        SignUp.objects.bulk_update(returned, [*_WISHES, *_MEASURED], batch_size=CHUNK)
        decide(scope, rows=returned, state=State.SIGNED, at=at)
    if changed := [draft.entry.id for draft in drafts if draft.new]:
        audit.record(scope, "mobilisation.sign-up", targets=changed)
    return [Outcome(draft.entry.id, new=draft.new, refusal=draft.refusal) for draft in drafts]


def _known(scope: Scope, call: CallUp, entries: Sequence[SignUpEntry]) -> _Known:
    wanted = {entry.member for entry in entries}
    reached = Member.objects.filter(pk__in=wanted)
    if scope.role is not Role.SYSTEM:
        reached = members_reached(scope).filter(pk__in=wanted)
    units = dict(reached.order_by().values_list("pk", "organisation_id"))
    named = [*units.values(), *(entry.organisation for entry in entries)]
    places = {entry.community for entry in entries if entry.community}
    return _Known(
        units=units,
        above=queries.units_above(scope, units=named),
        invited=frozenset(
            Quota.objects.filter(call_up=call).values_list("organisation", flat=True)
        ),
        communities=frozenset(Community.objects.filter(pk__in=places).values_list("pk", flat=True)),
    )


def _draft(call: CallUp, entry: SignUpEntry, known: _Known, *, alone: bool, at: datetime) -> _Draft:
    draft = _Draft(entry)
    try:
        if entry.member not in known.units:
            raise UnknownPeople([entry.member])
        if entry.community and entry.community not in known.communities:
            raise NotFound(field="community")
        if len(entry.words) > _LONGEST_WORDS:
            raise Invalid(field="words", reason=_("at most 200 characters"))
        first, last = _days(call, entry)
        draft.row = SignUp(
            id=entry.id,
            call_up=call,
            member_id=entry.member,
            organisation_id=_unit(entry, known),
            source=Source.PERSON if alone else Source.UNIT,
            state=State.SIGNED if alone else State.READY,
            signed_at=at,
            from_day=first,
            to_day=last,
            community_id=entry.community,
            words=entry.words.strip(),
        )
    except Refused as refusal:
        draft.refusal = refusal
    return draft


def _days(call: CallUp, entry: SignUpEntry) -> tuple[date, date]:
    first = entry.from_day or call.from_day
    span = {"from": call.from_day, "to": call.to_day}
    if not call.from_day <= first <= call.to_day:
        raise rules.OutsideDays(field="from_day", **span)
    # Compared as a number: a day that far away may lie beyond the calendar of the machine.
    most = (call.to_day - first).days + 1
    days = most if entry.days is None else entry.days
    if not 1 <= days <= most:
        raise rules.OutsideDays(field="days", **span)
    return first, first + timedelta(days=days - 1)


def _unit(entry: SignUpEntry, known: _Known) -> UUID | None:
    """The invited unit that somebody counts in: the one named, or the nearest above their own."""
    own = known.units[entry.member]
    named = entry.organisation or own
    line = known.above.get(named, ()) if named else ()
    if own and named not in known.above.get(own, ()):
        raise rules.OtherUnit(field="organisation")
    if not known.invited:
        return named
    found = next((unit for unit in line if unit in known.invited), None)
    if found is None:
        raise rules.NotInvited(field="organisation")
    return found


def _settle_known(call: CallUp, drafts: Sequence[_Draft], *, alone: bool) -> dict[UUID, SignUp]:
    """Answer for those signed up; return what those wish who come back, by their sign-up."""
    rows = [draft.row for draft in drafts if draft.row]
    standing = {
        row.member_id: row
        for row in SignUp.objects.filter(call_up=call, member__in=[row.member_id for row in rows])
    }
    taken = set(
        SignUp.objects.filter(pk__in=[row.pk for row in rows])
        .exclude(pk__in=[row.pk for row in standing.values()])
        .values_list("pk", flat=True)
    )
    returned, seen, left = {}, set(), []
    for draft in drafts:
        if draft.row is None:
            continue
        member, known = draft.row.member_id, standing.get(draft.row.member_id)
        if known is not None:
            if alone and member not in seen and rules.leads(known.state, State.SIGNED):
                returned[known.pk] = draft.row
                draft.new = True
            elif not alone and known.state == State.WITHDRAWN and known.pk != draft.entry.id:
                left.append((draft, known.pk))
            draft.row = None
        elif draft.entry.id in taken:
            draft.refusal, draft.row = OtherContent(), None
        elif member in seen:
            draft.row = None
        seen.add(member)
    _refuse_withdrawn(left)
    return returned


def _refuse_withdrawn(left: Sequence[tuple[_Draft, UUID]]) -> None:
    """Refuse to sign up again, over their heads, those who withdrew; say since when."""
    facts = Decision.objects.filter(
        sign_up__in=[known for _draft, known in left], state=State.WITHDRAWN
    )
    since = dict(facts.order_by("sequence").values_list("sign_up", "occurred_at")) if left else {}
    for draft, known in left:
        draft.refusal = rules.HasWithdrawn(field="members", day=clock.local_day(since[known]))


def _returning(scope: Scope, call: CallUp, wishes: Mapping[UUID, SignUp]) -> list[SignUp]:
    """
    Read again those who come back, and take over what they wish now.

    Whoever changes a sign-up holds the call's lock.
    """
    queries.locked(scope, call_up=call.pk, can=None)
    rows = [
        row
        for row in SignUp.objects.filter(pk__in=list(wishes))
        if rules.leads(row.state, State.SIGNED)
    ]
    for row in rows:
        said = wishes[row.pk]
        row.organisation_id, row.community_id = said.organisation_id, said.community_id
        row.source, row.words = said.source, said.words
        row.from_day, row.to_day = said.from_day, said.to_day
    return rows


def _measure(scope: Scope, call: CallUp, rows: Sequence[SignUp]) -> None:
    days = {row.member_id: (row.from_day, row.to_day) for row in rows}
    found = measured(scope, criteria=list(call.criteria.all()), days=days)
    for row in rows:
        one = found[row.member_id]
        row.met, row.score, row.fits = list(one.met), one.score, one.fits


def _write(scope: Scope, drafts: Sequence[_Draft], at: datetime) -> None:
    rows = [draft.row for draft in drafts if draft.row]
    if not rows:
        return
    SignUp.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
    # Another request may have signed the same person up meanwhile: its row stands, not ours.
    kept = set(SignUp.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    ours = [row for row in rows if row.pk in kept]
    written: set[UUID] = set()
    for state in {row.state for row in ours}:
        alike = [row for row in ours if row.state == state]
        written |= decide(scope, rows=alike, state=state, at=at, first=True)
    for draft in drafts:
        if draft.row is not None:
            draft.new = draft.row.pk in written
