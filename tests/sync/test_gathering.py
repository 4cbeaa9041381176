"""Many phones at once: one turn for all, and each hears of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from tests.attendance.town import arrive
from tests.sync.phones import Phone, phone_of
from tests.world import FENGLIN, SENT, ZISONG, World
from xiachen.attendance.models.records import CheckIn
from xiachen.base import clock
from xiachen.privacy.scope import system_scope
from xiachen.sync.api.gathering import Gathering
from xiachen.sync.api.reading import push_of
from xiachen.sync.models.receipts import Quarantined, Receipt
from xiachen.sync.operations.pushing import take_in
from xiachen.sync.queries.devices import known_devices
from xiachen.sync.queries.sealing_keys import sealing_key
from xiachen.sync.rules.protocol import TooBusy


def gathering(do: Callable[[Sequence[int]], Sequence[int]], **given: int) -> Gathering[int, int]:
    return Gathering(do, **{"most": 10, "longest": 1000, **given}, full=TooBusy)  # type: ignore[arg-type]


def asked_at_once(gathered: Gathering[int, int], asked: Sequence[int]) -> list[Any]:
    def ask(one: int) -> Any:
        try:
            return gathered.ask(one)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(asked)) as threads:
        return list(threads.map(ask, asked))


class Slow:
    """Doubles numbers; the first turn waits until everybody has asked."""

    def __init__(self) -> None:
        self.turns: list[int] = []
        self.go = threading.Event()

    def __call__(self, asked: Sequence[int]) -> list[int]:
        self.turns.append(len(asked))
        if len(self.turns) == 1:
            self.go.wait(0.3)
        if 13 in asked:
            raise ValueError("poison")
        return [2 * one for one in asked]


def test_what_comes_meanwhile_is_one_turn_and_everybody_gets_their_own() -> None:
    slow = Slow()
    assert asked_at_once(gathering(slow), range(12)) == [2 * one for one in range(12)]
    assert slow.turns[0] == 1
    assert len(slow.turns) <= 3
    assert max(slow.turns) == 10


def test_where_much_waits_a_second_turn_is_done_beside_the_first() -> None:
    together = threading.Barrier(2, timeout=20)
    turns: list[int] = []

    def do(asked: Sequence[int]) -> list[int]:
        turns.append(len(asked))
        if len(turns) <= 2:
            together.wait()  # neither ends before the other has begun
        return [2 * one for one in asked]

    found = asked_at_once(gathering(do, beside=4), range(12))
    assert found == [2 * one for one in range(12)]
    assert turns[:2] == [1, 4]


def test_what_is_little_waits_for_the_turn_that_is_done() -> None:
    slow = Slow()
    assert asked_at_once(gathering(slow, beside=100), range(12)) == [2 * n for n in range(12)]
    assert len(slow.turns) <= 3


def test_poison_fails_alone() -> None:
    found = asked_at_once(gathering(Slow()), range(10, 16))
    assert [one for one in found if not isinstance(one, ValueError)] == [20, 22, 24, 28, 30]


def test_more_than_can_wait_is_refused_with_a_time() -> None:
    found = asked_at_once(gathering(Slow(), most=2, longest=3), range(20, 40))
    assert sum(isinstance(one, TooBusy) for one in found) >= 10
    assert sum(isinstance(one, int) for one in found) >= 3


def test_a_turn_that_gave_way_is_done_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [2]

    def do(asked: Sequence[int]) -> list[int]:
        if left[0]:
            left[0] -= 1
            raise OperationalError("deadlock")
        return list(asked)

    assert asked_at_once(gathering(do), [1]) == [1]


def test_every_phone_is_taken_in_once_whatever_is_sent_twice(committed_world: World) -> None:
    town = arrive(committed_world)
    phones = [phone_of(town.secretary, member) for member in town.world.sent]
    events = {
        phone.device: [own(phone, member), work(phone, member), work(phone, member)]
        for phone, member in zip(phones, town.world.sent, strict=True)
    }

    def send(phone: Phone) -> list[str]:
        try:
            _, told = phone.push(*events[phone.device])
            return [one["outcome"] for one in told["outcomes"]]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(send, phones * 3))
    assert {one for outcomes in found for one in outcomes} <= {"accepted", "already"}
    assert sum(outcomes.count("accepted") for outcomes in found) == 30
    assert Receipt.objects.count() == 30
    assert CheckIn.objects.count() == len(SENT)
    connection.close()


def test_turns_over_the_same_places_in_another_order_do_not_wait_for_each_other(
    committed_world: World,
) -> None:
    town = arrive(committed_world)
    phones = [phone_of(town.secretary, member) for member in town.world.sent]
    known = known_devices(system_scope(), [phone.device for phone in phones])
    key = sealing_key(system_scope(), incident=town.incident)
    there, here = (ZISONG, FENGLIN), (FENGLIN, ZISONG)

    def turn(number: int) -> int:
        try:
            pushes = []
            for phone, member in zip(phones, town.world.sent, strict=True):
                first, second = there if number % 2 else here
                at = clock.now() - timedelta(minutes=number)
                made = [own(phone, member, community=first, at=at), work(phone, member, second)]
                content = phone.frame(made)
                pushes.append(push_of(content, device=known[phone.device], key=key))
            taken = take_in(system_scope(), pushes=pushes, at=clock.now())
            return sum(one.said == "accepted" for told in taken for one in told.verdicts)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(turn, range(8)))
    assert sum(found) == Receipt.objects.filter(code="").count()
    connection.close()


def test_two_processes_that_take_in_the_same_bad_record_keep_it_once(
    committed_world: World,
) -> None:
    town = arrive(committed_world)
    phone = phone_of(town.local, town.world.local)
    device = known_devices(system_scope(), [phone.device])[phone.device]
    key = sealing_key(system_scope(), incident=town.incident)
    content = phone.frame([phone.event("some.thing", {}, community=None) for _ in range(5)])

    def turn(_: int) -> list[str]:
        try:
            push = push_of(content, device=device, key=key)
            (taken,) = take_in(system_scope(), pushes=[push], at=clock.now())
            return [one.said for one in taken.verdicts]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(turn, range(6)))
    assert found == [["quarantined"] * 5] * 6
    assert Quarantined.objects.count() == 5
    connection.close()


def own(phone: Phone, member: object, **given: Any) -> dict[str, Any]:
    body = {"member": str(member), "method": "self", "near": "near"}
    return phone.event("attendance.check-in", body, **{"community": FENGLIN, **given})


def work(phone: Phone, member: object, community: int = FENGLIN) -> dict[str, Any]:
    body = {"member": str(member), "work": "patrol", "times": 1, "persons_served": 2}
    return phone.event("attendance.work", body, community=community)
