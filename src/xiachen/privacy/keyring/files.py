"""Files that belong to this program's user alone, and appear whole or not at all."""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class UnsafeKeyFile(Refused):
    """Others could read or replace the file."""

    code = "privacy.unsafe-key-file"
    message = _("%(path)s must be open to this program's user only. Set its mode to %(mode)s.")
    status = 503


def keep_directory(path: Path) -> None:
    """
    Make the directory, 0700, unless it is there.

    :raises UnsafeKeyFile: others may write in it
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_mode & OTHERS_WRITE:
        raise UnsafeKeyFile(path=str(path), mode="0700")


def read(path: Path) -> bytes:
    """
    Return the content of a private file.

    :raises FileNotFoundError: it is not there
    :raises UnsafeKeyFile: others may read or write it, or it is not a plain file
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_mode & OTHERS:
            raise UnsafeKeyFile(path=str(path), mode="0600")
        return file.read()


def write(path: Path, content: bytes, *, replace: bool = True) -> None:
    """
    Put a private file in place, flushed to the disk; a power cut leaves the old or the new one.

    :raises FileExistsError: it is there and was not to be replaced
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        if replace:
            os.replace(draft, path)
        else:
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    flush_directory(path.parent)


def append(path: Path, line: str) -> None:
    """Add a line to a private file and flush it to the disk."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            # A power cut may have left half a line; it must not swallow this one.
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(handle)
    flush_directory(path.parent)


def remove(path: Path) -> None:
    """
    Overwrite a file and remove it.

    Disks that write elsewhere (flash, snapshots) keep the old blocks for a while: what lies in
    them is still wrapped by the master key.
    """
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    flush_directory(path.parent)


def flush_directory(path: Path) -> None:
    """Make sure that names made or removed in a directory survive a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one holder in at a time, over all processes and threads; not to be nested."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
