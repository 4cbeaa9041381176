"""Answers to the lines of the two lists to verify."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.attendance.models.records import Answer
from xiachen.attendance.queries import records
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def answer(
    scope: Scope,
    *,
    community: int,
    member: UUID,
    day: date,
    gap: str,
    words: str,
    at: datetime,
    excuses: bool = False,
) -> Answer:
    """
    Record what the person or the liaison says to a line of a list to verify.

    :param gap: a GapKind: which of the two lists
    :param excuses: said by those who verify or excuse; the line then no longer counts
    :raises NotOnTheList: there is no such line on that day
    :raises ExcusesNobody: the role cannot decide that the answer excuses
    """
    if not scope.allows(Can.VERIFY):
        scope.require(Can.ANSWER)
    incident = rules.incident_of(scope)
    if not records.reaches(scope, community=community, member=member):
        raise Forbidden()
    rules.check_answer(scope, words=words, excuses=excuses)
    if not records.on_list(scope, community=community, member=member, day=day, gap=gap):
        raise rules.NotOnTheList()
    said = Answer(
        id=uuid7(),
        community_id=community,
        incident_id=incident,
        member=member,
        day=day,
        gap=gap,
        words=words.strip(),
        excuses=excuses,
        occurred_at=at,
        received_at=at,
        recorded_by=scope.account,
    )
    append([said])
    audit.record(
        scope, "attendance.answer", community=community, subject=member, targets=(said.pk,)
    )
    return said
