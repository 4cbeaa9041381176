"""The master key is made, rotated or derived from a passphrase."""

import pytest

from tests.privacy.keyrings.incidents import ANOTHER, AT, EMERGENCY, INCIDENT
from xiachen.privacy.keyring.masters import (
    WrongPassphrase,
    passphrase,
)
from xiachen.privacy.keyring.store import KeyStore
from xiachen.privacy.sealing import WrongKey


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
