"""
The epoch of this installation: a new one after every restore, kept outside the database.

Whoever keeps receipts of what the server acknowledged compares the epoch: another one says that
the server may have gone back in time, and that everything later must be offered again.
"""

import os
import secrets
from pathlib import Path


def epoch(home: Path) -> str:
    """Return the epoch in force; the first one is made here."""
    path = home / "epoch"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        return renew(home)


def renew(home: Path) -> str:
    """Begin a new epoch; it is on the disk before this returns."""
    new = secrets.token_hex(8)
    half = home / ".epoch.new"
    with half.open("w", encoding="ascii") as file:
        file.write(f"{new}\n")
        file.flush()
        os.fsync(file.fileno())
    half.rename(home / "epoch")
    folder = os.open(home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return new
