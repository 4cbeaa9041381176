"""The virtual phone loses nothing, whatever is done to it; on a server of paper."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.drill.paper import MEMBER, Paper, hash_as_the_contract_says
from xiachen.drill.phones import outbox, packs
from xiachen.drill.phones.clocks import DAY, HOUR, MINUTE, SECOND, PhoneClock, PlayedCourse
from xiachen.drill.phones.contact import Declined, Unheard
from xiachen.drill.phones.ledger import Ledger
from xiachen.drill.phones.network import Answer, Network, NoAnswer, Request, Weather
from xiachen.drill.phones.phone import Phone
from xiachen.drill.phones.storage import Crashed, Storage, StorageFull

NOW = 1_583_020_800_000
HERE = 420111002044


@dataclass
class Street:
    """One phone, enrolled, before a server of paper."""

    course: PlayedCourse
    paper: Paper
    network: Network
    phone: Phone
    device: UUID
    ledger: Ledger

    def record(self, number: int = 1) -> list[UUID]:
        return [
            self.phone.record(self.device, "attendance.check-in", {"n": n}, community=HERE)
            for n in range(number)
        ]

    def wait(self, milliseconds: int) -> None:
        self.course.go_on(milliseconds)


def street(skew: int = 0, storage: Storage | None = None) -> Street:
    course, chance, ledger = PlayedCourse(NOW), random.Random(1), Ledger()
    paper = Paper(course)
    network = Network(paper, chance)
    phone = Phone(
        storage=storage or Storage(),
        clock=PhoneClock(course, skew),
        door=network,
        chance=chance,
        witness=ledger,
    )
    return Street(course, paper, network, phone, phone.enrol("welcome"), ledger)


def held_in_order(place: Street) -> list[int]:
    return sorted(event["seq"] for event in place.paper.held.values())


def test_what_is_recorded_arrives_once_and_becomes_a_receipt() -> None:
    place = street()
    items = place.record(120)
    assert place.phone.sync(place.device)
    assert held_in_order(place) == list(range(1, 121))
    assert {UUID(one) for one in place.paper.held} == set(items)
    assert place.phone.unsent(place.device) == 0
    assert set(place.phone.storage.receipts.rows()) == set(items)
    assert [len(said["events"]) for said in place.paper.asked if "events" in said] == [50, 50, 20]


@pytest.mark.parametrize("skew", [0, 400 * DAY, -400 * DAY])
def test_a_wrong_clock_costs_one_more_question(skew: int) -> None:
    place = street(skew)
    place.record()
    place.wait(7 * MINUTE)
    place.record()
    assert place.phone.sync(place.device)
    first, second = sorted(place.paper.held.values(), key=lambda event: event["seq"])
    # Both say when it was by the server's clock, however wrong the phone's own is.
    assert first["contact"] + first["steady"] == NOW
    assert second["contact"] + second["steady"] == NOW + 7 * MINUTE
    assert second["clock"] + second["offset"] == NOW + 7 * MINUTE
    assert second["clock"] == NOW + 7 * MINUTE + skew


def test_after_a_reload_the_steady_clock_is_not_offered_as_if_it_had_run_on() -> None:
    place = street(3 * HOUR)
    place.phone.restart()
    place.record()
    assert place.phone.sync(place.device)
    (event,) = place.paper.held.values()
    assert event["steady"] is None
    assert event["clock"] + event["offset"] == NOW


def test_an_answer_that_is_lost_leads_to_already_and_not_to_a_second_record() -> None:
    place = street()
    items = place.record(3)
    place.network.weather = Weather(unheard=1)
    assert not place.phone.sync(place.device)
    assert place.phone.unsent(place.device) == 3
    place.network.weather = Weather()
    assert not place.phone.sync(place.device), "it waits before it asks again"
    place.wait(5 * MINUTE)
    assert place.phone.sync(place.device)
    assert place.ledger.verdict(map(UUID, place.paper.held)).good
    assert place.ledger.acknowledged == set(items)


def test_a_batch_that_is_too_large_is_halved_until_it_fits() -> None:
    place = street()
    place.paper.largest = 7
    place.record(50)
    assert place.phone.sync(place.device)
    assert held_in_order(place) == list(range(1, 51))


@pytest.mark.parametrize(("status", "code"), [(429, "sync.too-fast"), (503, "sync.busy")])
def test_a_server_that_asks_to_wait_is_left_alone_so_long_and_up_to_twice(
    status: int, code: str
) -> None:
    waits = []
    for seed in range(30):
        place = street()
        place.phone.chance.seed(seed)
        place.record()
        place.paper.refusing = lambda _r, paper=place.paper: paper.refusal(  # type: ignore[misc]
            status, code, retry_after="20"
        )
        assert not place.phone.sync(place.device)
        waits.append(place.phone.line.quiet_until - place.phone.clock.steady())
        place.paper.refusing = lambda _request: None
        place.wait(19 * SECOND)
        assert not place.phone.sync(place.device)
        place.wait(22 * SECOND)
        assert place.phone.sync(place.device)
    assert all(20 * SECOND <= wait <= 40 * SECOND for wait in waits)
    assert max(waits) - min(waits) > 10 * SECOND, "they would all come back together"


def test_an_item_asked_to_wait_waits_alone() -> None:
    place = street()
    place.paper.judging = lambda event: (
        {"outcome": "retry", "after": 600} if event["seq"] == 1 else {"outcome": "accepted"}
    )
    place.record(3)
    assert place.phone.sync(place.device)
    assert held_in_order(place) == [2, 3]
    assert place.phone.unsent(place.device) == 1
    place.paper.judging = lambda _event: {"outcome": "accepted"}
    place.wait(9 * MINUTE)
    place.phone.sync(place.device)
    assert held_in_order(place) == [2, 3]
    place.wait(12 * MINUTE)
    place.phone.sync(place.device)
    assert held_in_order(place) == [1, 2, 3]


def test_a_clock_that_is_set_back_holds_nothing_for_years() -> None:
    place = street(400 * DAY)
    place.paper.judging = lambda _event: {"outcome": "retry", "after": 60}
    place.record()
    place.phone.sync(place.device)
    place.phone.clock.skew = 0
    place.paper.judging = lambda _event: {"outcome": "accepted"}
    assert place.phone.sync(place.device)
    assert held_in_order(place) == [1]


def test_what_is_held_back_is_kept_until_somebody_has_settled_it() -> None:
    place = street()
    place.paper.judging = lambda _event: {"outcome": "quarantined", "code": "sync.unknown-kind"}
    (item,) = place.record()
    place.phone.sync(place.device)
    assert place.phone.unsent(place.device) == 0
    assert place.phone.storage.held.rows()[item].code == "sync.unknown-kind"
    place.phone.sync(place.device)
    assert item in place.phone.storage.held.rows()
    place.paper.settled = [str(item)]
    place.phone.sync(place.device)
    assert place.phone.storage.held.rows() == {}
    assert item in place.phone.storage.receipts.rows()


def test_what_was_settled_is_offered_again_to_a_server_that_was_restored() -> None:
    place = street()
    place.paper.judging = lambda _event: {"outcome": "quarantined", "code": "sync.outside"}
    (item,) = place.record()
    place.phone.sync(place.device)
    place.paper.settled = [str(item)]
    place.phone.sync(place.device)
    place.paper.settled, place.paper.epoch = [], "two"
    place.paper.judging = lambda _event: {"outcome": "accepted"}
    place.phone.sync(place.device)
    assert list(place.paper.held) == [str(item)]


def test_a_device_that_a_restored_server_forgot_comes_in_again_by_a_new_link() -> None:
    place = street()
    items = place.record(3)
    place.phone.sync(place.device)
    place.record()
    place.paper.held.clear()
    place.paper.devices.clear()
    place.paper.tokens = {"new link": ""}
    place.paper.epoch = "two"
    assert not place.phone.sync(place.device)
    place.phone.enrol_again(place.device, "new link")
    assert place.paper.asked[-1]["member"] == str(MEMBER)
    place.phone.line.quiet_until = 0
    assert place.phone.sync(place.device)
    assert held_in_order(place) == [1, 2, 3, 4]
    assert {str(item) for item in items} < set(place.paper.held)


def test_receipts_stay_until_a_backup_holds_them_and_three_days_have_passed() -> None:
    place = street()
    place.record(2)
    place.phone.sync(place.device)
    place.wait(80 * HOUR)
    place.phone.sync(place.device)
    assert len(place.phone.storage.receipts.rows()) == 2, "no backup holds them"
    place.paper.durable_upto = 1
    place.phone.sync(place.device)
    assert [one.seq for one in place.phone.storage.receipts.rows().values()] == [2]
    place.record()
    place.paper.durable_upto = 3
    place.phone.sync(place.device)
    assert [one.seq for one in place.phone.storage.receipts.rows().values()] == [3], "too young"


def test_a_new_epoch_has_everything_offered_again() -> None:
    place = street()
    items = place.record(70)
    place.phone.sync(place.device)
    place.paper.held.clear()
    place.paper.epoch = "two"
    place.phone.sync(place.device)
    assert {UUID(one) for one in place.paper.held} == set(items)
    assert place.phone.unsent(place.device) == 0


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
