"""Who has come, where they sign in, and what they did."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from uuid import UUID

from PIL import Image

from tests.journeys.arrival import Arrival
from tests.world import FENGLIN
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.signing import PlaceEntry, register_place
from xiachen.attendance.operations.work import WorkEntry, record_work
from xiachen.attendance.queries.signing import poster_of
from xiachen.base.ids import uuid7
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.papers.operations.photos import keep_photo
from xiachen.privacy.classes import DataClass
from xiachen.privacy.scope import Role


def sign_in(member: UUID, now: datetime) -> CheckInEntry:
    return CheckInEntry(id=uuid7(), community=FENGLIN, member=member, occurred_at=now)


def come(arrival: Arrival, people: list[UUID], now: datetime) -> tuple[UUID, UUID]:
    worker = arrival.world.scope(Role.COMMUNITY_WORKER)
    entries = [
        ReportInEntry(id=uuid7(), community=FENGLIN, channel="unit", occurred_at=now, member=member)
        for member in people[:50]
    ]
    assert all(one.new for one in report_in(worker, entries=entries, at=now))
    signed = [sign_in(member, now) for member in people[:45]]
    assert all(one.new for one in check_in(worker, entries=signed, at=now))
    return entries[0].id, signed[0].id


def set_up_place(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
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
        sign_in(people[49], now), method="poster", place=place.pk, code=poster, near="far"
    )
    own = replace(secretary, member=people[49])
    assert check_in(own, entries=[far], at=now)[0].new
    return place.pk


def state_work(arrival: Arrival, people: list[UUID], now: datetime) -> UUID:
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
