"""What the community does with a task: issues, confirms, sends back, withdraws."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.operations.work import take_back_work
from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.needs import rules
from xiachen.needs.models import Claim, Step, Task, TaskKind
from xiachen.needs.operations.steps import Held
from xiachen.places.models import Grid
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def issue_task(
    scope: Scope,
    *,
    community: int,
    kind: str,
    title: str,
    at: datetime,
    grid: UUID | None = None,
    people_wanted: int = 1,
    id: UUID | None = None,
) -> Task:
    """
    Put a task, or something that the community needs, on its list.

    :param kind: code of the catalogue; some are needs
    :param id: made by the client, so that sending it again changes nothing
    :raises UnknownKind: the catalogue has no such kind
    :raises GridElsewhere: the grid is not the community's
    """
    scope.require(Can.ISSUE_TASKS, community=community)
    if scope.incident is None:
        raise NotFound(field="incident")
    title = rules.check_issue(title=title, people_wanted=people_wanted)
    of_kind = TaskKind.objects.filter(code=kind).first()
    if of_kind is None:
        codes = TaskKind.objects.values_list("code", flat=True)
        raise rules.unknown_kind(kind, codes)
    if grid and not Grid.objects.filter(community_id=community, pk=grid).exists():
        raise rules.GridElsewhere(field="grid")
    key = id or uuid7()
    known = Task.objects.filter(community_id=community, incident=scope.incident, pk=key).first()
    if known is not None:
        return known
    task = Task.objects.create(
        id=key,
        community_id=community,
        incident_id=scope.incident,
        kind=of_kind,
        title=title,
        grid_id=grid,
        people_wanted=people_wanted,
        issued_at=at,
    )
    Held(scope, task, [], at).note(Step.ISSUED)
    audit.record(scope, "needs.issue-task", community=community, targets=(task.pk,))
    return task


@transaction.atomic
def confirm_task(scope: Scope, *, community: int, task: UUID, at: datetime) -> Task:
    """
    Confirm that finished work is done; it then stands.

    :raises NotFinished: somebody who claimed it has not finished
    """
    scope.require(Can.CONFIRM_TASKS, community=community)
    held = Held.take(scope, community=community, task=task, at=at)
    rules.check_done(held.state, held.places, said=held.said)
    # Fewer came than were wanted: what they did is all that was needed.
    held.settle(rules.State.FINISHED)
    held.note(Step.CONFIRMED)
    audit.record(scope, "needs.confirm-task", community=community, targets=(task,))
    return held.settle(rules.State.CONFIRMED)


@transaction.atomic
def send_back_task(scope: Scope, *, community: int, task: UUID, at: datetime, reason: str) -> Task:
    """
    Send finished work back to those who claimed it: it does not count as work until it is done.

    :raises NotFinished: somebody who claimed it has not finished
    """
    scope.require(Can.CONFIRM_TASKS, community=community)
    reason = rules.check_reason(reason)
    held = Held.take(scope, community=community, task=task, at=at)
    rules.check_done(held.state, held.places, said=held.said)
    finished = held.standing_finish()
    if finished is not None:
        held.note(Step.FINISHED, reverses=finished)
    held.note(Step.REJECTED, note=reason)
    take_back_work(scope, community=community, task=task, at=at, reason=reason)
    for claim in held.claims:
        claim.finished_at = None
        claim.save(update_fields=["finished_at"])
    audit.record(scope, "needs.send-back-task", community=community, targets=(task,), reason=reason)
    return held.settle()


@transaction.atomic
def withdraw_task(
    scope: Scope, *, community: int, task: UUID, at: datetime, reason: str = ""
) -> Task:
    """
    Take a task off the list; who has not finished it is free again, finished work stays.

    :raises NotOpen: it is finished or has ended
    """
    scope.require(Can.ISSUE_TASKS, community=community)
    held = Held.take(scope, community=community, task=task, at=at)
    if held.state not in rules.RUNNING:
        raise rules.NotOpen(state=held.said)
    Claim.objects.filter(
        community_id=community, task=held.task, released_at=None, finished_at=None
    ).update(released_at=at)
    note = reason.strip()[: rules.LONGEST_NOTE]
    held.note(Step.WITHDRAWN, note=note)
    audit.record(scope, "needs.withdraw-task", community=community, targets=(task,), reason=note)
    return held.settle(rules.State.WITHDRAWN)
