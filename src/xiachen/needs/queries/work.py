"""The work of a day as a list: what it was, by whom, proven by a task or stated by the person."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from xiachen.attendance.models.records import PHOTO_OF_WORK, WorkRecord
from xiachen.attendance.queries.records import end_of, reached_by, works
from xiachen.base.errors import NotFound
from xiachen.needs.models import Task, TaskKind
from xiachen.papers.queries.photos import keeper_of
from xiachen.people.models.accounts import Account
from xiachen.people.queries.members import reads_clear, shown_names
from xiachen.privacy.scope import Scope

PAGE_SIZE = 50


class Photo(StrEnum):
    """What there is of a record's photo for the reader."""

    NONE = "none"
    ON_ITS_WAY = "on-its-way"
    KEPT = "kept"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """
    A piece of work.

    :param name: as the reader may see it; empty for somebody whom the scope does not reach
    :param task: title of the task that proves it; empty where the person states it
    :param by_name: whether the reader knows the person by name, and so reads what cannot be masked
    """

    work: WorkRecord
    name: str
    kind: str
    task: str
    by_name: bool

    @property
    def note(self) -> str:
        """Return what the person adds, which may tell of others; empty where it is not read."""
        return self.work.note if self.by_name else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPiece:
    """A record of work by itself, and what the reader may see of its photo."""

    line: WorkLine
    photo: Photo


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage:
    """A page of a day's work; `number` counts from 1, `total` counts pieces on all pages."""

    lines: list[WorkLine]
    number: int
    pages: int
    total: int

    @property
    def named(self) -> set[UUID]:
        """Return whom the page names."""
        return {one.work.member for one in self.lines if one.name}


def work_page(
    scope: Scope, *, day: date, community: int | None = None, number: int = 1
) -> WorkPage:
    """Return a page of the work of a day that the scope reaches, the latest first."""
    rows = works(scope, end_of(scope, day))
    if community is not None:
        rows = rows.filter(community_id=community)
    total = rows.count()
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    begin = (number - 1) * PAGE_SIZE
    shown = rows.order_by("-occurred_at", "-pk").select_related("community")
    return WorkPage(
        lines=_lines(scope, list(shown[begin : begin + PAGE_SIZE])),
        number=number,
        pages=pages,
        total=total,
    )


def work_piece(scope: Scope, *, community: int, work: UUID) -> WorkPiece:
    """
    Return one record of work.

    :raises NotFound: there is none that stands within the scope
    """
    rows = WorkRecord.objects.standing().filter(
        reached_by(scope), incident=scope.incident, community_id=community, pk=work
    )
    lines = _lines(scope, list(rows.select_related("community")))
    if not lines:
        raise NotFound()
    (line,) = lines
    return WorkPiece(line=line, photo=_photo(scope, line))


def _photo(scope: Scope, line: WorkLine) -> Photo:
    """A photo shows faces: whoever reads the name masked does not open it either."""
    if line.work.photo is None:
        return Photo.NONE
    keeper = keeper_of(scope, line.work.photo, purpose=PHOTO_OF_WORK)
    if keeper is None or keeper not in _photographers(line.work):
        return Photo.ON_ITS_WAY
    return Photo.SHOWN if line.by_name else Photo.KEPT


def _photographers(work: WorkRecord) -> set[UUID]:
    """
    Return whose photo a record can have: of whoever recorded it first, and of whose work it is.

    Its id is what a phone wrote, and proves nothing: it may be of any photo that somebody has seen.
    """
    first = work
    while first.reverses and not first.reverses.void:
        first = first.reverses
    accounts = Account.objects.filter(member=work.member).values_list("pk", flat=True)
    return {first.recorded_by, *accounts}


def _lines(scope: Scope, rows: list[WorkRecord]) -> list[WorkLine]:
    names = shown_names(scope, {row.member for row in rows})
    kinds = {one.code: str(one) for one in TaskKind.objects.filter(code__in={r.kind for r in rows})}
    tasks = dict(
        Task.objects.filter(
            community_id__in={row.community_id for row in rows},
            pk__in={row.task for row in rows if row.task},
        ).values_list("pk", "title")
    )
    return [
        WorkLine(
            work=row,
            name=names.get(row.member, ""),
            kind=kinds.get(row.kind, row.kind),
            task=tasks.get(row.task, "") if row.task else "",
            by_name=row.member in names and reads_clear(scope, row.member),
        )
        for row in rows
    ]
