"""
What must not come back with an older backup: phones struck off, links withdrawn, accounts closed.

The list stands beside the epoch, outside the database, and is only ever appended to. A line is
written before the change is committed: one too many shuts somebody out who gets a new link, one
too few would let a stolen phone in again. It holds ids and digests, and nobody's name.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from xiachen.privacy.keyring import files


class Kind(StrEnum):
    """What was struck off."""

    PHONE = "phone"
    LINK = "link"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class StruckOff:
    """
    One thing that must not come back.

    :param key: the id of a phone or account; of a link, the digest of its token in hexadecimal
    :param by: the account that did it
    """

    kind: Kind
    key: str
    by: UUID
    at: datetime


def note(home: Path, kind: Kind, keys: Iterable[str], *, by: UUID, at: datetime) -> None:
    """Put things on the list; it is on the disk before this returns."""
    listed = list(keys)
    if not listed:
        return
    line = {"kind": kind.value, "keys": listed, "by": str(by), "at": at.isoformat()}
    with files.locked(home / ".struck-off.lock"):
        files.append(_path(home), json.dumps(line))


def listed(home: Path) -> list[StruckOff]:
    """Return the list, the oldest first; half a line is left of something never committed."""
    try:
        text = files.read(_path(home)).decode(errors="replace")
    except FileNotFoundError:
        return []
    return [one for line in text.splitlines() for one in _read(line)]


def _read(line: str) -> list[StruckOff]:
    try:
        read = json.loads(line)
        kind, by, at = Kind(read["kind"]), UUID(read["by"]), datetime.fromisoformat(read["at"])
        return [StruckOff(kind, str(key), by, at) for key in read["keys"]]
    except (ValueError, KeyError, TypeError):
        return []


def _path(home: Path) -> Path:
    return home / "struck-off"
