"""Endpoints of tasks: the list, and what people and the community do with a task."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Router
from pydantic import BaseModel, Field

from xiachen.base import clock
from xiachen.needs.models import Task
from xiachen.needs.operations import claims, reading
from xiachen.needs.operations import tasks as operations
from xiachen.needs.queries.tasks import TaskLine
from xiachen.needs.rules import LONGEST_NOTE, LONGEST_TITLE, MOST_PEOPLE
from xiachen.privacy.doors import ScopedRequest

router = Router(tags=["needs"])

State = Literal["open", "claimed", "finished", "confirmed", "withdrawn"]


class HolderOut(BaseModel):
    """Somebody who has claimed the task; the name is empty or masked where it must be."""

    member: UUID
    name: str
    finished_at: datetime | None


class TaskOut(BaseModel):
    """A task of the list."""

    id: UUID
    community: int
    kind: str
    need: bool
    title: str
    grid: UUID | None
    people_wanted: int
    places_left: int
    state: State
    issued_at: datetime
    holders: list[HolderOut]


class Tasks(BaseModel):
    """A page of tasks."""

    tasks: list[TaskOut]
    page: int
    pages: int
    total: int


class NewTask(BaseModel):
    """A task or need to put on a community's list; `id` is made by the device (UUIDv7)."""

    id: UUID | None = None
    kind: Annotated[str, Field(max_length=40)]
    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE)]
    grid: UUID | None = None
    people_wanted: Annotated[int, Field(ge=1, le=MOST_PEOPLE)] = 1


class Who(BaseModel):
    """For whom: the acting person's own record, or somebody led."""

    member: UUID


class Finished(Who):
    """What finished work counts for."""

    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    persons_served: Annotated[int, Field(ge=0, le=100_000)] = 0


class Reason(BaseModel):
    """Why."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]


class TaskState(BaseModel):
    """A task and the state it is in now."""

    id: UUID
    state: State


@router.get("/tasks", response=Tasks, summary="The list of tasks")
def tasks(
    request: ScopedRequest,
    community: int | None = None,
    state: State | None = None,
    need: bool | None = None,
    page: Annotated[int, Field(ge=1, le=100_000)] = 1,
) -> Tasks:
    """Return a page of the tasks within the scope, the latest first."""
    shown = reading.view_tasks(
        request.scope,
        community=community,
        states=(state,) if state else (),
        need=need,
        page=page,
    )
    return Tasks(
        tasks=[_task(line) for line in shown.lines],
        page=shown.number,
        pages=shown.pages,
        total=shown.total,
    )


@router.post("/communities/{int:community}/tasks", response=TaskState, summary="Issue a task")
def issue(request: ScopedRequest, community: int, new: NewTask) -> TaskState:
    """Put a task or a need on the community's list."""
    return _state(
        operations.issue_task(
            request.scope, community=community, at=clock.now(), **new.model_dump()
        )
    )


@router.post(
    "/communities/{int:community}/tasks/{uuid:task}/claim", response=TaskState, summary="Claim"
)
def claim(request: ScopedRequest, community: int, task: UUID, who: Who) -> TaskState:
    """Claim a place in a task."""
    held = claims.claim_task(
        request.scope, community=community, task=task, member=who.member, at=clock.now()
    )
    return _state(held.task)


@router.post(
    "/communities/{int:community}/tasks/{uuid:task}/release", response=TaskState, summary="Release"
)
def release(request: ScopedRequest, community: int, task: UUID, who: Who) -> TaskState:
    """Give a place in a task back."""
    return _state(
        claims.release_claim(
            request.scope, community=community, task=task, member=who.member, at=clock.now()
        )
    )


@router.post(
    "/communities/{int:community}/tasks/{uuid:task}/finish", response=TaskState, summary="Finish"
)
def finish(request: ScopedRequest, community: int, task: UUID, done: Finished) -> TaskState:
    """Say that a person has finished a claimed task; that is the proof of work."""
    return _state(
        claims.finish_task(
            request.scope, community=community, task=task, at=clock.now(), **done.model_dump()
        )
    )


@router.post(
    "/communities/{int:community}/tasks/{uuid:task}/confirm", response=TaskState, summary="Confirm"
)
def confirm(request: ScopedRequest, community: int, task: UUID) -> TaskState:
    """Confirm that finished work is done."""
    return _state(
        operations.confirm_task(request.scope, community=community, task=task, at=clock.now())
    )


@router.post(
    "/communities/{int:community}/tasks/{uuid:task}/send-back",
    response=TaskState,
    summary="Send back",
)
def send_back(request: ScopedRequest, community: int, task: UUID, why: Reason) -> TaskState:
    """Send finished work back to those who claimed it."""
    return _state(
        operations.send_back_task(
            request.scope, community=community, task=task, at=clock.now(), reason=why.reason
        )
    )


@router.post(
    "/communities/{int:community}/tasks/{uuid:task}/withdraw",
    response=TaskState,
    summary="Withdraw",
)
def withdraw(request: ScopedRequest, community: int, task: UUID) -> TaskState:
    """Take a task off the list."""
    return _state(
        operations.withdraw_task(request.scope, community=community, task=task, at=clock.now())
    )


def _state(task: Task) -> TaskState:
    return TaskState(id=task.pk, state=task.state)  # type: ignore[arg-type]


def _task(line: TaskLine) -> TaskOut:
    task = line.task
    return TaskOut(
        id=task.pk,
        community=task.community_id,
        kind=task.kind.code,
        need=task.kind.need,
        title=task.title,
        grid=task.grid_id,
        people_wanted=task.people_wanted,
        places_left=line.places.left,
        state=task.state,  # type: ignore[arg-type]
        issued_at=task.issued_at,
        holders=[
            HolderOut(member=one.member, name=one.name, finished_at=one.finished_at)
            for one in line.holders
        ],
    )
