"""Who is unwell, who is hurt, and who gets a certificate."""

from datetime import datetime
from uuid import UUID

from tests.journeys.arrival import Arrival
from tests.journeys.crowd.names import LONG
from tests.world import FENGLIN
from xiachen.attendance.models.stand_ins import StandIn
from xiachen.attendance.operations.certificates import issue_certificate
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.attendance.operations.hours import HoursEntry, correct_hours
from xiachen.attendance.operations.injuries import InjuryEntry, record_injury, tick_step
from xiachen.attendance.operations.stand_ins import find_stand_in, need_no_stand_in
from xiachen.base.ids import uuid7
from xiachen.privacy.scope import Role


def certify(arrival: Arrival, member: UUID, now: datetime) -> UUID:
    """Certify what somebody with a long name has served."""
    liaison = arrival.world.scope(Role.LIAISON)
    return issue_certificate(liaison, member=member, day=arrival.day, at=now).pk


def let_be_unwell(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
    """Let five be unwell, fill one place, need no other, and correct somebody's hours twice."""
    worker, secretary = (
        arrival.world.scope(role) for role in (Role.COMMUNITY_WORKER, Role.SECRETARY)
    )
    said = [
        HealthEntry(id=uuid7(), community=FENGLIN, member=one, occurred_at=now, well=False)
        for one in people[:5]
    ]
    state_health(worker, entries=said, at=now)
    corrected = [
        HoursEntry(
            id=uuid7(),
            community=FENGLIN,
            member=people[10],
            day=arrival.day,
            minutes=minutes,
            reason=LONG[:60],
        )
        for minutes in (485, -30)
    ]
    correct_hours(secretary, entries=corrected, at=now)
    first, second, *_rest, last = StandIn.objects.order_by("pk")
    find_stand_in(secretary, place=first.pk, member=people[12], at=now)
    need_no_stand_in(secretary, place=second.pk, at=now)
    return last.pk


def let_be_hurt(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
    """Let two be hurt, and the first step be done for one of them."""
    worker = arrival.world.scope(Role.COMMUNITY_WORKER)
    hurt = [
        InjuryEntry(id=uuid7(), community=FENGLIN, member=one, occurred_at=now, happened=happened)
        for one, happened in ((people[20], "traffic"), (arrival.world.local, "fall"))
    ]
    record_injury(worker, entries=hurt, at=now)
    tick_step(worker, community=FENGLIN, injury=hurt[0].id, step="treatment", done=True, at=now)
    return hurt[0].id
