"""Backups and shares bring back what was lost, and nothing that was destroyed."""

import pytest

from tests.privacy.keyrings.incidents import ANOTHER, AT, EMERGENCY, INCIDENT
from xiachen.privacy.keyring import files
from xiachen.privacy.keyring.store import KeyDestroyed, KeyStore
from xiachen.privacy.sealing import Keyring, Tampered, WrongShares


def test_a_backup_brings_back_what_was_lost_and_only_that(store, tmp_path):
    lost, kept = (store.create(i, EMERGENCY, at=AT) for i in (INCIDENT, ANOTHER))
    assert store.backup(tmp_path / "copy", at=AT) == 2
    store.path(INCIDENT, EMERGENCY).unlink()
    outcome = store.restore(tmp_path / "copy", at=AT)
    assert outcome.brought == [store.path(INCIDENT, EMERGENCY).name]
    assert outcome.present == [store.path(ANOTHER, EMERGENCY).name]
    assert store.load(INCIDENT, EMERGENCY).id == lost.id
    assert store.load(ANOTHER, EMERGENCY).id == kept.id


def test_a_restore_brings_back_nothing_that_was_destroyed(store, tmp_path):
    store.create(INCIDENT, EMERGENCY, at=AT)
    store.backup(tmp_path / "copy", at=AT)
    store.destroy(INCIDENT, EMERGENCY, at=AT)
    outcome = store.restore(tmp_path / "copy", at=AT)
    assert outcome.destroyed == [store.path(INCIDENT, EMERGENCY).name]
    assert store.paths() == []


def test_a_file_put_back_by_hand_after_its_destruction_does_not_open(store, tmp_path, masters):
    store.create(INCIDENT, EMERGENCY, at=AT)
    path = store.path(INCIDENT, EMERGENCY)
    wrapped = path.read_bytes()
    store.destroy(INCIDENT, EMERGENCY, at=AT)
    files.write(path, wrapped)
    with pytest.raises(KeyDestroyed):
        store.load(INCIDENT, EMERGENCY)
    KeyStore(store.directory, masters)
    assert not path.exists()


def test_a_lost_list_of_the_destroyed_is_learnt_again_from_a_backup(store, tmp_path):
    store.create(INCIDENT, EMERGENCY, at=AT)
    store.backup(tmp_path / "older", at=AT)
    store.destroy(INCIDENT, EMERGENCY, at=AT)
    store.backup(tmp_path / "newer", at=AT)
    (store.directory / "destroyed").unlink()
    store.restore(tmp_path / "older", at=AT)
    assert store.load(INCIDENT, EMERGENCY)
    store.restore(tmp_path / "newer", at=AT)
    with pytest.raises(KeyDestroyed):
        store.load(INCIDENT, EMERGENCY)
    assert store.paths() == []


def test_a_damaged_backup_brings_back_nothing(store, tmp_path):
    for incident in (INCIDENT, ANOTHER):
        store.create(incident, EMERGENCY, at=AT)
    store.backup(tmp_path / "copy", at=AT)
    for path in store.paths():
        path.unlink()
    damaged = tmp_path / "copy" / store.path(ANOTHER, EMERGENCY).name
    files.write(damaged, damaged.read_bytes()[:-1] + b"\0")
    with pytest.raises(Tampered):
        store.restore(tmp_path / "copy", at=AT)
    assert store.paths() == []


def test_two_shares_recover_a_lost_keyring(store):
    keyring = store.create(INCIDENT, EMERGENCY, at=AT)
    shares = store.shares(INCIDENT, EMERGENCY, held_by="书记、街道、公证处", at=AT)
    store.path(INCIDENT, EMERGENCY).unlink()
    store.recover(INCIDENT, EMERGENCY, shares[1:], at=AT)
    assert store.load(INCIDENT, EMERGENCY).id == keyring.id


def test_shares_of_another_keyring_replace_nothing(store):
    keyring = store.create(INCIDENT, EMERGENCY, at=AT)
    with pytest.raises(WrongShares):
        store.recover(INCIDENT, EMERGENCY, Keyring.new(INCIDENT, EMERGENCY).split()[:2], at=AT)
    assert store.load(INCIDENT, EMERGENCY).id == keyring.id


def test_shares_do_not_bring_back_what_was_destroyed(store):
    store.create(INCIDENT, EMERGENCY, at=AT)
    shares = store.shares(INCIDENT, EMERGENCY, held_by="三方", at=AT)
    store.destroy(INCIDENT, EMERGENCY, at=AT)
    with pytest.raises(KeyDestroyed):
        store.recover(INCIDENT, EMERGENCY, shares[:2], at=AT)
    assert store.paths() == []
