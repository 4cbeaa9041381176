"""The door of pulls: signed, bounded, and its answers."""

from typing import Any

import pytest

from tests.oracle import ORACLE
from tests.sync.holding import Holding
from tests.sync.phones import Phone, now, phone_of
from xiachen.privacy.scope import Role
from xiachen.sync.models.devices import Device
from xiachen.sync.rules.packs import state_hash


@pytest.fixture
def phone(holding: Holding) -> Phone:
    return phone_of(holding.world.scope(Role.LIAISON), holding.leader)


def pull(phone: Phone, parts: Any = None, **changed: Any) -> tuple[int, dict[str, Any]]:
    asked = {
        "app": "1.0.0",
        "clock": now(),
        "last": 0,
        "epoch": "",
        "parts": {} if parts is None else parts,
    }
    with ORACLE.revealing():
        return phone.ask("pull", asked | changed)


def test_a_phone_pulls_and_lacks_nothing(phone: Phone, holding: Holding) -> None:
    status, told = pull(phone, last=3)
    assert status == 200
    assert told["epoch"] == phone.enrolled["epoch"]
    assert {one["part"] for one in told["parts"]} == {"me", f"team:{holding.team}"}
    assert told["share"] and told["until"] > told["time"] and told["more"] is False
    for part in told["parts"]:
        assert part["rebuild"]
        assert part["hash"] == state_hash((one["id"], one["version"]) for one in part["docs"])
    assert Device.objects.get(pk=phone.device).last_reported == 3
    held = {one["part"]: {k: one[k] for k in ("cursor", "hash")} for one in told["parts"]}
    _status, again = pull(phone, held | {"team:gone": {"cursor": 4, "hash": "0" * 32}})
    assert [(one["docs"], one["gone"], one["rebuild"]) for one in again["parts"]] == [
        ([], [], False),
        ([], [], False),
    ]
    assert again["purge"] == ["team:gone"]


@pytest.mark.parametrize(
    "changed",
    [
        {"app": 1},
        {"last": -1},
        {"last": True},
        {"last": "3"},
        {"parts": []},
        {"parts": {"me": 1}},
        {"parts": {"me": {"cursor": 1.5, "hash": ""}}},
        {"parts": {"me": {"cursor": 2**53, "hash": ""}}},
        {"parts": {"me": {"cursor": 1, "hash": "g" * 32}}},
        {"parts": {"": {"cursor": 1, "hash": ""}}},
        {"parts": {"我": {"cursor": 1, "hash": ""}}},
        {"parts": {f"p{n}": {"cursor": 1, "hash": ""} for n in range(501)}},
    ],
)
def test_what_is_not_of_the_right_form_is_refused(phone: Phone, changed: dict[str, Any]) -> None:
    status, told = pull(phone, **changed)
    assert (status, told["code"]) == (400, "sync.unreadable")


def test_a_strange_name_of_an_app_is_no_error(phone: Phone) -> None:
    assert pull(phone, app="\ud800\0" + "1" * 40)[0] == 200


def test_a_phone_struck_off_gets_nothing(phone: Phone) -> None:
    Device.objects.filter(pk=phone.device).update(
        revoked_at="2020-03-01T00:00:00Z", revoked_by=phone.device
    )
    status, told = pull(phone)
    assert (status, told["code"]) == (403, "sync.revoked")
    assert "parts" not in told


def test_another_key_gets_nothing(phone: Phone) -> None:
    other = Phone(device=phone.device)
    status, told = pull(other)
    assert (status, told["code"]) == (401, "sync.bad-signature")
