"""Phones that pull while others write: nothing is passed over, and nothing goes back."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from tests.sync.holding import NOON, Holding, Phone, make_holding
from tests.world import FENGLIN, WORKERS, World
from xiachen.base.ids import uuid7
from xiachen.people.models.residents import Resident
from xiachen.people.operations.residents import ResidentEntry, register_residents
from xiachen.sync.operations import packs


@pytest.fixture
def holding(committed_world: World) -> Holding:
    return make_holding(committed_world)


def move_in(holding: Holding, name: str) -> None:
    """Register somebody behind the first door of the grid."""
    entry = ResidentEntry(id=uuid7(), household=holding.doors[0], name=name)
    (outcome,) = register_residents(
        holding.town.worker, community=FENGLIN, entries=[entry], at=NOON
    )
    assert outcome.new


def beside(work: Callable[[], Any]) -> Any:
    """Do something on a connection of its own, and wait for it."""

    def done() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as one:
        return one.submit(done).result(timeout=30)


def residents(phone: Phone) -> set[str]:
    return {str(one["name"]) for one in phone.bodies("resident")}


def test_what_is_committed_after_a_pull_comes_with_the_next(holding: Holding) -> None:
    phone, other = holding.head, holding.head
    phone.pull()
    written, pulled = threading.Event(), threading.Event()

    def slow_writer() -> None:
        try:
            with transaction.atomic():
                move_in(holding, "沈晚照")
                written.set()
                assert pulled.wait(30)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert written.wait(30)
    # Somebody else's change, committed before, gives numbers past the one that is still open.
    beside(lambda: move_in(holding, "韩先至"))
    phone.pull()
    other.pull()
    assert "韩先至" in residents(phone) and "沈晚照" not in residents(phone)
    passed = dict(phone.cursors)
    pulled.set()
    writer.join(30)
    assert phone.cursors == passed
    for one in (phone, other):
        one.pull()
        assert {"韩先至", "沈晚照"} <= residents(one)


def test_numbers_are_not_given_to_what_was_read_before_others_gave_theirs(
    holding: Holding, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = holding.head, holding.head
    slow.pull()
    quick.pull()
    move_in(holding, "杨初见")
    locked = packs._locked
    times: list[bool] = []

    def late(*given: Any) -> Any:
        if not times:
            times.append(True)

            def meanwhile() -> None:
                move_in(holding, "朱后来")
                quick.pull()

            beside(meanwhile)
        return locked(*given)

    monkeypatch.setattr(packs, "_locked", late)
    slow.pull()
    assert times
    assert {"杨初见", "朱后来"} <= residents(quick)
    assert {"杨初见", "朱后来"} <= residents(slow)
    grid = f"grid:{FENGLIN}:{holding.grid}"
    assert (slow.cursors[grid], slow.hash(grid)) == (quick.cursors[grid], quick.hash(grid))


def test_all_phones_agree_after_the_last_pull(holding: Holding) -> None:
    phones = [holding.phone(holding.world.members[WORKERS[1]]) for _ in range(3)]
    over = threading.Event()
    grid = f"grid:{FENGLIN}:{holding.grid}"

    def write(names: str) -> None:
        try:
            for sign in names:
                move_in(holding, f"秦{sign}")
        finally:
            connections.close_all()

    def keep_pulling(phone: Phone) -> None:
        last = 0
        try:
            while not over.is_set():
                phone.pull()
                assert phone.cursors[grid] >= last
                last = phone.cursors[grid]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as threads:
        pulling = [threads.submit(keep_pulling, phone) for phone in phones]
        writing = [threads.submit(write, names) for names in ("甲乙丙丁戊己庚", "子丑寅卯辰巳午")]
        for one in writing:
            one.result(timeout=60)
        over.set()
        for one in pulling:
            one.result(timeout=60)
    for phone in phones:
        phone.pull()
    fresh = holding.head
    fresh.pull()
    assert len({phone.hash(grid) for phone in (*phones, fresh)}) == 1
    ids = {
        str(pk)
        for pk in Resident.objects.filter(household__in=holding.doors[:2]).values_list(
            "pk", flat=True
        )
    }
    assert len(ids) == 17
    assert ids <= fresh.parts[grid].keys()
