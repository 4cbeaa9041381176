"""The keyrings of one directory: made, opened, copied, recovered, destroyed."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring import files
from xiachen.privacy.keyring.ledger import Copy, Destroyed, Ledger
from xiachen.privacy.keyring.masters import Masters
from xiachen.privacy.sealing import Keyring, WrongKey, WrongShares, wrapped_id


class KeyDestroyed(Refused):
    """The keyring was destroyed, and with it what was sealed under it."""

    code = "privacy.key-destroyed"
    message = _("These data were destroyed when the incident was closed. The figures remain.")
    status = 410


class KeyMissing(Refused):
    """The keyring should be there and is not."""

    code = "privacy.key-missing"
    message = _("The keys to these data are missing. Bring them back from a copy or from shares.")
    status = 503


@dataclass(frozen=True)
class Restored:
    """What came of a restore: the keyring files brought, already here, and refused for good."""

    brought: list[str]
    present: list[str]
    destroyed: list[str]


class KeyStore:
    """
    A directory outside the database, with one wrapped keyring per incident and class.

    :param masters: gives the master key in force, then one that it is just replacing
    """

    def __init__(self, directory: Path, masters: Masters) -> None:
        """:raises UnsafeKeyFile: others may write in the directory"""
        files.keep_directory(directory)
        self.directory = directory
        self.ledger = Ledger(directory)
        self._masters = masters
        self._lock = directory / "lock"
        with files.locked(self._lock):
            self._sweep()

    def create(self, incident: UUID, data_class: DataClass, *, at: datetime) -> Keyring:
        """
        Return the keyring of an incident and class, made now unless there is one.

        :raises KeyDestroyed: there was one
        :raises KeyMissing: there should be one; a new one would not open what is sealed
        """
        with files.locked(self._lock):
            if self.keys(incident, data_class):
                return self.load(incident, data_class)
            keyring = Keyring.new(incident, data_class)
            # The file first: a power cut before the note leaves a keyring that works.
            self._put(keyring)
            self._note("created", keyring, at)
        return keyring

    def load(self, incident: UUID, data_class: DataClass) -> Keyring:
        """
        Open a keyring.

        :raises KeyDestroyed, KeyMissing, UnsafeKeyFile, WrongKey, Tampered:
        """
        if self.ledger.is_destroyed(incident, data_class):
            raise KeyDestroyed
        try:
            wrapped = files.read(self.path(incident, data_class))
        except FileNotFoundError:
            raise KeyMissing from None
        return self._unwrap(wrapped, incident, data_class)

    def path(self, incident: UUID, data_class: DataClass) -> Path:
        """Return where the keyring of an incident and class lies."""
        return self.directory / f"{incident}.{data_class.value}.key"

    def paths(self) -> list[Path]:
        """Return where all keyrings lie."""
        return sorted(self.directory.glob("*.key"))

    def keys(self, incident: UUID, data_class: DataClass) -> set[str]:
        """Return the ids (hexadecimal) that an incident and class ever had here."""
        if known := self.ledger.keys(incident, data_class):
            return known
        try:
            return {wrapped_id(files.read(self.path(incident, data_class))).hex()}
        except FileNotFoundError:
            return set()

    def destroy(self, incident: UUID, data_class: DataClass, *, at: datetime) -> list[Copy]:
        """
        Destroy a keyring for good and return the copies that people must destroy.

        Other processes notice within a second of their next use (`vault.LOOK_AGAIN_SECONDS`);
        one that never uses the keyring again holds it in memory until it ends.

        :raises KeyMissing: no keyring of this incident and class was ever here
        """
        with files.locked(self._lock):
            keys = self.keys(incident, data_class)
            if not keys:
                raise KeyMissing
            if not self.ledger.is_destroyed(incident, data_class):
                for key in sorted(keys):
                    self.ledger.destroy(Destroyed(key, incident, data_class, at))
            self._sweep()
        return self.ledger.copies(keys)

    def copies(self, incident: UUID, data_class: DataClass) -> list[Copy]:
        """Return the known copies of a keyring."""
        return self.ledger.copies(self.keys(incident, data_class))

    def copy_removed(self, where: str, *, at: datetime) -> None:
        """Note that the copy at this place is gone."""
        with files.locked(self._lock):
            self.ledger.note("removed", [], at=at, where=where)

    def backup(self, to: Path, *, at: datetime) -> int:
        """
        Copy all keyrings, still wrapped, and the list of the destroyed; return how many.

        The master key is not among them.
        """
        with files.locked(self._lock):
            content = {path.name: files.read(path) for path in self.paths()}
            keys = [wrapped_id(wrapped).hex() for wrapped in content.values()]
            # The note first: a copy that was begun and not noted would survive a destruction.
            self.ledger.note("backup", keys, at=at, where=str(to.absolute()))
            files.keep_directory(to)
            for name, wrapped in content.items():
                files.write(to / name, wrapped)
            listed = self.directory / "destroyed"
            if listed.exists():
                files.write(to / "destroyed", files.read(listed))
        return len(content)

    def restore(self, source: Path, *, at: datetime) -> Restored:
        """
        Bring back the keyrings of a backup that are missing here, and none that was destroyed.

        :raises WrongKey, Tampered: one does not open; nothing was brought back then
        """
        with files.locked(self._lock):
            self._learn_destroyed(source)
            found = [self._open(path) for path in sorted(source.glob("*.key"))]
            outcome = Restored([], [], [])
            for keyring in found:
                self._bring(keyring, outcome, where=str(source.absolute()), at=at)
            self._sweep()
        return outcome

    def shares(
        self, incident: UUID, data_class: DataClass, *, held_by: str, at: datetime
    ) -> list[str]:
        """Return three shares, any two of which recover the keyring; note who holds them."""
        keyring = self.load(incident, data_class)
        with files.locked(self._lock):
            self._note("shares", keyring, at, where=held_by)
        return keyring.split()

    def recover(
        self, incident: UUID, data_class: DataClass, shares: Sequence[str], *, at: datetime
    ) -> Keyring:
        """
        Put back a keyring from two of its shares.

        :raises WrongShares: they make up nothing, or another keyring
        :raises KeyDestroyed: this keyring must not come back
        """
        keyring = Keyring.join(incident, data_class, shares)
        with files.locked(self._lock):
            if self.ledger.is_destroyed(incident, data_class):
                raise KeyDestroyed
            known = self.keys(incident, data_class)
            if known and keyring.id.hex() not in known:
                raise WrongShares
            self._put(keyring)
            self._note("recovered", keyring, at)
        return keyring

    def rewrap(self) -> int:
        """Wrap all keyrings with the master key in force; return how many had another."""
        with files.locked(self._lock):
            master, count = self._masters()[0], 0
            for path in self.paths():
                keyring = self._open(path)
                if not master.wrapped(files.read(path)):
                    self._put(keyring)
                    count += 1
        return count

    def _open(self, path: Path) -> Keyring:
        """Open a keyring file of this directory or of a backup, by its name."""
        incident, data_class = path.name.removesuffix(".key").split(".")
        return self._unwrap(files.read(path), UUID(incident), DataClass(data_class))

    def _unwrap(self, wrapped: bytes, incident: UUID, data_class: DataClass) -> Keyring:
        for master in self._masters():
            if master.wrapped(wrapped):
                return master.unwrap(wrapped, incident, data_class)
        raise WrongKey("wrapped by another master key")

    def _put(self, keyring: Keyring) -> None:
        path = self.path(keyring.incident, keyring.data_class)
        files.write(path, self._masters()[0].wrap(keyring))

    def _learn_destroyed(self, source: Path) -> None:
        """Take over what the backup's list of the destroyed has and this one lost."""
        known = {gone.key for gone in self.ledger.destroyed()}
        for gone in Ledger(source).destroyed():
            if gone.key not in known:
                self.ledger.destroy(gone)

    def _bring(self, keyring: Keyring, outcome: Restored, *, where: str, at: datetime) -> None:
        path = self.path(keyring.incident, keyring.data_class)
        if self.ledger.is_destroyed(keyring.incident, keyring.data_class):
            outcome.destroyed.append(path.name)
        elif path.exists():
            outcome.present.append(path.name)
        else:
            self._put(keyring)
            self._note("restored", keyring, at, where=where)
            outcome.brought.append(path.name)

    def _note(self, what: str, keyring: Keyring, at: datetime, *, where: str = "") -> None:
        self.ledger.note(
            what,
            [keyring.id.hex()],
            at=at,
            incident=keyring.incident,
            data_class=keyring.data_class,
            where=where,
        )

    def _sweep(self) -> None:
        """Remove the files of destroyed keyrings; finishes a destruction that was cut off."""
        for gone in self.ledger.destroyed():
            path = self.path(gone.incident, gone.data_class)
            if os.path.lexists(path):
                files.remove(path)
