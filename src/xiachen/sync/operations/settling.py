"""From opened items to verdicts: read, judged by the rights of their day, given to operations."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, transaction

from xiachen.base import clock
from xiachen.base.errors import Forbidden, Outcome, Refused
from xiachen.base.owned.appending import hold_numbers
from xiachen.base.owned.models import CENTRE
from xiachen.deployment.queries.many_scopes import Asking, scopes_on
from xiachen.incidents.queries import worked_in
from xiachen.needs.operations.claims import hold_tasks
from xiachen.privacy.scope import ALLOWED, Can, Scope, system_scope
from xiachen.sync.kinds import KINDS, Act, Entry, Event, Kind
from xiachen.sync.models.receipts import QuarantineState
from xiachen.sync.operations.items import Passing, Push, Verdict
from xiachen.sync.rules import events, waiting
from xiachen.sync.rules.occurred import milliseconds, moment_of, occurred
from xiachen.sync.rules.protocol import Revoked, Said

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settling:
    """
    Settles items inside the transaction of the caller.

    :param at: when they came
    """

    at: datetime

    def settle(self, passing: Iterable[Passing]) -> None:
        """Give each item without a verdict one."""
        at = self.at
        asked: dict[Asking, list[Passing]] = defaultdict(list)
        for one in passing:
            if one.verdict is None and _is_read(one, at):
                assert one.event is not None
                device = one.event.device
                asked[Asking(device.account, device.incident, one.event.day)].append(one)
        scopes = scopes_on(asked.keys())
        groups: dict[str, list[tuple[Passing, Entry]]] = defaultdict(list)
        chosen: dict[UUID, Scope] = {}
        for asking, ones in asked.items():
            for one in ones:
                _judge(one, scopes[asking], groups, chosen)
        _hold([entry for group in groups.values() for _, entry in group], chosen)
        for name, kind in KINDS.items():
            if name in groups and not kind.in_turn:
                _operate(kind, groups[name], chosen, at)
        for kind, pair in _in_turn(groups):
            _operate(kind, [pair], chosen, at)


def _in_turn(
    groups: Mapping[str, Sequence[tuple[Passing, Entry]]],
) -> list[tuple[Kind, tuple[Passing, Entry]]]:
    """
    Return what is to be done in turn as it happened: claimed, given back, claimed again.

    Of one phone by its numbers, whatever its clock did; of several by their times.
    """
    pairs = [(KINDS[name], pair) for name in groups for pair in groups[name] if KINDS[name].in_turn]
    events = [(event, which) for which in pairs if (event := which[1][0].event) is not None]
    events.sort(key=lambda one: one[0].seq)
    latest: dict[UUID, datetime] = {}
    times: dict[UUID, datetime] = {}
    for event, _ in events:
        before = latest.get(event.device.id, event.occurred_at)
        times[event.id] = latest[event.device.id] = max(before, event.occurred_at)
    events.sort(key=lambda one: times[one[0].id])
    return [which for _, which in events]


def _hold(entries: Sequence[Entry], scopes: Mapping[UUID, Scope]) -> None:
    """
    Lock what several operations will change, tasks before counters as every single one does.

    Of two transactions with the same communities in another order, neither waits for the other.
    """
    tasks: dict[UUID | None, list[Act]] = defaultdict(list)
    for one in entries:
        if isinstance(one, Act) and one.task is not None:
            tasks[scopes[one.id].incident].append(one)
    for acts in tasks.values():
        named = [(one.community, one.task) for one in acts if one.task is not None]
        hold_tasks(scopes[acts[0].id], tasks=named)
    if entries:
        places = {one.community for one in entries}
        # A phone may name a community that there is none of: it gets no counter.
        hold_numbers(worked_in(system_scope(), communities=places) | (places & {CENTRE}))


def _is_read(one: Passing, at: datetime) -> bool:
    """Open an item's content; what cannot be read is put aside with the reason."""
    try:
        if one.item.fault is not None:
            raise one.item.fault
        one.content = events.content_of(one.item.plain)
        if one.revoked:
            raise Revoked
        if one.content.kind not in KINDS:
            raise events.UnknownKind(field="kind")
        one.event = _event(one, one.content, at)
    except Refused as refusal:
        one.verdict = Verdict.quarantined(refusal)
        return False
    return True


