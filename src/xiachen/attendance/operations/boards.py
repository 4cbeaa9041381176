"""Reading a board names people: it is recorded with whom it named."""

from datetime import date
from uuid import UUID

from django.db import transaction

from xiachen.attendance.queries import boards
from xiachen.base.errors import NotFound
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope


@transaction.atomic
def view_board(
    scope: Scope, *, day: date, community: int, shown: str = "", group: str = ""
) -> boards.Board:
    """Return a community's board, and note whom it named to the reader."""
    board = boards.board(scope, day=day, community=community, shown=shown, group=group)
    audit.record(scope, "attendance.view-board", community=community, targets=board.named)
    return board


@transaction.atomic
def view_line(
    scope: Scope,
    *,
    day: date,
    community: int,
    check_in: UUID | None = None,
    member: UUID | None = None,
    gap: str = "",
) -> boards.NamedLine:
    """
    Return one person's line of a day, by the sign-in that stands or by a list, and note it.

    :raises NotFound: there is none
    """
    line = boards.named_line(
        scope, day=day, community=community, check_in=check_in, member=member, gap=gap
    )
    if line is None:
        raise NotFound()
    audit.record(
        scope,
        "attendance.view-line",
        community=community,
        subject=line.line.member,
        targets=[line.line.member],
    )
    return line


@transaction.atomic
def view_person(scope: Scope, *, day: date, community: int, check_out: UUID) -> boards.Person:
    """
    Return one person of a board by the sign-out that stands, and note it.

    :raises NotFound: there is none
    """
    found = boards.person(scope, day=day, community=community, check_out=check_out)
    if found is None:
        raise NotFound()
    audit.record(
        scope,
        "attendance.view-line",
        community=community,
        subject=found.member,
        targets=[found.member],
    )
    return found
