"""Marks beside writers: what is not yet committed when a bulletin is frozen never slips in."""

import threading
from datetime import timedelta

from django.db import connections, transaction
from django.utils import translation

from tests.attendance.town import clock_at, entry
from tests.command.first_day import NEXT_DAY, play
from tests.world import World
from xiachen.attendance.operations.check_ins import check_in
from xiachen.command.models import Bulletin
from xiachen.command.operations.bulletins import NothingHasChanged
from xiachen.command.queries.rows import Behind, rows_behind


def test_a_transaction_open_while_the_bulletin_froze_comes_late_and_not_into_it(
    committed_world: World,
) -> None:
    day = play(committed_world, signed=10, worked=10)
    written, go_on = threading.Event(), threading.Event()

    def sign_in_slowly() -> None:
        try:
            with transaction.atomic():
                check_in(
                    day.town.worker,
                    entries=[entry(day.town.people[10], clock_at(8, 20))],
                    at=clock_at(8, 45),
                )
                written.set()
                go_on.wait(60)
        finally:
            connections.close_all()

    slow = threading.Thread(target=sign_in_slowly)
    slow.start()
    assert written.wait(60)
    first = day.issue()
    go_on.set()
    slow.join(60)
    assert not slow.is_alive()
    present = first.figures.get(figure="attendance.present")
    opened = rows_behind(day.headquarters, Behind(code=present.figure, bulletin=first.pk))
    assert present.value == opened.count() == 10
    second = day.issue(at=NEXT_DAY + timedelta(minutes=1), reason="迟到的记录")
    frozen = second.figures.get(figure="attendance.present")
    assert (frozen.value, frozen.late) == (11, 1)
    assert opened.count() == 10


def test_two_who_issue_at_once_make_one_bulletin(committed_world: World) -> None:
    day = play(committed_world, signed=1, worked=0)
    outcomes: list[object] = []

    def issue() -> None:
        try:
            with translation.override("zh-hans"):
                outcomes.append(day.issue(reason="同时").revision)
        except NothingHasChanged as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    both = [threading.Thread(target=issue) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert sorted(map(str, outcomes)) == ["1", "command.nothing-has-changed"]
    assert Bulletin.objects.count() == 1