def _event(one: Passing, content: events.Content, at: datetime) -> Event:
    device, seq = one.push.device, one.item.seq
    if seq is None:
        raise events.UnreadableItem(field="seq")
    enrolled = device.enrolled_at
    happened, certain = _happened(one, content, at)
    return Event(
        id=one.item.id,
        seq=seq,
        device=device,
        content=content,
        occurred_at=happened,
        certain=certain,
        # Nobody had a phone here the day before it was enrolled, whatever its clock said.
        day=clock.local_day(max(happened, enrolled)),
        waited=one.former is not None and one.former.state == QuarantineState.WAITING,
    )


def _happened(one: Passing, content: events.Content, at: datetime) -> tuple[datetime, bool]:
    """Return when an event happened, and whether that is certain; of one that waits, as before."""
    former, enrolled = one.former, milliseconds(one.push.device.enrolled_at)
    if former is not None and former.occurred_at is not None:
        return former.occurred_at, former.certain
    moment, certain = occurred(
        content.told,
        batch_clock=one.push.clock,
        received=_received(one.push, enrolled, milliseconds(at)),
        enrolled=enrolled,
    )
    return moment_of(moment), certain


def _received(push: Push, enrolled: int, now: int) -> int:
    """Return when a push was sent: just now, or when its phone says, if that can be."""
    possible = push.sent is not None and enrolled <= push.sent <= now
    return push.sent if possible and push.sent is not None else now


def _judge(
    one: Passing,
    scopes: Sequence[Scope],
    groups: dict[str, list[tuple[Passing, Entry]]],
    chosen: dict[UUID, Scope],
) -> None:
    """Read an event for its operation, and choose in which of the person's roles it was done."""
    assert one.event is not None
    content = one.event.content
    kind = KINDS[content.kind]
    try:
        entry = kind.read(one.event)
    except Refused as refusal:
        one.verdict = Verdict.quarantined(refusal)
        return
    scope = _choose(scopes, kind.can, content.community, entry.member)
    if scope is None:
        one.verdict = Verdict.quarantined(events.Outside())
        return
    chosen[entry.id] = scope
    groups[content.kind].append((one, entry))


def _choose(scopes: Sequence[Scope], can: Can, community: int | None, member: UUID) -> Scope | None:
    """Return the first role that lets the person do it; else one that the operation refuses."""
    able = [scope for scope in scopes if can in ALLOWED[scope.role]]
    for scope in able:
        own = member == scope.member
        if own or (scope.allows(Can.SEE_PEOPLE) and (community is None or scope.covers(community))):
            return scope
    return able[0] if able else None


def _operate(
    kind: Kind, group: Sequence[tuple[Passing, Entry]], scopes: Mapping[UUID, Scope], at: datetime
) -> None:
    outcomes = _guarded(kind, [entry for _, entry in group], scopes, at)
    if outcomes is None:  # one of them is poison: each by itself
        outcomes = []
        for _, entry in group:
            alone = _guarded(kind, [entry], scopes, at)
            outcomes += alone or [Outcome(entry.id, refusal=events.NotTakenIn())]
    for (one, _), outcome in zip(group, outcomes, strict=True):
        one.verdict = _verdict(kind, one, outcome, at)


def _guarded(
    kind: Kind, entries: Sequence[Entry], scopes: Mapping[UUID, Scope], at: datetime
) -> list[Outcome] | None:
    """Return the outcomes, or None where a defect stopped the operation; then nothing is done."""
    try:
        with transaction.atomic():
            return kind.settle({one.id: scopes[one.id] for one in entries}, entries, at)
    except Refused as refusal:
        return [Outcome(one.id, refusal=refusal) for one in entries] if len(entries) == 1 else None
    except OperationalError:
        raise  # the database gave way to another change: everything is done again
    except Exception:
        _log.exception("an event could not be taken in")
        return None


def _verdict(kind: Kind, one: Passing, outcome: Outcome, at: datetime) -> Verdict:
    refusal = outcome.refusal
    if refusal is None:
        return Verdict(Said.ACCEPTED if outcome.new else Said.ALREADY)
    if refusal.code in kind.known:
        return Verdict(Said.ALREADY, refusal.code, refusal)
    if refusal.code == Forbidden.code:
        return Verdict.quarantined(events.Outside())
    waited = at - one.former.received_at if one.former else timedelta()
    if refusal.code in kind.heals and waited < waiting.LONGEST_WAIT:
        return Verdict(Said.RETRY, refusal.code, refusal, waiting.retry_after(waited))
    return Verdict.quarantined(refusal)
