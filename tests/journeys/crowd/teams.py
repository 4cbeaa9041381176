"""Who is there, in which team and branch, with which tasks, and who is wanted where."""

from datetime import datetime, timedelta
from uuid import UUID

from tests.journeys.arrival import Arrival
from tests.journeys.crowd.names import LONG, MORE
from tests.world import FENGLIN, WORKERS, ZISONG
from xiachen.base.ids import uuid7
from xiachen.deployment.operations.moves import ask_move
from xiachen.deployment.operations.squads import form_squads
from xiachen.deployment.operations.strength import say_strength
from xiachen.deployment.operations.teams import add_members
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.needs.operations.claims import claim_task, finish_task
from xiachen.needs.operations.tasks import confirm_task, issue_task
from xiachen.people.operations.appointments import appoint_grid_head
from xiachen.people.operations.branches import form_branch
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.privacy.scope import Role


def want_people(arrival: Arrival, now: datetime) -> UUID:
    """Let Fenglin want fewer and Zisong more people than there are, and ask to move three."""
    street = arrival.world.scope(Role.STREET)
    for community, wanted in ((FENGLIN, 50), (ZISONG, 1200)):
        say_strength(
            street,
            community=community,
            wanted=wanted,
            from_day=arrival.day,
            words=LONG[:60],
            at=now,
        )
    asked = ask_move(
        street,
        team=arrival.team,
        giving=FENGLIN,
        receiving=ZISONG,
        people=3,
        from_day=arrival.day + timedelta(days=1),
        reason=LONG[:80],
        at=now,
    )
    return asked.pk


def bring_people(arrival: Arrival, now: datetime) -> list[UUID]:
    world = arrival.world
    entries = [
        MemberEntry(
            id=uuid7(),
            name=name,
            organisation=world.city_bureau.pk,
            party_organisation=world.committee.pk,
            party_standing="full",
            identities=("party-member", "public-servant", "staff"),
            invented=True,
        )
        for name in MORE
    ]
    assert all(one.new for one in enter_members(world.system, entries=entries, at=now))
    more = [entry.id for entry in entries]
    dispatch(
        world.scope(Role.ORGANISER),
        document=world.document.pk,
        organisation=world.city_bureau.pk,
        community=FENGLIN,
        members=more,
        sent_on=arrival.day,
        batch=2,
        at=now,
    )
    secretary = world.scope(Role.SECRETARY)
    join_on_the_spot(secretary, community=FENGLIN, member=world.local, occurred_at=now, at=now)
    return [*world.sent, *more, world.local]


def organise(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
    world = arrival.world
    organiser = world.scope(Role.ORGANISER)
    add_members(
        world.system, team=arrival.team, members=people[10:], from_day=arrival.day, post="member"
    )
    form_squads(
        organiser,
        community=FENGLIN,
        team=arrival.team,
        count=20,
        smallest=2,
        largest=4,
        at=now,
    )
    appoint_grid_head(
        world.scope(Role.SECRETARY),
        community=FENGLIN,
        grid=world.grids[0].pk,
        member=world.members[WORKERS[0]],
        from_day=arrival.day,
    )
    return form_branch(
        organiser,
        incident=world.incident.pk,
        name="省枫林观测局驻枫林上城社区疫情防控工作队临时党支部",
        approved_by=world.committee.pk,
        approved_on=arrival.day,
        members=people[:59],
        secretary=people[0],
        deputies=[people[1], people[10]],
    ).pk


def give_tasks(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
    secretary = arrival.world.scope(Role.SECRETARY)
    worker = arrival.world.scope(Role.COMMUNITY_WORKER)
    tasks = [
        issue_task(
            secretary,
            community=FENGLIN,
            kind="vehicles" if number < 3 else "patrol",
            title=f"{LONG}"[: 120 - number],
            grid=arrival.world.grids[number % 4].pk,
            people_wanted=12,
            at=now,
        )
        for number in range(30)
    ]
    for member in people[:12]:
        claim_task(worker, community=FENGLIN, task=tasks[0].pk, member=member, at=now)
        finish_task(worker, community=FENGLIN, task=tasks[0].pk, member=member, at=now)
    for member in people[10:13]:
        claim_task(worker, community=FENGLIN, task=tasks[1].pk, member=member, at=now)
    claim_task(worker, community=FENGLIN, task=tasks[2].pk, member=people[-1], at=now)
    confirm_task(secretary, community=FENGLIN, task=tasks[0].pk, at=now)
    return tasks[1].pk
