"""Keyrings are made, copied, recovered and destroyed; a power cut leaves nothing half done."""

import os
import resource
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest

from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring import files, vault
from xiachen.privacy.keyring.files import UnsafeKeyFile
from xiachen.privacy.keyring.ledger import Copy, Destroyed
from xiachen.privacy.keyring.masters import (
    MasterFile,
    MasterMissing,
    WrongPassphrase,
    passphrase,
)
from xiachen.privacy.keyring.store import KeyDestroyed, KeyMissing, KeyStore
from xiachen.privacy.keyring.vault import Vault
from xiachen.privacy.sealing import Keyring, Tampered, WrongKey, WrongShares

INCIDENT, ANOTHER = UUID(int=1), UUID(int=2)
EMERGENCY, REGISTER = DataClass.EMERGENCY, DataClass.REGISTER
AT = datetime(2020, 2, 20, 8, 0, tzinfo=UTC)
HERE = {
    "table": "people_resident",
    "column": "sealed",
    "community": 420106001001,
    "row": UUID(int=7),
}


@pytest.fixture
def masters(tmp_path):
    masters = MasterFile(tmp_path / "master.key")
    masters.make()
    return masters


@pytest.fixture
def store(tmp_path, masters):
    return KeyStore(tmp_path / "keys", masters)


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


# Destroying


def test_a_destroyed_keyring_is_gone_and_never_made_again(store):
    keyring = store.create(INCIDENT, EMERGENCY, at=AT)
    assert store.destroy(INCIDENT, EMERGENCY, at=AT) == []
    assert store.paths() == []
    assert store.ledger.destroyed() == [Destroyed(keyring.id.hex(), INCIDENT, EMERGENCY, AT)]
    with pytest.raises(KeyDestroyed):
        store.load(INCIDENT, EMERGENCY)
    with pytest.raises(KeyDestroyed):
        store.create(INCIDENT, EMERGENCY, at=AT)


def test_destroying_one_class_leaves_the_others(store):
    store.create(INCIDENT, EMERGENCY, at=AT)
    store.create(INCIDENT, REGISTER, at=AT)
    store.destroy(INCIDENT, EMERGENCY, at=AT)
    assert store.load(INCIDENT, REGISTER)


def test_destroying_names_every_copy_that_is_still_there(store, tmp_path):
    store.create(INCIDENT, EMERGENCY, at=AT)
    for name in ("monday", "tuesday"):
        store.backup(tmp_path / name, at=AT)
    store.shares(INCIDENT, EMERGENCY, held_by="书记、街道、公证处", at=AT)
    store.create(ANOTHER, EMERGENCY, at=AT)
    store.shares(ANOTHER, EMERGENCY, held_by="somebody else", at=AT)
    store.copy_removed(str(tmp_path / "monday"), at=AT)
    expected = [
        Copy("backup", str(tmp_path / "tuesday"), AT),
        Copy("shares", "书记、街道、公证处", AT),
    ]
    assert store.copies(INCIDENT, EMERGENCY) == expected
    assert store.destroy(INCIDENT, EMERGENCY, at=AT) == expected


def test_destroying_twice_says_the_same_and_lists_it_once(store, tmp_path):
    store.create(INCIDENT, EMERGENCY, at=AT)
    store.backup(tmp_path / "copy", at=AT)
    first = store.destroy(INCIDENT, EMERGENCY, at=AT)
    assert store.destroy(INCIDENT, EMERGENCY, at=AT) == first
    assert len(store.ledger.destroyed()) == 1


def test_what_never_was_is_not_destroyed(store):
    with pytest.raises(KeyMissing):
        store.destroy(INCIDENT, EMERGENCY, at=AT)


def test_a_lost_keyring_can_still_be_destroyed(store):
    keyring = store.create(INCIDENT, EMERGENCY, at=AT)
    store.path(INCIDENT, EMERGENCY).unlink()
    store.destroy(INCIDENT, EMERGENCY, at=AT)
    assert store.ledger.destroyed()[0].key == keyring.id.hex()


def test_a_destruction_cut_off_after_the_list_is_finished_at_the_next_start(store, masters):
    keyring = store.create(INCIDENT, EMERGENCY, at=AT)
    store.ledger.destroy(Destroyed(keyring.id.hex(), INCIDENT, EMERGENCY, AT))
    with pytest.raises(KeyDestroyed):
        store.load(INCIDENT, EMERGENCY)
    assert KeyStore(store.directory, masters).paths() == []


def test_half_a_line_from_a_power_cut_hides_no_later_line(store):
    keyring = store.create(INCIDENT, EMERGENCY, at=AT)
    listed = store.directory / "destroyed"
    files.append(listed, "x")
    listed.write_text('{"key": "12', encoding="utf-8")
    store.destroy(INCIDENT, EMERGENCY, at=AT)
    assert [gone.key for gone in store.ledger.destroyed()] == [keyring.id.hex()]


def test_a_full_disk_leaves_the_old_content(tmp_path):
    path = tmp_path / "file"
    files.write(path, b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            files.write(path, b"new content")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["file"]


# Copies


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


# The master key


def test_rotating_the_master_key_rewraps_every_keyring(store, masters):
    ids = [store.create(incident, EMERGENCY, at=AT).id for incident in (INCIDENT, ANOTHER)]
    before, wrapped = masters()[0], [path.read_bytes() for path in store.paths()]
    assert masters.rotate(store.rewrap) == 2
    [after] = masters()
    assert after.id != before.id
    assert [store.load(incident, EMERGENCY).id for incident in (INCIDENT, ANOTHER)] == ids
    assert not set(wrapped) & {path.read_bytes() for path in store.paths()}
    assert not any(before.wrapped(path.read_bytes()) for path in store.paths())


def test_a_rotation_that_was_cut_off_loses_nothing_and_is_finished_later(store, masters):
    keyring = store.create(INCIDENT, EMERGENCY, at=AT)

    def power_cut() -> int:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        masters.rotate(power_cut)
    assert store.load(INCIDENT, EMERGENCY).id == keyring.id
    later = store.create(ANOTHER, EMERGENCY, at=AT)
    masters.rotate(store.rewrap)
    assert len(masters()) == 1
    assert store.load(INCIDENT, EMERGENCY).id == keyring.id
    assert store.load(ANOTHER, EMERGENCY).id == later.id


def test_a_backup_from_before_the_rotation_needs_the_former_master_key(store, masters, tmp_path):
    store.create(INCIDENT, EMERGENCY, at=AT)
    store.backup(tmp_path / "copy", at=AT)
    masters.rotate(store.rewrap)
    with pytest.raises(WrongKey):
        store.restore(tmp_path / "copy", at=AT)


def test_the_master_key_is_made_once(masters):
    before = masters()[0].id
    masters.make()
    assert masters()[0].id == before


def test_a_passphrase_opens_again_and_another_one_is_refused(tmp_path):
    directory = tmp_path / "keys"
    keyring = KeyStore(directory, passphrase(directory, "一二三 四五六")).create(
        INCIDENT, EMERGENCY, at=AT
    )
    again = KeyStore(directory, passphrase(directory, "一二三 四五六"))
    assert again.load(INCIDENT, EMERGENCY).id == keyring.id
    with pytest.raises(WrongPassphrase):
        passphrase(directory, "一二三 四五七")


# The vault


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
