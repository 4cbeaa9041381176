"""
From the kind of an event to the operation that takes it in: the one table.

Each kind says what the role must be allowed, how the event's body is read, and which operation
records it. `heals` are refusals that a record which another phone has not sent yet may lift;
`known` are refusals which say that the same was recorded before.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.base.errors import Outcome, Refused
from xiachen.needs.operations.claims import claim_task, finish_task, release_claim
from xiachen.notices.operations.notices import open_notice
from xiachen.privacy.scope import Can, Scope
from xiachen.sync.queries.devices import KnownDevice
from xiachen.sync.rules import events
from xiachen.sync.rules.events import LARGEST_COUNT, Content, UnreadableItem


@dataclass(frozen=True, slots=True)
class Event:
    """
    An event of a phone, opened and read.

    :param occurred_at: by the server's time, as `rules.occurred` finds it
    :param certain: whether that rests on a clock that is never set
    :param day: for which the person's rights are judged
    """

    id: UUID
    seq: int
    device: KnownDevice
    content: Content
    occurred_at: datetime
    certain: bool
    day: date


class Entry(Protocol):
    """What an operation is given for one event; `member` is whom it is about."""

    @property
    def id(self) -> UUID: ...
    @property
    def member(self) -> UUID: ...


Settle = Callable[[Mapping[UUID, Scope], Sequence[Any], datetime], list[Outcome]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How events of one kind are taken in."""

    can: Can
    read: Callable[[Event], Entry]
    settle: Settle
    heals: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done for one person and one record at a time."""

    id: UUID
    member: UUID
    do: Callable[[Scope, datetime], object] = field(compare=False)


def per_scope(operation: Callable[..., list[Outcome]]) -> Settle:
    """Return how a list is settled by an operation that takes one scope at a time."""

    def settle(scopes: Mapping[UUID, Scope], entries: Sequence[Any], at: datetime) -> list[Outcome]:
        groups: dict[int, list[Any]] = defaultdict(list)
        for entry in entries:
            groups[id(scopes[entry.id])].append(entry)
        found: dict[UUID, Outcome] = {}
        for group in groups.values():
            scope = scopes[group[0].id]
            found |= {one.id: one for one in operation(scope, entries=group, at=at)}
        return [found[entry.id] for entry in entries]

    return settle


def one_by_one(scopes: Mapping[UUID, Scope], entries: Sequence[Act], at: datetime) -> list[Outcome]:
    """Do each act by itself; a refusal leaves the others standing."""
    outcomes = []
    for entry in entries:
        try:
            with transaction.atomic():
                entry.do(scopes[entry.id], at)
        except Refused as refusal:
            outcomes.append(Outcome(entry.id, refusal=refusal))
        else:
            outcomes.append(Outcome(entry.id, new=True))
    return outcomes


def _community(event: Event) -> int:
    if event.content.community is None:
        raise UnreadableItem(field="community")
    return event.content.community


def _check_in(event: Event) -> CheckInEntry:
    body = event.content.body
    return CheckInEntry(
        id=event.id,
        community=_community(event),
        member=events.identity(body, "member"),
        occurred_at=event.occurred_at,
        team=events.perhaps_identity(body, "team"),
    )


def _check_out(event: Event) -> CheckOutEntry:
    return CheckOutEntry(
        id=event.id,
        community=_community(event),
        member=events.identity(event.content.body, "member"),
        occurred_at=event.occurred_at,
    )


def _claim(event: Event) -> Act:
    community, member = _community(event), event.device.member
    task = events.identity(event.content.body, "task")
    return Act(
        event.id,
        member,
        lambda scope, at: claim_task(scope, community=community, task=task, member=member, at=at),
    )


def _release(event: Event) -> Act:
    community, member = _community(event), event.device.member
    task = events.identity(event.content.body, "task")
    return Act(
        event.id,
        member,
        lambda scope, at: release_claim(
            scope, community=community, task=task, member=member, at=at
        ),
    )


def _finish(event: Event) -> Act:
    community, member, body = _community(event), event.device.member, event.content.body
    task = events.identity(body, "task")
    times = events.whole(body, "times", low=1, high=LARGEST_COUNT)
    served = events.whole(body, "persons_served", low=0, high=LARGEST_COUNT)
    note = events.text(body, "note")
    return Act(
        event.id,
        member,
        lambda scope, at: finish_task(
            scope,
            community=community,
            task=task,
            member=member,
            at=at,
            note=note,
            times=times,
            persons_served=served,
            occurred_at=event.occurred_at,
        ),
    )


def _read_notice(event: Event) -> Act:
    notice = events.identity(event.content.body, "notice")
    return Act(
        event.id,
        event.device.member,
        lambda scope, at: open_notice(scope, notice=notice, at=at),
    )


_CLAIM_MISSING = frozenset({"needs.not-claimed"})
_SIGN_IN_MISSING = frozenset({"attendance.not-signed-in", "attendance.before-sign-in"})

# In the order in which they are taken in when they come together: nobody leaves before coming.
KINDS: Mapping[str, Kind] = {
    "attendance.check-in": Kind(
        Can.CHECK_IN,
        _check_in,
        per_scope(check_in),
        known=frozenset({"attendance.signed-in-already"}),
    ),
    "attendance.check-out": Kind(
        Can.CHECK_IN,
        _check_out,
        per_scope(check_out),
        heals=_SIGN_IN_MISSING,
        known=frozenset({"attendance.signed-out-already"}),
    ),
    "needs.claim": Kind(Can.CLAIM_TASKS, _claim, one_by_one),
    "needs.finish": Kind(Can.CLAIM_TASKS, _finish, one_by_one, heals=_CLAIM_MISSING),
    "needs.release": Kind(Can.CLAIM_TASKS, _release, one_by_one, heals=_CLAIM_MISSING),
    "notices.read": Kind(Can.CHECK_IN, _read_notice, one_by_one),
}
