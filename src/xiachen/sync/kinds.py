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

from xiachen.attendance.operations.check_ins import CheckInEntry, check_in_all
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out_all
from xiachen.attendance.operations.health import HealthEntry, state_health_all
from xiachen.attendance.operations.injuries import InjuryEntry, record_injury_all
from xiachen.attendance.operations.work import WorkEntry, record_work_all
from xiachen.base.errors import Outcome, Refused
from xiachen.base.owned.models import CENTRE
from xiachen.needs.models import Claim
from xiachen.needs.operations.claims import claim_task, finish_task, release_claim
from xiachen.needs.queries.records import held_claims, own_claim, proven_work
from xiachen.needs.queries.tasks import unknown_kinds
from xiachen.needs.rules import ClaimedAlready, FinishedAlready, FinishedOtherwise, NotYours
from xiachen.needs.rules import UnknownKind as UnknownWork
from xiachen.notices.operations.notices import read_notice
from xiachen.notices.rules.notices import ReadAlready
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
    :param waited: it came before, and has waited for another record since
    """

    id: UUID
    seq: int
    device: KnownDevice
    content: Content
    occurred_at: datetime
    certain: bool
    day: date
    waited: bool = False


class Entry(Protocol):
    """What an operation is given for one event: who it is about, and where."""

    @property
    def id(self) -> UUID: ...
    @property
    def member(self) -> UUID: ...
    @property
    def community(self) -> int: ...


LONGEST_CODE = 40

Scopes = Mapping[UUID, Scope]
Settle = Callable[[Scopes, Sequence[Any], datetime], list[Outcome]]


@dataclass(frozen=True, slots=True)
class Kind:
    """
    How events of one kind are taken in.

    :param in_turn: in the order in which it happened, together with the others of which that holds
    """

    can: Can
    read: Callable[[Event], Entry]
    settle: Settle
    heals: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    in_turn: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """
    Something that is done for one person and one record at a time.

    :param community: in which something is recorded, or the centre
    :param task: which it changes
    :param do: returns why nothing new was recorded, where the same was known before
    """

    id: UUID
    member: UUID
    community: int
    task: UUID | None
    do: Callable[[Scope, datetime], Refused | None] = field(compare=False)


def _all_at_once(operation: Callable[..., list[Outcome]]) -> Settle:
    """Return how a list is settled by an operation that takes many askers at once."""

    def settle(scopes: Scopes, entries: Sequence[Any], at: datetime) -> list[Outcome]:
        return operation(scopes, entries=entries, at=at)

    return settle


def _one_by_one(scopes: Scopes, entries: Sequence[Act], at: datetime) -> list[Outcome]:
    """Do each act by itself; a refusal leaves the others standing."""
    outcomes = []
    for entry in entries:
        try:
            with transaction.atomic():
                known = entry.do(scopes[entry.id], at)
        except Refused as refusal:
            known = refusal
        outcomes.append(Outcome(entry.id, new=known is None, refusal=known))
    return outcomes


def _community(event: Event) -> int:
    if event.content.community is None:
        raise UnreadableItem(field="community")
    return event.content.community


def _about(event: Event) -> dict[str, Any]:
    """Return what every event about a person says."""
    return {
        "id": event.id,
        "community": _community(event),
        "member": events.identity(event.content.body, "member"),
        "occurred_at": event.occurred_at,
    }


def _witnessed(event: Event) -> dict[str, Any]:
    """Return what a sign-in or sign-out says, with how it is known."""
    body = event.content.body
    return {
        **_about(event),
        "certain": event.certain,
        "since": event.device.enrolled_at,
        "waited": event.waited,
        "method": events.text(body, "method", longest=LONGEST_CODE),
        "place": events.perhaps_identity(body, "place"),
        "code": events.text(body, "code", longest=LONGEST_CODE),
        "near": events.text(body, "near", longest=LONGEST_CODE),
    }


def _check_in(event: Event) -> CheckInEntry:
    team = events.perhaps_identity(event.content.body, "team")
    return CheckInEntry(**_witnessed(event), team=team)


def _check_out(event: Event) -> CheckOutEntry:
    return CheckOutEntry(**_witnessed(event))


def _work(event: Event) -> WorkEntry:
    body = event.content.body
    return WorkEntry(
        **_about(event),
        kind=events.text(body, "work", longest=LONGEST_CODE),
        task=events.perhaps_identity(body, "task"),
        times=events.whole(body, "times", low=1, high=LARGEST_COUNT),
        persons_served=events.whole(body, "persons_served", low=0, high=LARGEST_COUNT),
        photo=events.perhaps_identity(body, "photo"),
        note=events.text(body, "note"),
    )


def _record_work(scopes: Scopes, entries: Sequence[WorkEntry], at: datetime) -> list[Outcome]:
    """
    Record work of the kinds that the catalogue knows, and of tasks that the person has claimed.

    Of one person and task there is one record: another one with other numbers is refused, so that
    it is kept for a person to look at.
    """
    unknown = unknown_kinds(scopes[entries[0].id], codes={one.kind for one in entries})
    refused = _refused_of_tasks(scopes, [one for one in entries if one.task is not None])
    refused |= {
        one.id: Outcome(one.id, refusal=UnknownWork(field="work"))
        for one in entries
        if one.kind in unknown
    }
    known = [one for one in entries if one.id not in refused]
    done = {one.id: one for one in record_work_all(scopes, entries=known, at=at)} if known else {}
    return [refused.get(one.id) or done[one.id] for one in entries]


def _refused_of_tasks(scopes: Scopes, entries: Sequence[WorkEntry]) -> dict[UUID, Outcome]:
    by_incident: dict[UUID | None, list[WorkEntry]] = defaultdict(list)
    for one in entries:
        by_incident[scopes[one.id].incident].append(one)
    refused: dict[UUID, Outcome] = {}
    for group in by_incident.values():
        scope = scopes[group[0].id]
        tasks, members = {one.task for one in group if one.task}, {one.member for one in group}
        claimed = held_claims(scope, tasks=tasks, members=members)
        proven = proven_work(scope, tasks=tasks, members=members)
        for one in group:
            assert one.task is not None
            about = one.task, one.member
            if about not in claimed:
                refused[one.id] = Outcome(one.id, refusal=NotYours(field="task"))
            elif proven.setdefault(about, (one.times, one.persons_served)) != (
                one.times,
                one.persons_served,
            ):
                refused[one.id] = Outcome(one.id, refusal=FinishedOtherwise(field="task"))
    return refused


def _health(event: Event) -> HealthEntry:
    body = event.content.body
    return HealthEntry(**_about(event), well=events.truth(body, "well"))


def _injury(event: Event) -> InjuryEntry:
    body = event.content.body
    return InjuryEntry(
        **_about(event),
        happened=events.text(body, "happened", longest=LONGEST_CODE),
        stand_in=events.truth(body, "stand_in"),
    )


def _of_task(
    event: Event,
    operation: Callable[..., object],
    known: Callable[[Claim], Refused | None],
    **said: object,
) -> Act:
    """
    Return the doing of an operation with a task of the person whose phone it is.

    :param known: whether what the person held before says the same
    """
    community, member = _community(event), event.device.member
    task = events.identity(event.content.body, "task")

    def do(scope: Scope, at: datetime) -> Refused | None:
        # The task is locked: nothing comes in between.
        held = own_claim(scope, community=community, task=task, member=member)
        before = None if held is None else known(held)
        operation(scope, community=community, task=task, member=member, at=at, **said)
        return before

    return Act(event.id, member, community, task, do)


def _claim(event: Event) -> Act:
    return _of_task(event, claim_task, lambda _held: ClaimedAlready(field="task"))


def _release(event: Event) -> Act:
    return _of_task(event, release_claim, lambda _held: None)


def _finish(event: Event) -> Act:
    body = event.content.body
    return _of_task(
        event,
        finish_task,
        lambda held: FinishedAlready(field="task") if held.finished_at else None,
        note=events.text(body, "note"),
        times=events.whole(body, "times", low=1, high=LARGEST_COUNT),
        persons_served=events.whole(body, "persons_served", low=0, high=LARGEST_COUNT),
        occurred_at=event.occurred_at,
    )


def _read_notice(event: Event) -> Act:
    notice = events.identity(event.content.body, "notice")
    return Act(
        event.id,
        event.device.member,
        CENTRE,
        None,
        lambda scope, at: read_notice(scope, notice=notice, at=at),
    )


_CLAIM_MISSING = frozenset({"needs.not-claimed"})
_SIGN_IN_MISSING = frozenset({"attendance.not-signed-in", "attendance.before-sign-in"})

# In the order in which they are taken in when they come together: nobody leaves before coming.
KINDS: Mapping[str, Kind] = {
    "attendance.check-in": Kind(
        Can.CHECK_IN,
        _check_in,
        _all_at_once(check_in_all),
        known=frozenset({"attendance.signed-in-already"}),
    ),
    "attendance.check-out": Kind(
        Can.CHECK_IN,
        _check_out,
        _all_at_once(check_out_all),
        heals=_SIGN_IN_MISSING,
        known=frozenset({"attendance.signed-out-already"}),
    ),
    "attendance.work": Kind(Can.CLAIM_TASKS, _work, _record_work, heals=_CLAIM_MISSING),
    "attendance.health": Kind(Can.CHECK_IN, _health, _all_at_once(state_health_all)),
    "attendance.injury": Kind(Can.CHECK_IN, _injury, _all_at_once(record_injury_all)),
    "needs.claim": Kind(
        Can.CLAIM_TASKS,
        _claim,
        _one_by_one,
        known=frozenset({ClaimedAlready.code}),
        in_turn=True,
    ),
    "needs.finish": Kind(
        Can.CLAIM_TASKS,
        _finish,
        _one_by_one,
        heals=_CLAIM_MISSING,
        known=frozenset({FinishedAlready.code}),
        in_turn=True,
    ),
    # Waiting for a claim it would give back one that the person has made since.
    "needs.release": Kind(
        Can.CLAIM_TASKS, _release, _one_by_one, known=_CLAIM_MISSING, in_turn=True
    ),
    "notices.read": Kind(
        Can.CHECK_IN, _read_notice, _one_by_one, known=frozenset({ReadAlready.code})
    ),
}
