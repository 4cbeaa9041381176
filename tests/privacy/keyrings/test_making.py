"""Keyrings are made once, kept private and missed when they are lost."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.privacy.keyrings.incidents import ANOTHER, AT, EMERGENCY, INCIDENT, REGISTER
from xiachen.privacy.keyring.files import UnsafeKeyFile
from xiachen.privacy.keyring.store import KeyMissing, KeyStore
from xiachen.privacy.sealing import Tampered


def test_a_keyring_is_made_once_and_opened_again(store, masters):
    keyring = store.create(INCIDENT, EMERGENCY, at=AT)
    assert store.create(INCIDENT, EMERGENCY, at=AT).id == keyring.id
    assert KeyStore(store.directory, masters).load(INCIDENT, EMERGENCY).id == keyring.id


def test_each_incident_and_class_has_keys_of_its_own(store):
    pairs = [(i, c) for i in (INCIDENT, ANOTHER) for c in (EMERGENCY, REGISTER)]
    assert len({store.create(*pair, at=AT).id for pair in pairs}) == 4


def test_several_processes_make_the_same_keyring_at_once(store, masters):
    def make(_):
        return KeyStore(store.directory, masters).create(INCIDENT, EMERGENCY, at=AT).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(make, range(16)))) == 1


def test_all_files_are_private(store, masters, tmp_path):
    store.create(INCIDENT, EMERGENCY, at=AT)
    store.backup(tmp_path / "copy", at=AT)
    store.destroy(INCIDENT, EMERGENCY, at=AT)
    found = [*store.directory.iterdir(), *(tmp_path / "copy").iterdir(), masters.path]
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
    assert stat.S_IMODE(store.directory.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_keyring_or_master_key_open_to_others_is_refused(store, masters, mode):
    store.create(INCIDENT, EMERGENCY, at=AT)
    for path in (store.path(INCIDENT, EMERGENCY), masters.path):
        path.chmod(mode)
        with pytest.raises(UnsafeKeyFile):
            store.load(INCIDENT, EMERGENCY)
        path.chmod(0o600)
    assert store.load(INCIDENT, EMERGENCY)


def test_a_directory_in_which_others_write_is_refused(store, masters):
    store.directory.chmod(0o770)
    with pytest.raises(UnsafeKeyFile):
        KeyStore(store.directory, masters)


def test_a_keyring_under_another_name_does_not_open(store):
    store.create(INCIDENT, EMERGENCY, at=AT)
    os.rename(store.path(INCIDENT, EMERGENCY), store.path(ANOTHER, EMERGENCY))
    with pytest.raises(Tampered):
        store.load(ANOTHER, EMERGENCY)


def test_a_lost_keyring_is_reported_and_not_made_anew(store):
    store.create(INCIDENT, EMERGENCY, at=AT)
    store.path(INCIDENT, EMERGENCY).unlink()
    with pytest.raises(KeyMissing):
        store.load(INCIDENT, EMERGENCY)
    with pytest.raises(KeyMissing):
        store.create(INCIDENT, EMERGENCY, at=AT)


def test_a_keyring_made_before_a_power_cut_took_the_note_still_counts(store):
    keyring = store.create(INCIDENT, EMERGENCY, at=AT)
    (store.directory / "ledger").unlink()
    assert store.create(INCIDENT, EMERGENCY, at=AT).id == keyring.id
    store.destroy(INCIDENT, EMERGENCY, at=AT)
    assert [gone.key for gone in store.ledger.destroyed()] == [keyring.id.hex()]
