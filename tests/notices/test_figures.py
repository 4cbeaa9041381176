"""How many notices went out and were read, as of a cut-off, in a place."""

from dataclasses import replace
from datetime import timedelta

from tests.notices.post import notify
from tests.world import DAY, FENGLIN, LOCAL, MORNING, SENT, ZISONG, World
from xiachen.base.owned.models import CENTRE
from xiachen.command.queries.house import narrowed
from xiachen.figures.figure import Cutoff
from xiachen.notices.figures import DELIVERED, READ
from xiachen.notices.figures import SENT as SENT_FIGURE
from xiachen.notices.models.notices import Delivery, How
from xiachen.notices.operations.notices import To, note_reading
from xiachen.privacy.scope import Role


def cutoff(world: World, **other: object) -> Cutoff:
    whole = Cutoff(
        incident=world.incident.pk, day=DAY, occurred_until=MORNING + timedelta(hours=12)
    )
    return replace(whole, **other)  # type: ignore[arg-type]


def read(world: World, name: str, hour: int) -> int:
    delivery = Delivery.objects.get(member__name=name)
    note_reading(world.system, delivery=delivery, how=How.APP, at=MORNING + timedelta(hours=hour))
    return delivery.receipts.get().sequence


def test_what_was_sent_and_read_counts_in_its_place_until_its_time(world: World) -> None:
    notify(world)
    notify(world, title="通报", needs_receipt=False, to=To(members=world.sent[:2]))
    first = read_one = Delivery.objects.filter(member__name=LOCAL).get()
    note_reading(world.system, delivery=first, how=How.LINK, at=MORNING + timedelta(hours=1))
    mark = read_one.receipts.get().sequence
    scope = world.scope(Role.MOBILISER)
    whole = cutoff(world)
    assert [one.value(scope, whole) for one in (SENT_FIGURE, DELIVERED, READ)] == [2, 11, 1]
    assert READ.opened_missing(scope, whole).count() == 10
    early = cutoff(world, occurred_until=MORNING + timedelta(minutes=30))
    assert [one.value(scope, early) for one in (SENT_FIGURE, DELIVERED, READ)] == [2, 11, 0]
    frozen = cutoff(world, marks={CENTRE: mark - 1})
    assert READ.value(scope, frozen) == 0
    here, there = narrowed(scope, FENGLIN), narrowed(scope, ZISONG)
    assert [one.value(here, whole) for one in (SENT_FIGURE, DELIVERED, READ)] == [1, 1, 1]
    assert [one.value(there, whole) for one in (SENT_FIGURE, DELIVERED, READ)] == [0, 0, 0]


def test_opened_rows_name_people_as_the_role_may_name_them(world: World) -> None:
    notify(world, to=To(members=world.sent[:2]))
    rows = DELIVERED.opened(world.scope(Role.LIAISON), cutoff(world))
    page = DELIVERED.page(world.scope(Role.LIAISON), rows)
    assert {line[0] for line in page.lines} == set(SENT[:2])
    masked = DELIVERED.page(world.scope(Role.HEADQUARTERS), rows)
    assert not {line[0] for line in masked.lines} & set(SENT)
    outside = DELIVERED.opened(world.stranger, cutoff(world))
    assert not outside.exists()
