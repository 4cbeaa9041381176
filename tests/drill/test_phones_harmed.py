"""Crashes, full disks, refusals and a bad network: the virtual phone loses nothing by them."""

import json
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.drill.paper import Paper, hash_as_the_contract_says
from tests.drill.street import HERE, NOW, Street, held_in_order, street
from xiachen.drill.phones import outbox, packs
from xiachen.drill.phones.clocks import MINUTE, PhoneClock, PlayedCourse
from xiachen.drill.phones.contact import Declined, Unheard
from xiachen.drill.phones.network import Answer, Network, NoAnswer, Request, Weather
from xiachen.drill.phones.phone import Phone
from xiachen.drill.phones.storage import Crashed, Storage, StorageFull


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_while_storing_stores_all_or_nothing(moment: str) -> None:
    place = street()
    place.record()

    def fail(when: str) -> None:
        if when == moment:
            raise Crashed(when)

    place.phone.storage.failing = fail
    assert place.phone.surviving(place.record) is None
    place.phone.storage.failing = None
    expected = 1 if moment == "before" else 2
    assert place.phone.enrolment(place.device).seq == expected
    assert place.phone.unsent(place.device) == expected
    place.record()
    assert place.phone.sync(place.device)
    assert held_in_order(place) == list(range(1, expected + 2))


def test_a_crash_between_answer_and_receipt_asks_again() -> None:
    place = street()
    items = place.record(2)

    def fail(when: str) -> None:
        raise Crashed(when)

    def crash_once_answered(request: Request) -> Answer | None:
        place.phone.storage.failing = fail
        return None

    place.paper.refusing = crash_once_answered
    assert place.phone.surviving(lambda: place.phone.sync(place.device)) is None
    place.phone.storage.failing = None
    place.paper.refusing = lambda _request: None
    assert place.phone.unsent(place.device) == 2
    assert len(place.paper.held) == 2
    assert place.phone.sync(place.device)
    assert place.ledger.acknowledged == set(items)


def test_an_enrolment_whose_answer_was_lost_is_asked_for_again_by_the_same_device() -> None:
    course, chance = PlayedCourse(NOW), random.Random(1)
    paper = Paper(course)
    network = Network(paper, chance, Weather(unheard=1))
    phone = Phone(storage=Storage(), clock=PhoneClock(course), door=network, chance=chance)
    with pytest.raises(Unheard):
        phone.enrol("welcome")
    phone.restart()
    network.weather = Weather()
    device = phone.enrol("welcome")
    assert list(paper.devices) == [str(device)]
    stranger = Phone(storage=Storage(), clock=PhoneClock(course), door=paper, chance=chance)
    with pytest.raises(Declined, match="token-used"):
        stranger.enrol("welcome")


def test_a_full_disk_records_nothing_and_gives_no_number() -> None:
    place = street()
    place.record()
    place.phone.storage.room = place.phone.storage.taken + 10
    with pytest.raises(StorageFull):
        place.record()
    assert place.phone.enrolment(place.device).seq == 1
    place.phone.storage.room = None
    place.record()
    assert place.phone.sync(place.device)
    assert held_in_order(place) == [1, 2]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, {}, b"<html>Welcome to the hotel</html>"),
        Answer(502, {}, b"Bad gateway"),
        Answer(200, {}, b"[]"),
        Answer(401, {}, b'{"code":"sync.unknown-device","words":""}'),
        Answer(400, {}, b'{"code":"sync.unreadable","words":""}'),
        Answer(426, {}, b'{"code":"sync.old-app","words":""}'),
    ],
)
def test_whatever_is_said_to_the_whole_request_the_outbox_stays(answer: Answer) -> None:
    place = street()
    place.record(2)
    place.paper.refusing = lambda _request: answer
    assert not place.phone.sync(place.device)
    assert place.phone.unsent(place.device) == 2
    assert place.ledger.acknowledged == set()
    place.paper.refusing = lambda _request: None
    place.wait(10 * MINUTE)
    assert place.phone.sync(place.device)


