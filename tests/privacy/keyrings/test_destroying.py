"""Keyrings are destroyed for good; a power cut leaves nothing half done."""

import resource

import pytest

from tests.privacy.keyrings.incidents import ANOTHER, AT, EMERGENCY, INCIDENT, REGISTER
from xiachen.privacy.keyring import files
from xiachen.privacy.keyring.ledger import Copy, Destroyed
from xiachen.privacy.keyring.store import KeyDestroyed, KeyMissing, KeyStore


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
