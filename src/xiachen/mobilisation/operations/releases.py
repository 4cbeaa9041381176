"""The end of a stay: nobody is expected after the last day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import Forbidden, NotFound
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.incidents.models import Incident
from xiachen.mobilisation.models.stays import Enrolment, Release, ReleaseKind
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.rules import stays as rules
from xiachen.mobilisation.rules.moves import GroundMissing
from xiachen.notices.models.documents import Document
from xiachen.people.models.members import Member
from xiachen.people.queries.members import shown_names
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why people are moved or recalled: a document, or the words of whoever decided."""

    document: UUID | None = None
    words: str = ""


@transaction.atomic
def release(scope: Scope, *, enrolment: UUID, last_day: date, at: datetime) -> Release:
    """
    End one person's stay at a community.

    :raises ReleasedAlready: it has ended
    :raises DatesCrossed: the last day lies before the first
    """
    (ended,) = release_all(scope, enrolments=[enrolment], last_day=last_day, at=at)
    return ended


@transaction.atomic
def view_stay(scope: Scope, *, enrolment: UUID) -> tuple[Enrolment, str]:
    """
    Return a stay that the scope may end, with the person's name, and note the reading.

    :raises ReleasedAlready: it has ended
    """
    (stay,) = stays_to_end(scope, enrolments=[enrolment])
    audit.record(
        scope,
        "mobilisation.view-stay",
        community=stay.community_id,
        subject=stay.member_id,
        targets=(stay.pk,),
    )
    return stay, shown_names(scope, [stay.member_id]).get(stay.member_id, "")


@transaction.atomic
def release_all(
    scope: Scope, *, enrolments: Sequence[UUID], last_day: date, at: datetime
) -> list[Release]:
    """End several stays on the same day; all of them or none."""
    ending = stays_to_end(scope, enrolments=enrolments)
    return end_stays(scope, ending=dict.fromkeys(ending, last_day), at=at)


@transaction.atomic
def stays_to_end(
    scope: Scope, *, enrolments: Sequence[UUID], by_street: bool = False
) -> list[Enrolment]:
    """
    Return open stays that the scope may end, with their people locked.

    The sending office ends them, and those who lead on site.

    :param by_street: the street as well, which moves people among its own communities
    :raises ReleasedAlready: one has ended
    """
    incident = stays.working_incident(scope)
    wanted = list(dict.fromkeys(enrolments))
    rows = Enrolment.objects.standing().filter(pk__in=wanted, incident=incident)
    found = {stay.pk: stay for stay in rows}
    if len(found) < len(wanted):
        raise NotFound(field="enrolment")
    for place in {stay.community_id for stay in found.values()}:
        may = any(scope.allows(can, community=place) for can in (Can.DISPATCH, Can.CORRECT))
        if not may and not (by_street and scope.role is Role.STREET and scope.covers(place)):
            raise Forbidden()
    people = {stay.member_id for stay in found.values()}
    locked = Member.objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True)
    list(locked.values_list("pk"))
    ended = Release.objects.standing().filter(enrolment__in=wanted).order_by("pk").first()
    if ended is not None:
        raise rules.ReleasedAlready(day=ended.last_day)
    return [found[one] for one in wanted]


@transaction.atomic
def end_stays(
    scope: Scope,
    *,
    ending: Mapping[Enrolment, date],
    at: datetime,
    kind: str = ReleaseKind.ENDED,
    ground: Ground | None = None,
) -> list[Release]:
    """
    End stays that `stays_to_end` has given, each with its own last day.

    :raises DatesCrossed: a last day lies before the first
    :raises GroundMissing: a move or a recall says neither a document nor words
    """
    document, words = _ground(stays.working_incident(scope), kind, ground or Ground())
    for stay, last_day in ending.items():
        rules.check_period(stay.from_day, last_day, field="last_day")
    ended = [
        Release(
            id=uuid7(),
            enrolment=stay,
            last_day=last_day,
            kind=kind,
            document=document,
            words=words,
            occurred_at=at,
            received_at=at,
            recorded_by=scope.account,
        )
        for stay, last_day in ending.items()
    ]
    if ended and len(append(ended)) < len(ended):
        raise rules.ReleasedAlready(day=ended[0].last_day)
    action = "mobilisation.release" if kind == ReleaseKind.ENDED else f"mobilisation.{kind}"
    targets = [row.pk for row in (*ending, *ended)]
    if targets:
        audit.record(scope, action, targets=targets)
    return ended


def _ground(incident: Incident, kind: str, ground: Ground) -> tuple[Document | None, str]:
    words = " ".join(ground.words.split())[:200]
    if kind == ReleaseKind.ENDED:
        return None, ""
    document = None
    if ground.document:
        document = Document.objects.filter(pk=ground.document, incident=incident).first()
        if document is None:
            raise NotFound(field="document")
    if document is None and not words:
        raise GroundMissing(field="words")
    return document, words
