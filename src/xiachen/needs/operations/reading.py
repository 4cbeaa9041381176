"""Reading lists that name people: recorded with whom they named."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.records import PHOTO_OF_WORK, WorkRecord
from xiachen.base.errors import Forbidden, NotFound
from xiachen.needs.queries import mine, tasks, work
from xiachen.papers.queries.photos import photo
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope


@transaction.atomic
def view_tasks(
    scope: Scope,
    *,
    community: int | None = None,
    states: Collection[str] = (),
    need: bool | None = None,
    page: int = 1,
) -> tasks.TaskPage:
    """Return a page of tasks, and note whom it named to the reader."""
    shown = tasks.tasks_of(scope, community=community, states=states, need=need, page=page)
    named = {one.member for line in shown.lines for one in line.holders if one.name}
    if named - {scope.member}:
        audit.record(scope, "needs.view-tasks", community=community, targets=sorted(named))
    return shown


@transaction.atomic
def view_task(scope: Scope, *, community: int, task: UUID) -> tasks.TaskStory:
    """Return a task with its steps, and note whom it named to the reader."""
    story = tasks.task_story(scope, community=community, task=task)
    named = {one.member for one in story.line.holders if one.name}
    if named - {scope.member}:
        audit.record(scope, "needs.view-task", community=community, targets=sorted(named))
    return story


@transaction.atomic
def view_my_day(scope: Scope, *, day: date) -> mine.MyDay:
    """Return the acting person's own day, and note others whom it named."""
    found = mine.my_day(scope, day=day)
    lines = (*found.tasks, *found.open_tasks)
    named = {one.member for line in lines for one in line.holders if one.name} - {scope.member}
    if named:
        audit.record(scope, "needs.view-my-day", targets=sorted(named))
    return found


@transaction.atomic
def view_work(
    scope: Scope, *, day: date, community: int | None = None, number: int = 1
) -> work.WorkPage:
    """Return a page of a day's work, and note whom it named to the reader."""
    page = work.work_page(scope, day=day, community=community, number=number)
    if named := page.named - {scope.member}:
        audit.record(scope, "needs.view-work", community=community, targets=sorted(named))
    return page


@transaction.atomic
def view_piece(scope: Scope, *, community: int, work_id: UUID) -> work.WorkPiece:
    """
    Return one record of work, and note whose it is.

    :raises NotFound: there is none
    """
    piece = work.work_piece(scope, community=community, work=work_id)
    _note(scope, "needs.view-work", piece.line.work, piece.line.work.member)
    return piece


@transaction.atomic
def view_photo(scope: Scope, *, community: int, work_id: UUID) -> bytes:
    """
    Return the photo of a record of work as JPEG, and note the reading.

    :raises NotFound: there is no such record, or no photo of it has come
    :raises Forbidden: the reader does not know the person by name
    """
    piece = work.work_piece(scope, community=community, work=work_id)
    if piece.photo is work.Photo.KEPT:
        raise Forbidden()
    record = piece.line.work
    if piece.photo is not work.Photo.SHOWN or record.photo is None:
        raise NotFound()
    _note(scope, "needs.view-work-photo", record, record.pk)
    return photo(scope, record.photo, purpose=PHOTO_OF_WORK)


def _note(scope: Scope, action: str, record: WorkRecord, target: UUID) -> None:
    audit.record(
        scope,
        action,
        community=record.community_id,
        subject=record.member,
        targets=[target],
    )
