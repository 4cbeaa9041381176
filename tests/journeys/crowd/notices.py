"""Notices that many have read and some not, and papers."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from tests.journeys.arrival import Arrival
from tests.journeys.crowd.names import LONG
from tests.world import FENGLIN
from xiachen.command.operations.declared import declare_figure
from xiachen.command.operations.supervision import Asked, issue_supervision
from xiachen.deployment.operations.briefings import write_briefing
from xiachen.mobilisation.operations.excuses import excuse
from xiachen.notices.models.notices import Delivery, How, Notice
from xiachen.notices.operations.documents import issue_document
from xiachen.notices.operations.notices import To, note_reading, remind, send_notice
from xiachen.privacy.scope import Role


def send_notices(arrival: Arrival, people: list[UUID], now: datetime) -> Notice:
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


def write_papers(arrival: Arrival, people: list[UUID], now: datetime) -> None:
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
