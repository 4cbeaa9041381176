"""The unsent records of a phone that was given up, forwarded by another one."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.attendance.town import Town
from tests.sync.phones import Phone, now, phone_of
from tests.sync.test_push import own_check_in
from tests.world import SECRETARY
from xiachen.attendance.models.records import CheckIn
from xiachen.base import clock
from xiachen.privacy.envelopes import request_text
from xiachen.sync.api.encoding import to_b64
from xiachen.sync.models.receipts import Receipt


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


@pytest.fixture
def other(town: Town) -> Phone:
    return phone_of(town.secretary, town.world.members[SECRETARY])


def signed(phone: Phone, *events: dict[str, Any], stamp: int | None = None) -> dict[str, Any]:
    body = json.dumps(phone.frame(list(events)))
    stamp = now() if stamp is None else stamp
    text = request_text("/sync/v1/push", stamp, body.encode())
    return {"stamp": stamp, "signature": to_b64(phone.key.sign(text)), "body": body}


def file_of(phone: Phone, *pushes: dict[str, Any]) -> dict[str, Any]:
    return {"format": "xiachen-unsent-1", "device": str(phone.device), "pushes": list(pushes)}


def test_what_another_phone_forwards_is_its_authors(town: Town, phone: Phone, other: Phone) -> None:
    event = own_check_in(phone, town, at=clock.now() - timedelta(hours=2))
    file = file_of(phone, signed(phone, event))
    status, told = other.ask("handover", file)
    assert status == 200
    assert [one["outcome"] for one in told["pushes"][0]["outcomes"]] == ["accepted"]
    row = CheckIn.objects.get()
    assert row.recorded_by == town.local.account
    assert not row.by_proxy
    assert Receipt.objects.get().device == phone.device
    assert phone.outcomes(event) == [("already", "")]
    assert other.ask("handover", file)[1]["pushes"][0]["outcomes"][0]["outcome"] == "already"


def test_a_file_that_lay_about_tells_the_time_of_its_making(
    town: Town, phone: Phone, other: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = clock.now()
    wrong = 90 * 24 * 3600 * 1000  # the phone's clock was never right, and nobody told it
    event = own_check_in(
        phone, town, clock=now() - wrong - 60_000, offset=None, steady=None, contact=None
    )
    body = json.dumps(phone.frame([event], clock=now() - wrong))
    text = request_text("/sync/v1/push", now_is := now(), body.encode())
    push = {"stamp": now_is, "signature": to_b64(phone.key.sign(text)), "body": body}
    monkeypatch.setattr(clock, "now", lambda: made + timedelta(days=2))
    other.ask("handover", file_of(phone, push))
    assert abs(CheckIn.objects.get().occurred_at - (made - timedelta(minutes=1))).seconds < 3


def test_what_its_phone_did_not_sign_is_left_out(town: Town, phone: Phone, other: Phone) -> None:
    forged = {**signed(phone, own_check_in(phone, town)), "stamp": now() - 5000}
    good = signed(phone, own_check_in(phone, town))
    strange: list[Any] = [None, {"stamp": "x"}, {**good, "signature": "!"}]
    status, told = other.ask("handover", file_of(phone, forged, *strange, good))
    assert status == 200
    codes = [one.get("code") for one in told["pushes"]]
    assert codes == ["sync.bad-signature", *["sync.unreadable"] * 3, None]
    assert CheckIn.objects.count() == 1


def test_a_file_of_nobody_and_no_file(town: Town, phone: Phone, other: Phone) -> None:
    nobody = Phone(sealer=phone.sealer, enrolled=phone.enrolled)
    file = file_of(nobody, signed(nobody, own_check_in(nobody, town)))
    _, told = other.ask("handover", file)
    assert told["pushes"][0]["code"] == "sync.unknown-device"
    assert other.ask("handover", {"format": "else"})[1]["code"] == "sync.unreadable"
    assert other.ask("handover", file_of(phone, *[{}] * 51))[0] == 413
