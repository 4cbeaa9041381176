"""
What the rest of the house uses to seal, open and index values.

    from xiachen.privacy.keyring.vault import vault

    row.sealed = vault().seal(
        incident, DataClass.REGISTER, {"name": name, "phone": phone},
        table="people_resident", column="sealed", community=row.community_id, row=row.id,
    )
"""

import time
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from xiachen.privacy import sealing
from xiachen.privacy.classes import KEYED, DataClass
from xiachen.privacy.keyring.ledger import Copy
from xiachen.privacy.keyring.masters import MasterFile
from xiachen.privacy.keyring.store import KeyStore
from xiachen.privacy.sealing import Keyring, Sealed

# How often a process that has a keyring open looks whether it is still there.
LOOK_AGAIN_SECONDS = 1.0


class _Opened(NamedTuple):
    """A keyring held open, and when to look again (monotonic seconds)."""

    keyring: Keyring
    look_again: float


class Vault:
    """Sealing by incident and class, with the keyrings in use held open in this process."""

    def __init__(self, store: KeyStore) -> None:
        self.store = store
        self._opened: dict[tuple[UUID, str], _Opened] = {}

    def create(self, incident: UUID, *, at: datetime) -> None:
        """
        Make the keyrings of an incident, one per class; those that are there stay.

        :raises KeyDestroyed, KeyMissing: as `KeyStore.create`
        """
        for data_class in KEYED:
            self.store.create(incident, data_class, at=at)

    def destroy(self, incident: UUID, data_class: DataClass, *, at: datetime) -> list[Copy]:
        """Destroy a keyring for good and return the copies that people must destroy."""
        copies = self.store.destroy(incident, data_class, at=at)
        self._forget(incident, data_class)
        return copies

    def seal(
        self,
        incident: UUID,
        data_class: DataClass,
        values: Mapping[str, str],
        *,
        table: str,
        column: str,
        community: int,
        row: UUID,
    ) -> bytes:
        """
        Return one row's values of one class, sealed to its place.

        :raises KeyDestroyed, KeyMissing: the incident has no such keyring (any more)
        """
        return sealing.seal(
            self.keyring(incident, data_class),
            values,
            table=table,
            column=column,
            community=community,
            row=row,
        )

    def open(
        self,
        incident: UUID,
        data_class: DataClass,
        sealed: Sealed,
        *,
        table: str,
        column: str,
        community: int,
        row: UUID,
    ) -> dict[str, str]:
        """
        Return the values that were sealed at this place.

        :raises KeyDestroyed, KeyMissing: the incident has no such keyring (any more)
        :raises WrongKey, Tampered: they were sealed elsewhere, or altered
        """
        return sealing.open_sealed(
            self.keyring(incident, data_class),
            sealed,
            table=table,
            column=column,
            community=community,
            row=row,
        )

    def blind_index(
        self, incident: UUID, data_class: DataClass, *, field: str, value: str
    ) -> bytes:
        """
        Return 16 bytes, equal for equal values (in canonical form) of a field of an incident.

        :raises NeverIndexed: the field is a name, a birth or a class
        """
        return sealing.blind_index(self.keyring(incident, data_class), field=field, value=value)

    def keyring(self, incident: UUID, data_class: DataClass) -> Keyring:
        """
        Return a keyring; long loops fetch it once and call `sealing` with it.

        :raises KeyDestroyed, KeyMissing, UnsafeKeyFile, WrongKey, Tampered:
        """
        opened = self._opened.get((incident, data_class))
        if opened is None or time.monotonic() >= opened.look_again:
            return self._look(incident, data_class)
        return opened.keyring

    def _look(self, incident: UUID, data_class: DataClass) -> Keyring:
        """Open the keyring, or make sure that nobody has destroyed or replaced it since."""
        try:
            keyring = self.store.load(incident, data_class)
        except Exception:
            self._forget(incident, data_class)
            raise
        opened = self._opened.get((incident, data_class))
        if opened is not None and opened.keyring.id == keyring.id:
            # The one held open has its derived keys at hand.
            keyring = opened.keyring
        self._opened[incident, data_class] = _Opened(keyring, time.monotonic() + LOOK_AGAIN_SECONDS)
        return keyring

    def _forget(self, incident: UUID, data_class: DataClass) -> None:
        opened = self._opened.pop((incident, data_class), None)
        if opened is not None:
            opened.keyring.forget()


def vault() -> Vault:
    """
    Return the vault of this installation (settings.KEY_DIRECTORY, settings.MASTER_KEY_FILE).

    The first start makes the directory and the master key.

    :raises MasterMissing: there are keyrings already, and no master key
    """
    return _vault(settings.KEY_DIRECTORY, settings.MASTER_KEY_FILE)


@lru_cache(maxsize=4)
def _vault(directory: Path, master_file: Path) -> Vault:
    masters = MasterFile(master_file)
    store = KeyStore(directory, masters)
    if store.paths():
        masters()
    else:
        masters.make()
    return Vault(store)
