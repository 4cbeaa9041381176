"""What phones sign and seal, and what the server makes of it."""

from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from xiachen.privacy.classes import DataClass
from xiachen.privacy.envelopes import (
    DeviceKey,
    NoPoint,
    Sealer,
    SealingKey,
    is_signed,
    request_text,
)
from xiachen.privacy.sealing import Keyring, Tampered

KEYRING = Keyring(UUID(int=7), DataClass.SERVICE, bytes(range(32)))
SERVER = SealingKey.of(KEYRING)
DEVICE, ITEM = UUID(int=1), UUID(int=2)


@given(st.binary(max_size=300), st.integers(1, 2**63 - 1))
def test_the_server_opens_what_a_phone_has_sealed(plain: bytes, seq: int) -> None:
    sealer = Sealer(SERVER.point)
    sealed = sealer.seal(plain, device=DEVICE, item=ITEM, seq=seq)
    opened = SERVER.opener(sealer.ephemeral).open(sealed, device=DEVICE, item=ITEM, seq=seq)
    assert opened == plain


@pytest.mark.parametrize(
    "moved",
    [{"device": UUID(int=9)}, {"item": UUID(int=9)}, {"seq": 2}],
    ids=["to another device", "to another id", "to another place in the order"],
)
def test_what_was_moved_does_not_open(moved: dict[str, object]) -> None:
    sealer = Sealer(SERVER.point)
    where: dict[str, object] = {"device": DEVICE, "item": ITEM, "seq": 1}
    sealed = sealer.seal(b"{}", **where)  # type: ignore[arg-type]
    with pytest.raises(Tampered):
        SERVER.opener(sealer.ephemeral).open(sealed, **{**where, **moved})  # type: ignore[arg-type]


def test_what_was_sealed_to_another_incident_does_not_open() -> None:
    other = SealingKey.of(Keyring(UUID(int=8), DataClass.SERVICE, bytes(range(32))))
    sealer = Sealer(other.point)
    sealed = sealer.seal(b"{}", device=DEVICE, item=ITEM, seq=1)
    with pytest.raises(Tampered):
        SERVER.opener(sealer.ephemeral).open(sealed, device=DEVICE, item=ITEM, seq=1)


@given(st.binary(max_size=60))
def test_rubbish_does_not_open(rubbish: bytes) -> None:
    sealer = Sealer(SERVER.point)
    with pytest.raises(Tampered):
        SERVER.opener(sealer.ephemeral).open(rubbish, device=DEVICE, item=ITEM, seq=1)


def test_a_keyring_always_leads_to_the_same_key() -> None:
    assert SealingKey.of(KEYRING).point == SERVER.point


def test_a_signature_holds_for_its_path_its_time_and_its_body_alone() -> None:
    key = DeviceKey.new()
    signature = key.sign(request_text("/sync/v1/push", 5, b"{}"))
    assert is_signed(key.point, signature, request_text("/sync/v1/push", 5, b"{}"))
    for other in (
        request_text("/sync/v1/pull", 5, b"{}"),
        request_text("/sync/v1/push", 6, b"{}"),
        request_text("/sync/v1/push", 5, b"[]"),
    ):
        assert not is_signed(key.point, signature, other)
    assert not is_signed(DeviceKey.new().point, signature, request_text("/sync/v1/push", 5, b"{}"))


@given(st.binary(max_size=80))
def test_no_rubbish_is_a_signature(rubbish: bytes) -> None:
    assert not is_signed(SERVER.point, rubbish, b"text")


@given(st.binary(max_size=80))
def test_rubbish_is_no_key(rubbish: bytes) -> None:
    with pytest.raises(NoPoint):
        Sealer(rubbish)


def test_an_app_seals_with_one_key_until_it_is_closed() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    sealer = Sealer(SERVER.point, private)
    first = sealer.seal(b"one", device=DEVICE, item=uuid4(), seq=1)
    second = sealer.seal(b"one", device=DEVICE, item=uuid4(), seq=1)
    assert first != second
