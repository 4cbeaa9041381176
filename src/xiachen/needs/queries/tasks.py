"""The list of tasks, one's own tasks, and how a task went."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.figures.figure import PAGE_SIZE
from xiachen.incidents.models import Incident
from xiachen.needs import rules
from xiachen.needs.models import Claim, Task, TaskKind, TaskStep
from xiachen.people.queries import members as people
from xiachen.places.models import Grid
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody who has claimed a task; the name is empty where the scope does not reach it."""

    member: UUID
    name: str
    claimed_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """
    A task of a list.

    :param mine: the reader's own place in it
    """

    task: Task
    holders: tuple[Holder, ...]
    mine: Holder | None

    @property
    def places(self) -> rules.Places:
        """Return how many places are wanted, held and finished."""
        return rules.Places(
            wanted=self.task.people_wanted,
            held=len(self.holders),
            finished=sum(one.finished_at is not None for one in self.holders),
        )

    @property
    def running(self) -> bool:
        """Tell whether it is neither finished nor ended."""
        return rules.State(self.task.state) in rules.RUNNING

    @property
    def claimable(self) -> bool:
        """Tell whether somebody can still claim it."""
        return self.running and self.places.left > 0

    @property
    def to_confirm(self) -> bool:
        """Tell whether it waits for the community's word."""
        return rules.State(self.task.state) not in rules.ENDED and self.places.all_done


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """A page of tasks; `number` counts from 1, `total` counts tasks on all pages."""

    lines: list[TaskLine]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """
    A step of a task.

    :param note: what was said at it; empty where the reader does not know the speaker by name
    """

    step: TaskStep
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStory:
    """A task with its steps, the oldest first."""

    line: TaskLine
    steps: Sequence[StepLine]


def kinds(scope: Scope) -> list[TaskKind]:
    """Return the catalogue: needs first, and in each what the emergency is about."""
    incidents = Incident.objects.filter(pk=scope.incident or UUID(int=0))
    emergency = incidents.values_list("kind", flat=True).first() or ""
    rows = TaskKind.objects.order_by("pk")
    return sorted(rows, key=lambda one: (not one.need, rules.rank(one.code, emergency)))


def unknown_kinds(scope: Scope, *, codes: Collection[str]) -> set[str]:
    """Return those of some codes that are in no catalogue of kinds of work."""
    rows = TaskKind.objects.filter(code__in=codes)
    return set(codes) - set(rows.values_list("code", flat=True))


def tasks(scope: Scope) -> QuerySet[Task]:
    """Return the tasks of the scope's incident in its places, the latest first."""
    if scope.incident is None or not (
        scope.allows(Can.CLAIM_TASKS) or scope.allows(Can.SEE_FIGURES)
    ):
        return Task.objects.none()
    rows = Task.objects.filter(scope.within(), incident=scope.incident)
    return rows.select_related("kind", "community").order_by("-issued_at", "pk")


def narrowed_tasks(
    scope: Scope,
    *,
    community: int | None = None,
    states: Collection[str] = (),
    need: bool | None = None,
) -> QuerySet[Task]:
    """Return the tasks of one community, in these states, needs or work only."""
    rows = tasks(scope)
    if community is not None:
        rows = rows.filter(community_id=community)
    if states:
        rows = rows.filter(state__in=states)
    if need is not None:
        rows = rows.filter(kind__need=need)
    return rows


def tasks_of(
    scope: Scope,
    *,
    community: int | None = None,
    states: Collection[str] = (),
    need: bool | None = None,
    page: int = 1,
) -> TaskPage:
    """Return a page of tasks by state; a number beyond the last page gives the last."""
    rows = narrowed_tasks(scope, community=community, states=states, need=need)
    total = rows.count()
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, page), pages)
    shown = list(rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])
    return TaskPage(lines=_lines(scope, shown), number=number, pages=pages, total=total)


def my_tasks(scope: Scope, *, day: date) -> list[TaskLine]:
    """Return the tasks that the reader has claimed and not finished before the day."""
    if scope.member is None:
        return []
    begin = clock.on_day(day, time())
    mine = Claim.objects.filter(
        Q(finished_at=None) | Q(finished_at__gte=begin),
        community_id=OuterRef("community_id"),
        task_id=OuterRef("pk"),
        member=scope.member,
        released_at=None,
        claimed_at__lt=begin + timedelta(days=1),
    )
    return _lines(scope, list(tasks(scope).filter(Exists(mine)).order_by("issued_at", "pk")))


def claimable(scope: Scope, *, limit: int = PAGE_SIZE) -> list[TaskLine]:
    """Return the tasks that the reader could claim now, needs first, then the oldest."""
    held = Claim.objects.filter(
        community_id=OuterRef("community_id"),
        task_id=OuterRef("pk"),
        member=scope.member or UUID(int=0),
        released_at=None,
    )
    rows = tasks(scope).filter(~Exists(held), state=rules.State.OPEN)
    return _lines(scope, list(rows.order_by("-kind__need", "issued_at", "pk")[:limit]))


def task_story(scope: Scope, *, community: int, task: UUID) -> TaskStory:
    """
    Return a task with what happened to it.

    :raises NotFound: there is none within the scope
    """
    found = tasks(scope).filter(community_id=community, pk=task).first()
    if found is None:
        raise NotFound(field="task")
    rows = TaskStep.objects.filter(community_id=community, task=found, void=False)
    (line,) = _lines(scope, [found])
    return TaskStory(line=line, steps=_steps(scope, list(rows.order_by("sequence"))))


def _steps(scope: Scope, rows: Sequence[TaskStep]) -> list[StepLine]:
    """What somebody adds to finished work may tell of others, and nothing can mask it."""
    names = people.shown_names(scope, {row.member for row in rows if row.member and row.note})

    def read(row: TaskStep) -> bool:
        member = row.member
        return member is None or (member in names and people.reads_clear(scope, member))

    return [StepLine(step=row, note=row.note if read(row) else "") for row in rows]


def _lines(scope: Scope, shown: Sequence[Task]) -> list[TaskLine]:
    claims = Claim.objects.filter(
        community_id__in={task.community_id for task in shown},
        task_id__in=[task.pk for task in shown],
        released_at=None,
    )
    held: dict[UUID, list[Claim]] = {task.pk: [] for task in shown}
    for claim in claims.order_by("claimed_at", "pk"):
        held[claim.task_id].append(claim)
    names = people.shown_names(scope, {claim.member for group in held.values() for claim in group})
    _attach_grids(shown)
    return [_line(scope, task, held[task.pk], names) for task in shown]


def _line(scope: Scope, task: Task, claims: Sequence[Claim], names: dict[UUID, str]) -> TaskLine:
    holders = tuple(
        Holder(
            member=claim.member,
            name=names.get(claim.member, ""),
            claimed_at=claim.claimed_at,
            finished_at=claim.finished_at,
        )
        for claim in claims
    )
    mine = next((one for one in holders if one.member == scope.member), None)
    return TaskLine(task=task, holders=holders, mine=mine)


def _attach_grids(shown: Sequence[Task]) -> None:
    """Fetch the grids of a page in one statement, each by its whole key."""
    wanted = [task for task in shown if task.grid_id]
    rows = Grid.objects.filter(
        community_id__in={task.community_id for task in wanted},
        pk__in={task.grid_id for task in wanted},
    )
    grids = {(grid.community_id, grid.pk): grid for grid in rows} if wanted else {}
    for task in wanted:
        task.grid = grids[task.community_id, task.grid_id]
