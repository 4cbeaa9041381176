"""People who were not sent join on the spot, when the community accepts them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.figures.operations import count_first_seen, post_deltas
from xiachen.mobilisation.figures import stays as figures
from xiachen.mobilisation.models.report_ins import Channel
from xiachen.mobilisation.models.stays import Enrolment, EnrolmentSource
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.rules import stays as rules
from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def join_on_the_spot(
    scope: Scope,
    *,
    community: int,
    member: UUID,
    occurred_at: datetime,
    at: datetime,
    id: UUID | None = None,
) -> Enrolment:
    """
    Accept somebody who was not sent, from that day on, and report them in.

    :param id: made by the client, so that sending it again changes nothing
    :raises NotAccepted: it is not the community that says so
    :raises EnrolledAlready: the person belongs to the community on that day
    """
    scope.require(Can.REPORT_IN, community=community)
    rules.check_acceptance(scope.role)
    rules.check_time(occurred_at, at)
    incident = stays.working_incident(scope)
    person = Member.objects.select_for_update(no_key=True).filter(pk=member).first()
    if person is None:
        raise NotFound(field="member")
    day = clock.local_day(occurred_at)
    fact = Enrolment(
        id=id or uuid7(),
        incident=incident,
        member=person,
        community_id=community,
        source=EnrolmentSource.JOINED,
        from_day=day,
        occurred_at=occurred_at,
        received_at=at,
        recorded_by=scope.account,
    )
    if known := _known(fact):
        return known
    if not stays.included(scope, community=community, day=day):
        raise rules.OutsideIncident(field="community")
    there = stays.staying(scope, community=community, members=[member], day=day)
    if there or not append([fact]):
        raise rules.EnrolledAlready([member])
    first = count_first_seen(incident.pk, figures.JOINED.code, day, [member])
    post_deltas(incident.pk, [(community, figures.JOINED.code, day, len(first))])
    _report_in(scope, fact, person, at)
    audit.record(
        scope, "mobilisation.join", community=community, subject=member, targets=(fact.pk,)
    )
    return fact


def _known(fact: Enrolment) -> Enrolment | None:
    """Return the enrolment that stands under this id; refuse one that says something else."""
    known = Enrolment.objects.filter(pk=fact.pk).first()
    if known is None:
        return None
    same = (
        known.incident_id == fact.incident_id
        and known.member_id == fact.member_id
        and known.community_id == fact.community_id
        and known.source == fact.source
        and known.occurred_at == fact.occurred_at
    )
    if not same:
        raise rules.OtherContent()
    return known


def _report_in(scope: Scope, fact: Enrolment, person: Member, at: datetime) -> None:
    at_home = person.home_community_id == fact.community_id
    entry = ReportInEntry(
        id=uuid7(),
        community=fact.community_id,
        channel=Channel.RESIDENCE if at_home else Channel.UNIT,
        occurred_at=fact.occurred_at,
        member=person.pk,
    )
    (outcome,) = report_in(scope, entries=[entry], at=at)
    if outcome.refusal:
        raise outcome.refusal
