"""Too much of everything: sixty people with long names, long titles, two revisions."""

from dataclasses import dataclass
from uuid import UUID

from tests.journeys.arrival import Arrival
from tests.journeys.crowd.health import certify, let_be_hurt, let_be_unwell
from tests.journeys.crowd.names import LONG
from tests.journeys.crowd.notices import send_notices, write_papers
from tests.journeys.crowd.premises import build
from tests.journeys.crowd.presence import come, set_up_place, sign_in, state_work
from tests.journeys.crowd.teams import bring_people, give_tasks, organise, want_people
from xiachen.attendance.operations.check_ins import check_in
from xiachen.attendance.queries.certificates import check_address
from xiachen.base import clock
from xiachen.command.operations.bulletins import issue_bulletin
from xiachen.notices.queries import links
from xiachen.privacy.scope import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What the pages of a full day are reached by."""

    arrival: Arrival
    people: list[UUID]
    branch: UUID
    task: UUID
    work: UUID
    compound: UUID
    building: UUID
    household: UUID
    first: UUID
    second: UUID
    report_in: UUID
    check_in: UUID
    place: UUID
    move: UUID
    notice: UUID
    link: str
    injury: UUID
    empty_place: UUID
    certificate: UUID
    certificate_link: str


def fill(arrival: Arrival) -> Crowd:
    """Let sixty people have a full day."""
    now = clock.now()
    people = bring_people(arrival, now)
    reported, signed = come(arrival, people, now)
    compound, building, household = build(arrival, now)
    branch = organise(arrival, people, now)
    task = give_tasks(arrival, people, now)
    write_papers(arrival, people, now)
    notice = send_notices(arrival, people, now)
    headquarters = arrival.world.scope(Role.HEADQUARTERS)
    first = issue_bulletin(headquarters, division=420100000000, day=arrival.day, at=now)
    check_in(
        arrival.world.scope(Role.COMMUNITY_WORKER),
        entries=[sign_in(people[48], now)],
        at=clock.now(),
    )
    second = issue_bulletin(
        headquarters, division=420100000000, day=arrival.day, at=clock.now(), reason=LONG[:100]
    )
    certificate = certify(arrival, people[10], now)
    return Crowd(
        arrival=arrival,
        people=people,
        branch=branch,
        task=task,
        work=state_work(arrival, people, now),
        compound=compound,
        building=building,
        household=household,
        first=first.pk,
        second=second.pk,
        report_in=reported,
        check_in=signed,
        place=set_up_place(arrival, people, now),
        move=want_people(arrival, now),
        notice=notice.pk,
        link=links.group_token(arrival.world.system, notice),
        injury=let_be_hurt(arrival, people, now),
        empty_place=let_be_unwell(arrival, people, now),
        certificate=certificate,
        certificate_link=check_address(arrival.world.system, certificate).rpartition("/")[2],
    )
