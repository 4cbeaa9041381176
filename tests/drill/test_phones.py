"""The virtual phone loses nothing, whatever is done to it; on a server of paper."""

from uuid import UUID

import pytest

from tests.drill.paper import MEMBER
from tests.drill.street import NOW, held_in_order, street
from xiachen.drill.phones.clocks import DAY, HOUR, MINUTE, SECOND
from xiachen.drill.phones.network import Weather


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
