"""Too much of everything: sixty people with long names, long titles, two revisions."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import UUID

from PIL import Image

from tests.journeys.arrival import Arrival
from tests.world import FENGLIN, WORKERS, ZISONG
from xiachen.attendance.models.stand_ins import StandIn
from xiachen.attendance.operations.certificates import issue_certificate
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.attendance.operations.hours import HoursEntry, correct_hours
from xiachen.attendance.operations.injuries import InjuryEntry, record_injury, tick_step
from xiachen.attendance.operations.signing import PlaceEntry, register_place
from xiachen.attendance.operations.stand_ins import find_stand_in, need_no_stand_in
from xiachen.attendance.operations.work import WorkEntry, record_work
from xiachen.attendance.queries.certificates import check_address
from xiachen.attendance.queries.signing import poster_of
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.command.operations.bulletins import issue_bulletin
from xiachen.command.operations.declared import declare_figure
from xiachen.command.operations.supervision import Asked, issue_supervision
from xiachen.deployment.operations.briefings import write_briefing
from xiachen.deployment.operations.moves import ask_move
from xiachen.deployment.operations.squads import form_squads
from xiachen.deployment.operations.strength import say_strength
from xiachen.deployment.operations.teams import add_members
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.mobilisation.operations.excuses import excuse
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.needs.operations.claims import claim_task, finish_task
from xiachen.needs.operations.tasks import confirm_task, issue_task
from xiachen.notices.models.notices import Delivery, How, Notice
from xiachen.notices.operations.documents import issue_document
from xiachen.notices.operations.notices import To, note_reading, remind, send_notice
from xiachen.notices.queries import links
from xiachen.papers.operations.photos import keep_photo
from xiachen.people.operations.appointments import appoint_grid_head
from xiachen.people.operations.branches import form_branch
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.places.operations.buildings import (
    BuildingEntry,
    HouseholdEntry,
    register_buildings,
    register_households,
)
from xiachen.places.operations.compounds import register_compound
from xiachen.privacy.classes import DataClass
from xiachen.privacy.scope import Role

# Fifteen characters each.
MORE = tuple(
    f"阿布都热合曼·艾合买提江{tens}{ones}儿"
    for tens in "甲乙丙丁戊"
    for ones in "子丑寅卯辰巳午未申酉"
)[:49]
LONG = (
    "关于协助居家老人、残疾人、孕产妇、透析患者和一线医护人员家属代购生活物资与药品并逐户送到门口"
    * 2
)


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
    people = _people(arrival, now)
    reported, signed = _presence(arrival, people, now)
    compound, building, household = _premises(arrival, now)
    branch = _organisation(arrival, people, now)
    task = _tasks(arrival, people, now)
    _papers(arrival, people, now)
    notice = _notices(arrival, people, now)
    headquarters = arrival.world.scope(Role.HEADQUARTERS)
    first = issue_bulletin(headquarters, division=420100000000, day=arrival.day, at=now)
    check_in(
        arrival.world.scope(Role.COMMUNITY_WORKER),
        entries=[_sign_in(people[48], now)],
        at=clock.now(),
    )
    second = issue_bulletin(
        headquarters, division=420100000000, day=arrival.day, at=clock.now(), reason=LONG[:100]
    )
    certificate = _certificate(arrival, people[10], now)
    return Crowd(
        arrival=arrival,
        people=people,
        branch=branch,
        task=task,
        work=_work(arrival, people, now),
        compound=compound,
        building=building,
        household=household,
        first=first.pk,
        second=second.pk,
        report_in=reported,
        check_in=signed,
        place=_place(arrival, people, now),
        move=_needed(arrival, now),
        notice=notice.pk,
        link=links.group_token(arrival.world.system, notice),
        injury=_hurt(arrival, people, now),
        empty_place=_unwell(arrival, people, now),
        certificate=certificate,
        certificate_link=check_address(arrival.world.system, certificate).rpartition("/")[2],
    )


def _certificate(arrival: Arrival, member: UUID, now: datetime) -> UUID:
    """Certify what somebody with a long name has served."""
    liaison = arrival.world.scope(Role.LIAISON)
    return issue_certificate(liaison, member=member, day=arrival.day, at=now).pk


def _unwell(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
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


def _hurt(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
    """Let two be hurt, and the first step be done for one of them."""
    worker = arrival.world.scope(Role.COMMUNITY_WORKER)
    hurt = [
        InjuryEntry(id=uuid7(), community=FENGLIN, member=one, occurred_at=now, happened=happened)
        for one, happened in ((people[20], "traffic"), (arrival.world.local, "fall"))
    ]
    record_injury(worker, entries=hurt, at=now)
    tick_step(worker, community=FENGLIN, injury=hurt[0].id, step="treatment", done=True, at=now)
    return hurt[0].id


def _needed(arrival: Arrival, now: datetime) -> UUID:
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


def _people(arrival: Arrival, now: datetime) -> list[UUID]:
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


def _notices(arrival: Arrival, people: list[UUID], now: datetime) -> Notice:
    world = arrival.world
    secretary = world.scope(Role.SECRETARY)
    for _n in range(3):
        made = send_notice(
            secretary,
            title=LONG[:80],
            body=f"{LONG}。\n{LONG}。",
            to=To(roles=["grid-head", "branch-secretary"], members=people),
            document=world.document.pk,
            until=now + timedelta(days=2),
            at=now,
        )
    for delivery in Delivery.objects.filter(notice=made).order_by("pk")[:20]:
        note_reading(world.system, delivery=delivery, how=How.LINK, at=now)
    remind(secretary, notice=made.pk, site="https://xiachen.example/notices/read/", at=now)
    return made


def _sign_in(member: UUID, now: datetime) -> CheckInEntry:
    return CheckInEntry(id=uuid7(), community=FENGLIN, member=member, occurred_at=now)


def _presence(arrival: Arrival, people: list[UUID], now: datetime) -> tuple[UUID, UUID]:
    worker = arrival.world.scope(Role.COMMUNITY_WORKER)
    entries = [
        ReportInEntry(id=uuid7(), community=FENGLIN, channel="unit", occurred_at=now, member=member)
        for member in people[:50]
    ]
    assert all(one.new for one in report_in(worker, entries=entries, at=now))
    signed = [_sign_in(member, now) for member in people[:45]]
    assert all(one.new for one in check_in(worker, entries=signed, at=now))
    return entries[0].id, signed[0].id


def _place(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
    """Let somebody sign in far from a place with a long name, and out by its poster."""
    secretary = arrival.world.scope(Role.SECRETARY)
    place = register_place(
        secretary,
        community=FENGLIN,
        entry=PlaceEntry(
            name="滨湖大道以东恒大名都一期北门物业服务中心大厅", latitude=30.6, longitude=114.3
        ),
        at=now,
    )
    poster = poster_of(secretary, place=place)
    far = replace(
        _sign_in(people[49], now), method="poster", place=place.pk, code=poster, near="far"
    )
    own = replace(secretary, member=people[49])
    assert check_in(own, entries=[far], at=now)[0].new
    return place.pk


def _premises(arrival: Arrival, now: datetime) -> tuple[UUID, UUID, UUID]:
    secretary = arrival.world.scope(Role.SECRETARY)
    compound = register_compound(
        secretary,
        community=FENGLIN,
        name="枫林上城国际花园滨湖新村东区二期还建房小区",
        kind="old",
        unmanaged=True,
        closed=True,
        gates=("南门", "东门", "北门临时通道", "地下车库出入口"),
        at=now,
    )
    building = BuildingEntry(
        compound=compound.pk, number="12栋", grid=arrival.world.grids[0].pk, floors=33, units=3
    )
    register_buildings(secretary, community=FENGLIN, entries=[building], at=now)
    doors = [
        HouseholdEntry(building=building.id, unit="1单元", door=f"{floor:02}0{door}")
        for floor in range(1, 34)
        for door in (1, 2)
    ]
    register_households(secretary, community=FENGLIN, entries=doors, at=now)
    return compound.pk, building.id, doors[0].id


def _organisation(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
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


def _tasks(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
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


def _work(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
    """Let forty people have done something that no task asked for."""
    worker = arrival.world.scope(Role.COMMUNITY_WORKER)
    stated = [
        WorkEntry(
            id=uuid7(),
            community=FENGLIN,
            member=member,
            kind="visit-to-the-elderly",
            occurred_at=now,
            persons_served=100_000,
            photo=uuid7(),
        )
        for member in people[:11] * 4
    ]
    drawn = BytesIO()
    Image.effect_noise((1200, 1600), 60).convert("RGB").save(drawn, "JPEG")
    keep_photo(
        worker,
        content=drawn.getvalue(),
        keyring=arrival.world.incident.pk,
        data_class=DataClass.EMERGENCY,
        purpose="attendance.work",
        id=stated[0].photo,
        at=now,
    )
    assert all(one.new for one in record_work(worker, entries=stated, at=now))
    return stated[0].id


def _papers(arrival: Arrival, people: list[UUID], now: datetime) -> None:
    world = arrival.world
    write_briefing(
        world.scope(Role.SECRETARY),
        community=FENGLIN,
        done_so_far=LONG,
        key_points=f"{LONG}\n{LONG}",
        difficulties=LONG,
    )
    issue_document(
        world.scope(Role.HEADQUARTERS),
        incident=world.incident.pk,
        kind="call",
        number="枫防指办发〔2020〕第118号",
        title=LONG[:100],
        issuers=[world.bureau.pk, world.city_bureau.pk],
        issued_on=arrival.day,
    )
    declare_figure(
        world.scope(Role.HEADQUARTERS),
        division=420100000000,
        name="确诊病例",
        value=Decimal(49426),
        unit="例",
        source="市新型冠状病毒感染的肺炎疫情防控指挥部医疗救治组",
        as_of=now,
        at=now,
    )
    for number in range(3):
        issue_supervision(
            world.scope(Role.HEADQUARTERS),
            asked=Asked(organisation=world.city_bureau.pk),
            title=LONG[number : number + 110],
            details=LONG,
            term=now + timedelta(hours=1 + number * 30),
            at=now,
        )
    excuse(
        world.scope(Role.LIAISON),
        member=people[9],
        reason="away",
        from_day=arrival.day,
        to_day=arrival.day,
        at=now,
    )
