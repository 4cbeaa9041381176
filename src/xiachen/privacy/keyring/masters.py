"""The master key, from a file or from a passphrase."""

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.privacy.keyring import files
from xiachen.privacy.sealing import SALT_BYTES, Master

# The master key in force, then one that it is just replacing.
Masters = Callable[[], Sequence[Master]]


class MasterMissing(Refused):
    """There are keyrings, but not the master key that opens them."""

    code = "privacy.master-missing"
    message = _("There is no master key at %(path)s. Put it back: a new one opens nothing.")
    status = 503


class WrongPassphrase(Refused):
    """The passphrase is not the one that was set."""

    code = "privacy.wrong-passphrase"
    message = _("This is not the passphrase of the keys.")
    status = 403


class MasterFile:
    """A master key in a file of its own (hexadecimal, 0600), and the one it replaced."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.former = path.with_name(f"{path.name}.former")

    def __call__(self) -> list[Master]:
        """
        Return the master key in force, and the former one while keyrings are being rewrapped.

        :raises MasterMissing, UnsafeKeyFile:
        """
        try:
            masters = [_read(self.path)]
        except FileNotFoundError:
            raise MasterMissing(path=str(self.path)) from None
        try:
            return [*masters, _read(self.former)]
        except FileNotFoundError:
            return masters

    def make(self) -> None:
        """Make a master key unless there is one, also when several processes try at once."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(self.path, Master.new(), replace=False)
        except FileExistsError:
            return

    def rotate(self, rewrap: Callable[[], int]) -> int:
        """
        Replace the master key and rewrap every keyring; return how many were rewrapped.

        Called again after it was cut off, it finishes before it begins anew.
        """
        if self.former.exists():
            rewrap()
            files.remove(self.former)
        # The former key is on disk before the new one is in force: at no moment is one missing.
        _write(self.former, self()[0])
        _write(self.path, Master.new())
        count = rewrap()
        files.remove(self.former)
        return count


def passphrase(directory: Path, words: str) -> Masters:
    """
    Return the master key of a passphrase; the first use sets it, with a salt in the directory.

    :raises WrongPassphrase: another one was set
    """
    path = directory / "passphrase"
    files.keep_directory(directory)
    if not path.exists():
        salt = os.urandom(SALT_BYTES)
        mark = f"{salt.hex()} {_from_passphrase(words, salt).id.hex()}\n"
        files.write(path, mark.encode(), replace=False)
    salt_hex, mark = files.read(path).decode().split()
    master = _from_passphrase(words, bytes.fromhex(salt_hex))
    if master.id.hex() != mark:
        raise WrongPassphrase
    return lambda: [master]


# Deriving is slow on purpose; once per process is enough.
_from_passphrase = lru_cache(maxsize=2)(Master.from_passphrase)


def _read(path: Path) -> Master:
    return Master.from_hex(files.read(path).decode(errors="replace").strip())


def _write(path: Path, master: Master, *, replace: bool = True) -> None:
    files.write(path, f"{master.hex()}\n".encode(), replace=replace)
