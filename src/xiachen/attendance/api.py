"""Endpoints of attendance: signing a list of people in and out, and the day's funnel."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Router
from pydantic import AwareDatetime, BaseModel, Field

from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.queries.funnels import funnel
from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can

router = Router(tags=["attendance"])

# One request is one transaction: longer lists are sent in parts.
LONGEST_LIST = 500


class Entry(BaseModel):
    """A sign-in; `id` is made by the device (UUIDv7), so that it can be sent again."""

    id: UUID
    community: Annotated[int, Field(ge=1, le=999_999_999_999)]
    member: UUID
    occurred_at: AwareDatetime
    by_proxy: bool = False
    team: UUID | None = None


class Batch(BaseModel):
    """Sign-ins to record, in any order."""

    entries: Annotated[list[Entry], Field(min_length=1, max_length=LONGEST_LIST)]


class Leaving(BaseModel):
    """A sign-out; `id` is made by the device (UUIDv7), so that it can be sent again."""

    id: UUID
    community: Annotated[int, Field(ge=1, le=999_999_999_999)]
    member: UUID
    occurred_at: AwareDatetime


class LeavingBatch(BaseModel):
    """Sign-outs to record, in any order."""

    entries: Annotated[list[Leaving], Field(min_length=1, max_length=LONGEST_LIST)]


class Answered(BaseModel):
    """What became of one entry; `already`: it was known with the same content."""

    id: UUID
    outcome: Literal["accepted", "already", "refused"]
    code: str = ""
    words: str = ""
    field: str = ""


class Answers(BaseModel):
    """One answer per entry, in their order."""

    outcomes: list[Answered]


class FunnelNumbers(BaseModel):
    """The funnel of a day in people, each once, with its two lists to verify as counts."""

    day: date
    as_of: datetime
    expected: int
    reported: int
    present: int
    on_time: int
    late: int
    worked: int
    not_present: int
    not_working: int


@router.post("/check-ins", response=Answers, summary="Sign people in")
def sign_in(request: ScopedRequest, batch: Batch) -> Answers:
    """
    Record sign-ins; each is answered by itself.

    Sending the same entry again answers `already`; another content under the same id is refused.
    """
    outcomes = check_in(
        request.scope,
        entries=[
            CheckInEntry(
                id=one.id,
                community=one.community,
                member=one.member,
                occurred_at=one.occurred_at,
                by_proxy=one.by_proxy,
                team=one.team,
            )
            for one in batch.entries
        ],
        at=clock.now(),
    )
    return Answers(outcomes=[answered(outcome) for outcome in outcomes])


@router.post("/check-outs", response=Answers, summary="Sign people out")
def sign_out(request: ScopedRequest, batch: LeavingBatch) -> Answers:
    """Record sign-outs, answered like sign-ins; each ends a sign-in of the 24 hours before."""
    entries = [CheckOutEntry(**one.model_dump()) for one in batch.entries]
    outcomes = check_out(request.scope, entries=entries, at=clock.now())
    return Answers(outcomes=[answered(outcome) for outcome in outcomes])


@router.get("/funnel", response=FunnelNumbers, summary="The funnel of a day")
def numbers(
    request: ScopedRequest,
    day: Annotated[date | None, Field(ge=clock.FIRST_DAY, le=clock.LAST_DAY)] = None,
    community: int | None = None,
) -> FunnelNumbers:
    """Return the day's funnel over the scope, or in one community of it."""
    scope = request.scope
    scope.require(Can.SEE_FIGURES, community=community)
    if scope.incident is None:
        raise NotFound(field="incident")
    found = funnel(
        scope, incident=scope.incident, day=day or clock.local_day(clock.now()), community=community
    )
    return FunnelNumbers(
        day=found.day,
        as_of=found.as_of,
        expected=found.expected,
        reported=found.reported,
        present=found.present,
        on_time=found.on_time,
        late=len(found.late),
        worked=found.worked,
        not_present=found.not_present_count,
        not_working=found.not_working_count,
    )


def answered(outcome: Outcome) -> Answered:
    """Say what became of an entry, in the reader's language where it was refused."""
    refusal = outcome.refusal
    if refusal is None:
        return Answered(id=outcome.id, outcome="accepted" if outcome.new else "already")
    return Answered(
        id=outcome.id,
        outcome="refused",
        code=refusal.code,
        words=str(refusal),
        field=refusal.field or "",
    )
