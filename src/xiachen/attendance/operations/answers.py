"""Answers to the lines of the two lists to verify."""

from collections.abc import Collection, Sequence, Set
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.injuries import Injury
from xiachen.attendance.models.records import Answer, GapKind
from xiachen.attendance.queries import records
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.mobilisation.queries.stays import enrolled_on
from xiachen.people.queries.fitness import away_on
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


@transaction.atomic
def excuse_off_duty(
    scope: Scope,
    *,
    day: date,
    at: datetime,
    members: Collection[UUID] | None = None,
    communities: Collection[int] | None = None,
) -> int:
    """
    Take those who are off duty off both lists to verify, where they belong on a day.

    Nobody who has said in the morning that they are unwell is asked in the evening why they did
    not come, and nobody who was hurt on site why no work was done. It is a fact like any answer,
    so that a bulletin read again says the same.

    :param members: only these people
    :param communities: only there
    :returns: how many answers
    """
    if not scope.allows(Can.VERIFY):
        scope.require(Can.ANSWER)
    incident = rules.incident_of(scope)
    stays = enrolled_on(scope, incident=incident, day=day)
    if members is not None:
        stays = stays.filter(member_id__in=members)
    if communities is not None:
        stays = stays.filter(community_id__in=communities)
    if members is None:
        stays = stays.filter(member_id__in=away_on(scope, day=day))
    pairs = set(stays.order_by().values_list("community_id", "member_id"))
    known = Answer.objects.standing().filter(incident=incident, day=day, excuses=True)
    said = set(known.values_list("community_id", "member", "gap"))
    lines = {(*pair, gap) for pair in pairs for gap in GapKind.values} - said
    with translation.override(settings.LANGUAGE_CODE):
        words = str(_("off duty"))
    facts = [
        Answer(
            id=uuid7(),
            community_id=community,
            incident_id=incident,
            member=member,
            day=day,
            gap=gap,
            words=words,
            excuses=True,
            occurred_at=at,
            received_at=at,
            recorded_by=scope.account,
        )
        for community, member, gap in sorted(lines)
    ]
    if facts:
        append(facts)
        audit.record(
            scope, "attendance.excuse-off-duty", targets=sorted({one.member for one in facts})
        )
    return len(facts)


@transaction.atomic
def excuse_stood_down(
    scope: Scope,
    *,
    said: Sequence[HealthStatement] | Sequence[Injury],
    members: Set[UUID],
    at: datetime,
) -> None:
    """
    Excuse people who have just gone off duty, on the days and in the places of what was said.

    :param said: records that put them off duty; only their communities, whose numbers are held
        already, are written to
    """
    for incident, day in sorted({(one.incident_id, one.day) for one in said}):
        here = [one for one in said if (one.incident_id, one.day) == (incident, day)]
        excuse_off_duty(
            replace(scope, incident=incident),
            day=day,
            at=at,
            members={one.member for one in here} & members,
            communities={one.community_id for one in here},
        )
