"""The end of a stay: nobody is expected after the last day."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import Forbidden, NotFound
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.incidents.models import Incident
from xiachen.mobilisation.models.stays import Enrolment, Release
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.rules import stays as rules
from xiachen.people.queries.members import shown_names
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


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
    (stay,) = _stays(scope, stays.working_incident(scope), [enrolment])
    _check_open([stay])
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
    incident = stays.working_incident(scope)
    ending = _stays(scope, incident, list(dict.fromkeys(enrolments)))
    for stay in ending:
        rules.check_period(stay.from_day, last_day, field="last_day")
    _check_open(ending)
    ended = [
        Release(
            id=uuid7(),
            enrolment=stay,
            last_day=last_day,
            occurred_at=at,
            received_at=at,
            recorded_by=scope.account,
        )
        for stay in ending
    ]
    written = append(ended) if ended else set()
    if len(written) < len(ended):
        raise rules.ReleasedAlready(day=last_day)
    audit.record(scope, "mobilisation.release", targets=[row.pk for row in (*ending, *ended)])
    return ended


def _stays(scope: Scope, incident: Incident, enrolments: Sequence[UUID]) -> list[Enrolment]:
    """Return stays that the scope may end: the sending office, or those who lead on site."""
    found = {
        stay.pk: stay
        for stay in Enrolment.objects.standing().filter(pk__in=enrolments, incident=incident)
    }
    if len(found) < len(enrolments):
        raise NotFound(field="enrolment")
    for place in {stay.community_id for stay in found.values()}:
        if not any(scope.allows(can, community=place) for can in (Can.DISPATCH, Can.CORRECT)):
            raise Forbidden()
    return [found[one] for one in enrolments]


def _check_open(ending: Sequence[Enrolment]) -> None:
    rows = Release.objects.standing().filter(enrolment__in=[stay.pk for stay in ending])
    ended = rows.order_by("pk").first()
    if ended is not None:
        raise rules.ReleasedAlready(day=ended.last_day)
