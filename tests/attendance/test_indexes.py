"""A day's records are found by index, however many days and communities there are."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg

from tests.attendance.town import clock_at
from tests.world import DAY, World
from xiachen.attendance.models.records import CheckIn, WorkRecord
from xiachen.attendance.queries.records import check_ins, end_of, seen_anywhere, works
from xiachen.base.ids import uuid7
from xiachen.places.models import Community
from xiachen.privacy.scope import Role


def fill(world: World) -> None:
    """Sign people in and let them work in 60 communities on 20 days."""
    places = list(Community.objects.order_by("pk").values_list("pk", flat=True)[:60])
    checked, worked = [], []
    for place in [*places, world.fenglin.pk]:
        for number in range(20):
            common = {
                "community_id": place,
                "incident": world.incident,
                "member": uuid4(),
                "day": DAY + timedelta(days=number),
                "sequence": number,
                "occurred_at": clock_at(8, 12),
                "received_at": clock_at(8, 12),
                "recorded_by": uuid4(),
            }
            checked.append(CheckIn(id=uuid7(), deadline=clock_at(8, 30), **common))
            worked.append(WorkRecord(id=uuid7(), kind="patrol", task=uuid4(), **common))
    CheckIn.objects.bulk_create(checked)
    WorkRecord.objects.bulk_create(worked)


def test_a_days_sign_ins_and_work_are_read_by_the_index_of_the_day(
    committed_world: World, owner_dsn: str
) -> None:
    fill(committed_world)
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("analyze attendance_checkin, attendance_workrecord")
    scope = replace(committed_world.scope(Role.SECRETARY), members=frozenset())
    cutoff = end_of(scope, DAY)
    assert "check_in_day" in check_ins(scope, cutoff).explain()
    assert "work_record_day" in works(scope, cutoff).explain()
    seen = seen_anywhere(scope, cutoff, members=[uuid4(), uuid4()])
    assert "check_in_person" in seen.explain()
