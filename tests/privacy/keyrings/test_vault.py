"""The vault seals and opens with the keyrings of an installation, and notices what others did."""

import stat

import pytest

from tests.privacy.keyrings.incidents import AT, EMERGENCY, HERE, INCIDENT, REGISTER
from xiachen.privacy.keyring import vault
from xiachen.privacy.keyring.ledger import Destroyed
from xiachen.privacy.keyring.masters import (
    MasterMissing,
)
from xiachen.privacy.keyring.store import KeyDestroyed, KeyMissing, KeyStore
from xiachen.privacy.keyring.vault import Vault
from xiachen.privacy.sealing import WrongKey


@pytest.fixture
def installation(settings, tmp_path):
    settings.KEY_DIRECTORY = tmp_path / "keys"
    settings.MASTER_KEY_FILE = tmp_path / "own" / "master.key"
    return settings


def test_the_first_start_makes_the_keys_and_the_next_one_uses_them(installation):
    first = vault.vault()
    first.create(INCIDENT, at=AT)
    sealed = first.seal(INCIDENT, REGISTER, {"name": "王芳"}, **HERE)
    vault._vault.cache_clear()
    second = vault.vault()
    assert second is not first
    assert second.open(INCIDENT, REGISTER, sealed, **HERE) == {"name": "王芳"}
    assert stat.S_IMODE(installation.MASTER_KEY_FILE.stat().st_mode) == 0o600


def test_a_missing_master_key_is_not_replaced_while_there_are_keyrings(installation):
    vault.vault().create(INCIDENT, at=AT)
    installation.MASTER_KEY_FILE.unlink()
    vault._vault.cache_clear()
    with pytest.raises(MasterMissing):
        vault.vault()
    assert not installation.MASTER_KEY_FILE.exists()


def test_classes_do_not_open_each_others_values(store):
    keys = Vault(store)
    keys.create(INCIDENT, at=AT)
    sealed = keys.seal(INCIDENT, REGISTER, {"name": "王芳"}, **HERE)
    with pytest.raises(WrongKey):
        keys.open(INCIDENT, EMERGENCY, sealed, **HERE)


def test_nothing_is_sealed_for_an_incident_without_keys(store):
    with pytest.raises(KeyMissing):
        Vault(store).seal(INCIDENT, REGISTER, {"name": "王芳"}, **HERE)


def test_an_index_is_the_same_in_every_process(store, masters):
    one, other = Vault(store), Vault(KeyStore(store.directory, masters))
    one.create(INCIDENT, at=AT)
    first, second = (
        keys.blind_index(INCIDENT, REGISTER, field="phone", value="13812345678")
        for keys in (one, other)
    )
    assert first == second


def test_a_keyring_destroyed_here_is_refused_at_once(store):
    keys = Vault(store)
    keys.create(INCIDENT, at=AT)
    sealed = keys.seal(INCIDENT, EMERGENCY, {"name": "王芳"}, **HERE)
    keys.destroy(INCIDENT, EMERGENCY, at=AT)
    with pytest.raises(KeyDestroyed):
        keys.open(INCIDENT, EMERGENCY, sealed, **HERE)


def test_a_keyring_destroyed_by_another_process_is_noticed(store, masters, monkeypatch):
    monkeypatch.setattr(vault, "LOOK_AGAIN_SECONDS", 0.0)
    mine, theirs = Vault(store), Vault(KeyStore(store.directory, masters))
    mine.create(INCIDENT, at=AT)
    sealed = mine.seal(INCIDENT, EMERGENCY, {"name": "王芳"}, **HERE)
    theirs.destroy(INCIDENT, EMERGENCY, at=AT)
    with pytest.raises(KeyDestroyed):
        mine.open(INCIDENT, EMERGENCY, sealed, **HERE)
    assert (INCIDENT, EMERGENCY) not in mine._opened


def test_a_keyring_held_open_keeps_its_derived_keys(store, monkeypatch):
    monkeypatch.setattr(vault, "LOOK_AGAIN_SECONDS", 0.0)
    keys = Vault(store)
    keys.create(INCIDENT, at=AT)
    assert keys.keyring(INCIDENT, REGISTER) is keys.keyring(INCIDENT, REGISTER)


def test_a_keyring_marked_destroyed_is_refused_even_while_its_file_lies_there(store, monkeypatch):
    monkeypatch.setattr(vault, "LOOK_AGAIN_SECONDS", 0.0)
    keys = Vault(store)
    keys.create(INCIDENT, at=AT)
    keyring = keys.keyring(INCIDENT, EMERGENCY)
    store.ledger.destroy(Destroyed(keyring.id.hex(), INCIDENT, EMERGENCY, AT))
    with pytest.raises(KeyDestroyed):
        keys.keyring(INCIDENT, EMERGENCY)


def test_a_master_key_rotated_by_another_process_disturbs_nobody(store, masters, monkeypatch):
    monkeypatch.setattr(vault, "LOOK_AGAIN_SECONDS", 0.0)
    keys = Vault(store)
    keys.create(INCIDENT, at=AT)
    sealed = keys.seal(INCIDENT, EMERGENCY, {"name": "王芳"}, **HERE)
    masters.rotate(KeyStore(store.directory, masters).rewrap)
    assert keys.open(INCIDENT, EMERGENCY, sealed, **HERE) == {"name": "王芳"}
