"""
The latest head of each chain of seals, kept outside the database.

Whoever may change the database's tables can compute a chain anew, but not this file. Chains are
told apart by their first head: a database made anew begins another chain.
"""

from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from xiachen.privacy.keyring import files

_FOLDER = "audit-heads"


class Anchor(NamedTuple):
    """The number and the head of a seal."""

    number: int
    head: str


def read(first_head: str) -> Anchor | None:
    """Return what was kept of the chain; None where nothing was."""
    try:
        number, head = files.read(_path(first_head)).decode().split()
    except FileNotFoundError:
        return None
    return Anchor(int(number), head)


def keep(first_head: str, anchor: Anchor) -> None:
    """Keep the latest head of the chain; an older one never takes a newer one's place."""
    path = _path(first_head)
    files.keep_directory(path.parents[1])  # made as a mere parent it would be open to others
    files.keep_directory(path.parent)
    with files.locked(path.with_suffix(".lock")):
        kept = read(first_head)
        if kept is None or kept.number < anchor.number:
            files.write(path, f"{anchor.number} {anchor.head}\n".encode())


def set_aside(first_head: str, mark: str) -> None:
    """Keep the head under another name, for a chain that goes on from an older backup."""
    path = _path(first_head)
    if path.exists():
        with files.locked(path.with_suffix(".lock")):
            path.rename(path.with_suffix(f".{mark}"))
            files.flush_directory(path.parent)


def _path(first_head: str) -> Path:
    return Path(settings.KEY_DIRECTORY) / _FOLDER / first_head[:16]