def test_a_revoked_phone_forgets_its_pack_and_never_its_outbox() -> None:
    place = street()
    docs = [{"id": "a", "kind": "person", "version": 1, "body": {}}]
    place.paper.parts = [part(docs, cursor=3)]
    place.phone.sync(place.device)
    assert packs.held(place.phone.storage, place.device, "me")
    place.record()

    def revoke(request: Request) -> Answer | None:
        pulls = request.path.endswith("/pull")
        return place.paper.refusal(403, "sync.revoked") if pulls else None

    place.paper.refusing = revoke
    place.paper.judging = lambda _event: {"outcome": "quarantined", "code": "sync.revoked"}
    place.phone.sync(place.device)
    assert packs.parts(place.phone.storage, place.device) == {}
    assert len(place.phone.storage.held.rows()) == 1


def part(docs: list[dict[str, Any]], *, cursor: int, **more: Any) -> dict[str, Any]:
    return {
        "part": "me",
        "cursor": cursor,
        "hash": hash_as_the_contract_says(docs),
        "rebuild": False,
        "docs": docs,
        "gone": [],
        **more,
    }


def test_a_pack_that_does_not_fit_is_read_anew_from_the_beginning() -> None:
    place = street()
    docs = [{"id": key, "kind": "person", "version": 1, "body": {}} for key in "abc"]
    place.paper.parts = [part(docs, cursor=3)]
    assert place.phone.pull(place.device)
    # The server says something that does not follow from what it sends.
    place.paper.parts = [part(docs[:2], cursor=4)]

    def mended(request: Request) -> Answer | None:
        if json.loads(request.body)["parts"]["me"]["cursor"] == 0:
            place.paper.parts = [part(docs[:2], cursor=4, rebuild=True)]
        return None

    place.paper.refusing = mended
    assert place.phone.pull(place.device)
    assert set(packs.held(place.phone.storage, place.device, "me")) == {"a", "b"}
    assert packs.parts(place.phone.storage, place.device)["me"].cursor == 4


def test_several_people_on_one_phone_have_numbers_and_outboxes_of_their_own() -> None:
    place = street()
    place.paper.tokens["second"] = ""
    other = place.phone.enrol("second")
    place.record(2)
    place.phone.record(other, "attendance.check-in", {}, community=HERE)
    assert place.phone.unsent(place.device) == 2
    assert place.phone.unsent(other) == 1
    place.phone.sync(other)
    assert (place.phone.unsent(place.device), place.phone.unsent(other)) == (2, 0)
    place.phone.sync(place.device)
    assert held_in_order(place) == [1, 1, 2]


def forgetful(place: Street) -> None:
    """Take a lost answer for an acknowledgement."""
    device = place.device
    events = outbox.waiting(place.phone.storage, device)
    outcomes = [{"id": str(one.id), "outcome": "accepted"} for one in events]
    told = {"epoch": "one", "outcomes": outcomes}
    outbox.settle(place.phone.line, place.phone.enrolment(device), told, place.ledger)


def careless(place: Street) -> None:
    """Empty the outbox."""
    with place.phone.storage.transaction():
        for item in place.phone.storage.outbox.rows():
            place.phone.storage.outbox.remove(item)


@pytest.mark.parametrize(("harm", "found"), [(forgetful, "lost"), (careless, "dropped")])
def test_the_ledger_finds_a_phone_that_loses(harm: Callable[[Street], None], found: str) -> None:
    place = street()
    place.record(2)
    place.phone.sync(place.device)
    items = set(place.record(2))
    harm(place)
    place.phone.sync(place.device)
    seen = place.ledger.verdict(map(UUID, place.paper.held))
    assert not seen.good
    assert getattr(seen, found) == items


def test_what_comes_late_and_twice_is_there_once() -> None:
    place = street()
    place.network.weather = Weather(late=0.5, doubled=0.5, unheard=0.3, cut=0.1)
    place.record(30)
    place.phone.batch = 3
    for _round in range(200):
        place.wait(10 * MINUTE)
        place.phone.sync(place.device)
    place.network.let_late_arrive()
    assert place.phone.unsent(place.device) == 0
    assert place.ledger.verdict(map(UUID, place.paper.held)).good


def test_the_network_is_the_same_for_the_same_seed() -> None:
    def heard(seed: int) -> list[bool]:
        network = Network(Paper(PlayedCourse(NOW)), random.Random(seed), Weather(offline=0.5))
        return [_is_heard(network) for _ in range(40)]

    assert heard(3) == heard(3)
    assert heard(3) != heard(4)


def _is_heard(network: Network) -> bool:
    try:
        network.send(Request("/sync/v1/push", {"X-Stamp": "0"}, b"{}"))
    except NoAnswer:
        return False
    return True
