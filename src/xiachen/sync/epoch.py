"""
The epoch of this installation: a new one after every restore, kept outside the database.

Whoever keeps receipts of what the server acknowledged compares the epoch: another one says that
the server may have gone back in time, and that everything later must be offered again.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def epoch(home: Path) -> str:
    """Return the epoch in force; the first one is made here."""
    path = home / "epoch"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        _begin(home)
    return path.read_text("ascii").strip()


def renew(home: Path) -> str:
    """Begin a new epoch; it is on the disk before this returns."""
    new = secrets.token_hex(8)
    _written(home, new).rename(home / "epoch")
    _sync(home)
    return new


def _begin(home: Path) -> None:
    """Begin the first epoch: of several who do so at the same moment, one."""
    new = secrets.token_hex(8)
    half = _written(home, new)
    with suppress(FileExistsError):
        # Unlike a renaming, a second name never takes the place of what is there.
        (home / "epoch").hardlink_to(half)
    half.unlink()
    _sync(home)


def _written(home: Path, new: str) -> Path:
    """Return a file of the writer's own that holds an epoch, on the disk."""
    half = home / f".epoch.{new}"
    with half.open("w", encoding="ascii") as file:
        file.write(f"{new}\n")
        file.flush()
        os.fsync(file.fileno())
    return half


def _sync(home: Path) -> None:
    folder = os.open(home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
