"""The vectors of docs/sync-vectors.json, with which somebody tries another client."""

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from xiachen.attendance.rules.codes import code_at
from xiachen.privacy.envelopes import DeviceKey, Sealer, SealingKey, is_signed, request_text
from xiachen.sync.api.encoding import from_b64, to_b64
from xiachen.sync.rules.occurred import Told, moment_of, occurred

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "docs" / "sync-vectors.json").read_text("utf-8")
)


def private(written: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(from_b64(written), "big"), ec.SECP256R1())


def test_a_request_is_signed_over_this_text() -> None:
    told = VECTORS["request"]
    text = request_text(told["path"], told["stamp"], told["body"].encode())
    assert text == told["text"].encode()
    assert to_b64(DeviceKey(private(told["private"])).point) == told["point"]
    assert is_signed(from_b64(told["point"]), from_b64(told["signature"]), text)


def test_an_event_is_sealed_so() -> None:
    told = VECTORS["seal"]
    server = SealingKey(private(told["server_private"]))
    assert to_b64(server.point) == told["server_point"]
    sealer = Sealer(server.point, private(told["ephemeral_private"]))
    assert to_b64(sealer.ephemeral) == told["ephemeral_point"]
    opened = server.opener(sealer.ephemeral).open(
        from_b64(told["sealed"]),
        device=UUID(told["device"]),
        item=UUID(told["id"]),
        seq=told["seq"],
    )
    assert opened == told["plain"].encode()


def test_a_part_has_this_hash() -> None:
    told = VECTORS["hash"]
    lines = "".join(f"{name} {version}\n" for name, version in sorted(told["docs"]))
    assert sha256(lines.encode()).hexdigest()[:32] == told["hash"]


@pytest.mark.parametrize("told", VECTORS["occurred"], ids=lambda told: told["case"])
def test_an_event_happened_then(told: dict[str, Any]) -> None:
    when = occurred(
        Told(**told["event"]),
        batch_clock=told["batch_clock"],
        received=told["received"],
        enrolled=told["enrolled"],
    )
    assert when == (told["occurred"], told["certain"])


def test_a_place_shows_this_code() -> None:
    told = VECTORS["code"]
    secret, at = from_b64(told["secret"]), moment_of(told["at"])
    assert code_at(secret, at) == told["code"]
    assert code_at(secret, at + timedelta(seconds=29)) == told["code"]
    assert code_at(secret, at + timedelta(seconds=30)) != told["code"]
