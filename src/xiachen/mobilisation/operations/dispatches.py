"""Units send people on a document."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.figures.operations import count_first_seen, post_deltas
from xiachen.incidents.models import Incident
from xiachen.mobilisation.figures import stays as figures
from xiachen.mobilisation.models.stays import Dispatch, Enrolment, EnrolmentSource
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.queries.dispatches import (
    dispatch_of,
    next_batch,
    sent_elsewhere,
    stays_of,
)
from xiachen.mobilisation.rules import stays as rules
from xiachen.notices.models.documents import Document
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.people.queries.members import shown_names
from xiachen.people.queries.units import organisations_below
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchPage:
    """A dispatch and those whom it sent, by name; each stay has its `last_day`, if any."""

    dispatch: Dispatch
    people: list[tuple[Enrolment, str]]


@transaction.atomic
def dispatch(
    scope: Scope,
    *,
    document: UUID,
    organisation: UUID,
    community: int,
    members: Sequence[UUID],
    sent_on: date,
    batch: int | None = 1,
    at: datetime,
) -> Dispatch:
    """
    Send people of a unit to a community on a document; all of them or nobody.

    :param batch: of the unit to this community; None is the next
    :raises OutsideIncident: the operation does not work there
    :raises BatchSentAlready: the unit has sent this batch there
    :raises UnknownPeople: some are not registered
    :raises NotOfUnit: some belong neither to the unit nor to one below it
    :raises EnrolledAlready: some belong to the community on that day
    :raises SentElsewhere: some were sent to another community and have not been released by then
    """
    scope.require(Can.DISPATCH, community=community)
    incident = stays.working_incident(scope)
    people_sent = sorted(set(members))
    if not people_sent:
        raise rules.NobodySent(field="members")
    if not stays.included(scope, community=community, day=sent_on):
        raise rules.OutsideIncident(field="community")
    ground = _document(incident, document)
    unit = Organisation.objects.select_for_update(no_key=True).filter(pk=organisation).first()
    if unit is None:
        raise NotFound(field="organisation")
    _check_people(people_sent, unit)
    _check_free(scope, community, people_sent, sent_on)
    following = next_batch(scope, organisation=unit.pk, community=community)
    if batch is not None:
        _check_batch(scope, unit, community, batch, following)
    sent = Dispatch.objects.create(
        incident=incident,
        document=ground,
        organisation=unit,
        community_id=community,
        batch=following if batch is None else batch,
        sent_on=sent_on,
    )
    _enrol(scope, sent, people_sent, at)
    audit.record(
        scope, "mobilisation.dispatch", community=community, targets=(sent.pk, *people_sent)
    )
    return sent


@transaction.atomic
def add_to_dispatch(
    scope: Scope, *, dispatch: UUID, members: Sequence[UUID], at: datetime
) -> Dispatch:
    """
    Send more people with a dispatch, on its document and from its first day; all or nobody.

    :raises NotFound: the scope does not reach it
    :raises UnknownPeople, NotOfUnit, EnrolledAlready, SentElsewhere: as in `dispatch`
    """
    found = dispatch_of(scope, dispatch)
    scope.require(Can.DISPATCH, community=found.community_id)
    stays.working_incident(scope)
    people_sent = sorted(set(members))
    if not people_sent:
        raise rules.NobodySent(field="members")
    _check_people(people_sent, found.organisation)
    _check_free(scope, found.community_id, people_sent, found.sent_on)
    _enrol(scope, found, people_sent, at)
    audit.record(
        scope,
        "mobilisation.dispatch",
        community=found.community_id,
        targets=(found.pk, *people_sent),
    )
    return found


@transaction.atomic
def view_dispatch(scope: Scope, *, dispatch: UUID) -> DispatchPage:
    """
    Return a dispatch with those whom it sent, and note whom the page named.

    :raises NotFound: the scope does not reach it
    """
    scope.require(Can.SEE_PEOPLE)
    found = dispatch_of(scope, dispatch)
    people_sent = list(stays_of(scope, dispatch=dispatch))
    names = shown_names(scope, {one.member_id for one in people_sent})
    if people_sent:
        audit.record(
            scope,
            "mobilisation.view-dispatch",
            community=found.community_id,
            targets=(dispatch, *(one.member_id for one in people_sent)),
        )
    return DispatchPage(
        dispatch=found,
        people=[(one, names.get(one.member_id, "")) for one in people_sent],
    )


def _document(incident: Incident, document: UUID) -> Document:
    found = Document.objects.filter(pk=document, incident=incident).first()
    if found is None:
        raise NotFound(field="document")
    return found


def _check_people(members: Collection[UUID], unit: Organisation) -> None:
    """Every one is registered and of the unit; their rows stay locked, so that none moves."""
    locked = Member.objects.filter(pk__in=members).order_by("pk").select_for_update(no_key=True)
    units = dict(locked.values_list("pk", "organisation_id"))
    if unknown := set(members) - set(units):
        raise rules.UnknownPeople(unknown)
    own = organisations_below(unit.pk)
    if others := {member for member, theirs in units.items() if theirs not in own}:
        raise rules.NotOfUnit(others)


def _check_free(scope: Scope, community: int, members: Sequence[UUID], day: date) -> None:
    if there := stays.staying(scope, community=community, members=members, day=day):
        raise rules.EnrolledAlready(there)
    if elsewhere := sent_elsewhere(scope, community=community, members=members, day=day):
        raise rules.SentElsewhere(elsewhere)


def _check_batch(
    scope: Scope, unit: Organisation, community: int, batch: int, following: int
) -> None:
    before = Dispatch.objects.filter(incident=scope.incident, organisation=unit, batch=batch)
    if before.filter(community=community).exists():
        raise rules.BatchSentAlready(field="batch", batch=batch, next=following)


def _enrol(scope: Scope, sent: Dispatch, members: Sequence[UUID], at: datetime) -> None:
    facts = [
        Enrolment(
            id=uuid7(),
            incident=sent.incident,
            member_id=member,
            community_id=sent.community_id,
            source=EnrolmentSource.DISPATCHED,
            dispatch=sent,
            from_day=sent.sent_on,
            occurred_at=min(at, clock.on_day(sent.sent_on, time.min)),
            received_at=at,
            recorded_by=scope.account,
        )
        for member in members
    ]
    written = append(facts)
    if left_out := {fact.member_id for fact in facts if fact.pk not in written}:
        raise rules.EnrolledAlready(left_out)
    first = count_first_seen(sent.incident_id, figures.DISPATCHED.code, sent.sent_on, members)
    post_deltas(
        sent.incident_id,
        [(sent.community_id, figures.DISPATCHED.code, sent.sent_on, len(first))],
    )
