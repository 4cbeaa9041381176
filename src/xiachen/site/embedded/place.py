"""Looks at where the data should be before anything is written there."""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xiachen.site.embedded.account import Account
from xiachen.site.embedded.errors import (
    DataForeign,
    DataIsMount,
    DataNameUnusable,
    DataNewer,
    DataOlder,
    DataOwnedByOther,
    DataUnreachable,
    NoSpace,
    SocketFolderTaken,
    StartBusy,
)

_NO_SPACE_WORDS = ("No space left on device", "Disk quota exceeded")
_ACTED_ON = '"$`\\'
_TOO_LITTLE = 1 << 20  # bytes; a full disk often silences the very log that would say so


def open_the_way(data: Path, account: Account) -> None:
    """
    Make the folders above the data where they are missing.

    :raises DataNameUnusable: pg_ctl would have a shell run parts of the name
    :raises DataUnreachable: the account cannot get through one of them
    """
    if any(character in f"{_ACTED_ON}\n" for character in str(data)):
        raise DataNameUnusable(data=data, characters=" ".join(_ACTED_ON))
    for path in reversed([path for path in data.parents if not path.exists()]):
        path.mkdir(mode=0o755)
        if account.switch:
            path.chmod(0o755)  # root's umask may close what the account must pass
    closed = account.first_closed(reversed(data.parents))
    if closed is not None:
        raise DataUnreachable(account=account.name, path=closed, data=data)


def holds_data(data: Path, account: Account, *, major: int) -> bool:
    """
    Whether a data folder of ours is there; False where one may be made.

    :raises DataForeign: something else is there
    :raises DataIsMount: the folder is empty, but a mounted volume
    :raises DataOwnedByOther: another account owns it
    :raises DataNewer: a newer PostgreSQL wrote it
    :raises DataOlder: an older PostgreSQL wrote it
    """
    if not data.exists():
        return False
    if not data.is_dir():
        raise DataForeign(data=data)
    owner = data.stat().st_uid
    if not os.access(data, os.R_OK | os.X_OK):
        raise DataOwnedByOther(data=data, owner=_name(owner), account=account.name)
    if not (data / "PG_VERSION").exists():
        if any(data.iterdir()):
            raise DataForeign(data=data)
        if os.path.ismount(data):
            raise DataIsMount(data=data)
        return False
    if owner != account.uid:
        raise DataOwnedByOther(data=data, owner=_name(owner), account=account.name)
    _check_version(data, major)
    return True


def _check_version(data: Path, major: int) -> None:
    written = (data / "PG_VERSION").read_text().strip()
    written_by = written.partition(".")[0]  # before 10 there were versions like 9.6
    if not written_by.isdigit():
        raise DataForeign(data=data)
    if int(written_by) > major:
        raise DataNewer(data=data, found=written, programs=major)
    if int(written_by) < major:
        raise DataOlder(data=data, found=written, programs=major)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def open_socket_folder(folder: Path, account: Account) -> None:
    """
    Make the socket's folder, for the account alone.

    :raises SocketFolderTaken: somebody else made it first, to lure our passwordless clients
    """
    try:
        folder.mkdir(mode=0o700)
        account.hand_over(folder)
    except FileExistsError:
        pass
    found = folder.lstat()
    if folder.is_symlink() or not folder.is_dir() or found.st_uid != account.uid:
        raise SocketFolderTaken(path=folder, account=account.name)
    if found.st_mode & 0o077:
        folder.chmod(0o700)


@contextmanager
def refusals_told(data: Path, account: Account) -> Iterator[None]:
    """
    Turn the system's own refusals about the place into ours.

    :raises NoSpace: the disk is full
    :raises DataUnreachable: somewhere we may not write
    """
    try:
        yield
    except PermissionError as failure:
        closed = failure.filename or data.parent
        raise DataUnreachable(account=account.name, path=closed, data=data) from failure
    except OSError as failure:
        if failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(data=data) from failure
        raise


def tells_of_no_space(said: str, place: Path) -> bool:
    """Whether words, or the disk itself, tell that space ran out."""
    return any(word in said for word in _NO_SPACE_WORDS) or is_full(place)


def is_full(place: Path) -> bool:
    """Whether the disk of this place has no room for a server to work."""
    standing = next(path for path in (place, *place.parents) if path.exists())
    return shutil.disk_usage(standing).free < _TOO_LITTLE


@contextmanager
def start_lock(data: Path, *, seconds: float) -> Iterator[int]:
    """
    Let one starter or stopper at a time through; yields the lock's descriptor.

    :raises StartBusy: another one held it for all of `seconds`
    """
    handle = _open_lock(data)
    try:
        until = time.monotonic() + seconds
        while not _locked(handle):
            if time.monotonic() > until:
                raise StartBusy(data=data, seconds=int(seconds))
            time.sleep(0.02)
        yield handle
    finally:
        os.close(handle)


def _open_lock(data: Path) -> int:
    try:
        return os.open(data.with_name(f".{data.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError:
        if not data.exists():
            raise
        # A folder made for us by an administrator, in one where we may not write.
        return os.open(data, os.O_RDONLY)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
