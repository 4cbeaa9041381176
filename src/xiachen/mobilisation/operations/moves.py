"""People are moved to another community, or recalled, on a ground."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction

from xiachen.base import clock
from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.incidents.models import Incident
from xiachen.mobilisation.models.stays import Enrolment, Release, ReleaseKind
from xiachen.mobilisation.operations.releases import Ground, end_stays, stays_to_end
from xiachen.mobilisation.queries import dispatches, stays
from xiachen.mobilisation.rules import moves as rules
from xiachen.mobilisation.rules import stays as staying
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope


@transaction.atomic
def move(
    scope: Scope,
    *,
    enrolments: Sequence[UUID],
    community: int,
    from_day: date,
    ground: Ground,
    at: datetime,
) -> list[Enrolment]:
    """
    Move people from where they are to another community; all of them or nobody.

    Their stays end with the day before and go on in the other community, where they report in
    anew. Who was sent stays in the dispatch that sent them.

    :raises OutsideIncident: the operation does not work there
    :raises MovedNowhere: some belong to that community
    :raises ReleasedAlready: one of the stays has ended, perhaps by another move a moment ago
    """
    if not scope.allows(Can.DISPATCH, community=community) and not (
        scope.role is Role.STREET and scope.covers(community)
    ):
        raise Forbidden()
    incident = stays.working_incident(scope)
    if not stays.included(scope, community=community, day=from_day):
        raise staying.OutsideIncident(field="community")
    leaving = stays_to_end(scope, enrolments=enrolments, by_street=True)
    if not leaving:
        raise rules.NobodyMoved(field="enrolments")
    if any(stay.community_id == community for stay in leaving):
        raise rules.MovedNowhere(field="community")
    for stay in leaving:
        staying.check_period(stay.from_day, from_day, field="from_day")
    ending = {stay: rules.last_day_before(stay.from_day, from_day) for stay in leaving}
    end_stays(scope, ending=ending, at=at, kind=ReleaseKind.MOVED, ground=ground)
    _check_free(scope, leaving, community, from_day)
    began = _begin(scope, incident, leaving, community, from_day, at)
    audit.record(
        scope,
        "mobilisation.move",
        community=community,
        targets=[one for stay in began for one in (stay.pk, stay.member_id)],
    )
    return began


@transaction.atomic
def recall(
    scope: Scope,
    *,
    dispatch: UUID,
    members: Sequence[UUID] | None = None,
    last_day: date,
    ground: Ground,
    at: datetime,
) -> list[Release]:
    """
    Call people of a dispatch back, wherever they are by now; all of them or nobody.

    :param members: None is everybody of the dispatch who has not left yet
    :raises NotFound: the scope does not reach the dispatch, or somebody is not of it
    """
    found = dispatches.dispatch_of(scope, dispatch)
    rows = dispatches.open_stays_of(scope, dispatch=found.pk)
    if members is not None:
        rows = rows.filter(member__in=members)
    open_stays = list(rows)
    missing = set(members or ()) - {stay.member_id for stay in open_stays}
    if missing:
        raise staying.UnknownPeople(missing)
    if not open_stays:
        raise rules.NobodyMoved(field="members")
    for place in {stay.community_id for stay in open_stays}:
        scope.require(Can.DISPATCH, community=place)
    ending = stays_to_end(scope, enrolments=[stay.pk for stay in open_stays])
    return end_stays(
        scope,
        ending=dict.fromkeys(ending, last_day),
        at=at,
        kind=ReleaseKind.RECALLED,
        ground=ground,
    )


@transaction.atomic
def view_leaving(scope: Scope, *, dispatch: UUID) -> list[tuple[Enrolment, str]]:
    """
    Return those of a dispatch who have not left yet, and note whom the list named.

    Names in clear, as whoever chooses among them must see them.
    """
    scope.require(Can.DISPATCH)
    found = dispatches.dispatch_of(scope, dispatch)
    rows = list(dispatches.open_stays_of(scope, dispatch=found.pk))
    if rows:
        audit.record(
            scope,
            "mobilisation.view-leaving",
            community=found.community_id,
            targets=(found.pk, *(one.member_id for one in rows)),
        )
    return [(one, one.member.name) for one in rows]


def _check_free(scope: Scope, leaving: Sequence[Enrolment], community: int, from_day: date) -> None:
    members = [stay.member_id for stay in leaving]
    if there := stays.staying(scope, community=community, members=members, day=from_day):
        raise staying.EnrolledAlready(there)
    sent = [stay.member_id for stay in leaving if stay.dispatch_id]
    # What just ended here does not count; a stay at a third community does.
    if away := dispatches.sent_elsewhere(scope, community=community, members=sent, day=from_day):
        raise staying.SentElsewhere(away)


def _begin(
    scope: Scope,
    incident: Incident,
    leaving: Sequence[Enrolment],
    community: int,
    from_day: date,
    at: datetime,
) -> list[Enrolment]:
    facts = [
        Enrolment(
            id=uuid7(),
            incident=incident,
            member_id=stay.member_id,
            community_id=community,
            source=stay.source,
            dispatch_id=stay.dispatch_id,
            follows=stay,
            from_day=from_day,
            occurred_at=min(at, clock.on_day(from_day, time.min)),
            received_at=at,
            recorded_by=scope.account,
        )
        for stay in leaving
    ]
    written = append(facts)
    if left_out := {fact.member_id for fact in facts if fact.pk not in written}:
        raise staying.EnrolledAlready(left_out)
    return facts
