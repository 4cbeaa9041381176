"""Reading who is expected names people: it is recorded with whom it named."""

from datetime import date
from uuid import UUID

from django.db import transaction

from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Excuse
from xiachen.mobilisation.queries import boards, stays
from xiachen.mobilisation.queries.report_ins import report_in_of
from xiachen.people.models.members import Member
from xiachen.people.queries import members as people
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

CANDIDATES = 30


@transaction.atomic
def view_board(
    scope: Scope,
    *,
    day: date,
    community: int | None,
    state: str = "",
    number: int = 1,
    size: int | None = None,
) -> boards.Board:
    """Return a page of the report-in board of a day, and note whom it named to the reader."""
    scope.require(Can.SEE_PEOPLE)
    board = boards.board(scope, day=day, community=community, state=state, number=number, size=size)
    named = {line.stay.member_id for line in board.lines}
    if named:
        audit.record(scope, "mobilisation.view-board", community=community, targets=named)
    return board


@transaction.atomic
def view_candidates(
    scope: Scope, *, community: int, day: date, text: str
) -> list[tuple[Member, str]]:
    """Return people who might join on the spot: found by name, and not of the community yet."""
    scope.require(Can.REPORT_IN, community=community)
    rows = people.find_members(scope, text).select_related("organisation")
    if not text.strip():
        rows = rows.filter(home_community_id=community)
    here = stays.enrolled_on(scope, incident=_incident(scope), day=day, community=community)
    found = list(rows.exclude(pk__in=here.values("member_id"))[:CANDIDATES])
    names = people.shown_names(scope, {one.pk for one in found})
    if found:
        audit.record(
            scope,
            "mobilisation.view-candidates",
            community=community,
            targets=[one.pk for one in found],
        )
    return [(one, names.get(one.pk, "")) for one in found]


@transaction.atomic
def view_excuses(scope: Scope) -> list[tuple[Excuse, str]]:
    """Return the excuses with reasons and names, for those who excuse, and note whom."""
    rows = stays.excuses(scope, incident=_incident(scope)).select_related("member")
    found = list(rows)
    names = people.shown_names(scope, {one.member_id for one in found})
    if found:
        audit.record(scope, "mobilisation.view-excuses", targets={one.member_id for one in found})
    return [(one, names.get(one.member_id, "")) for one in found]


@transaction.atomic
def view_report_in(scope: Scope, *, community: int, report_in: UUID) -> tuple[ReportIn, str]:
    """
    Return one report-in that stands with the person's name, and note the reading.

    :raises NotFound: there is none within the scope
    """
    scope.require(Can.CORRECT, community=community)
    row = report_in_of(scope, community=community, report_in=report_in)
    names = people.shown_names(scope, {row.member} if row.member else ())
    audit.record(
        scope,
        "mobilisation.view-report-in",
        community=community,
        subject=row.member,
        targets=(row.pk,),
    )
    return row, names.get(row.member, "") if row.member else ""


def _incident(scope: Scope) -> UUID:
    return stays.working_incident(scope).pk
