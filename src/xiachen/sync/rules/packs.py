"""
What a phone holds of a part, what the server has numbered, and what goes out.

A part is a set of docs. The server numbers every change of a doc with the part's next number,
which is the doc's version; a phone says up to which number it has got everything (its cursor) and
a hash over what it holds.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from xiachen.base import clock
from xiachen.sync.rules.bodies import Doc
from xiachen.sync.rules.occurred import milliseconds

# A pack may be read until so long after the end of the duty.
KEPT_AFTER_DUTY = timedelta(hours=12)

# Tombstones older than this are forgotten; a phone away for longer rebuilds the part.
TOMBSTONES_KEPT = timedelta(days=30)

# So often is it written down that a phone was there which has nothing new to say.
CONTACT_NOTED_EVERY = timedelta(minutes=1)

HASH_DIGITS = 32
DIGEST_BYTES = 16

# A larger part goes out in several answers.
MOST_DOCS = 4000

_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True, slots=True)
class Held:
    """How far a phone says that it has got, and the hash over what it holds."""

    cursor: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A doc as the server has numbered it: the digest of what it said then, and gone or not."""

    version: int
    digest: bytes
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Ledger:
    """
    What the server has numbered of a part.

    :ivar cursor: the last number given; numbers are milliseconds since 1970 or more
    :ivar floor: the last number of which a tombstone was forgotten
    """

    cursor: int
    floor: int
    hash: str

    @property
    def held(self) -> Held:
        """Return what a phone says that lacks nothing."""
        return Held(self.cursor, self.hash)


def needs_rebuild(held: Held, ledger: Ledger, numbered: Mapping[str, Numbered]) -> bool:
    """
    Tell whether a phone cannot go on from what it holds.

    It may be ahead of a server that was restored, hold something else than was sent, or something
    that has been gone for so long that nobody remembers.
    """
    if held.cursor <= 0 or held.cursor > ledger.cursor:
        return True
    if ledger.floor < held.cursor < ledger.cursor:
        # Whether it is right is seen at the end: of what it held then, not all is remembered.
        return False
    return held.hash != state_hash(
        (id, one.version)
        for id, one in numbered.items()
        if not one.gone and one.version <= held.cursor
    )


def digest(key: bytes, doc: Doc) -> bytes:
    """Return what changes with a doc's words and tells nothing of them without the key."""
    words = _PLAIN.encode([doc.kind, doc.body])
    return hmac.digest(key, words.encode("utf-8", "surrogatepass"), "sha256")[:DIGEST_BYTES]


def mark(*found: object) -> bytes:
    """Return what changes whenever one of the things does of which docs are made."""
    return sha256("\n".join(map(str, found)).encode()).digest()[:DIGEST_BYTES]


def share(key: bytes, *, device: UUID, day: date) -> bytes:
    """Return the server's share in the key of a phone's pack: another one for every duty."""
    return hmac.digest(key, device.bytes + day.isoformat().encode(), "sha256")


def state_hash(versions: Iterable[tuple[str, int]]) -> str:
    """Return the hash over the docs that are there, by id and version."""
    lines = "".join(f"{id} {version}\n" for id, version in sorted(versions))
    return sha256(lines.encode()).hexdigest()[:HASH_DIGITS]


def changes(
    digests: Mapping[str, bytes], numbered: Mapping[str, Numbered], *, after: int, at: datetime
) -> dict[str, Numbered]:
    """
    Return what has changed against the numbers given so far, each with its own next number.

    Numbers go on with the time: a server that was restored, or has forgotten a part, gives none
    that a phone may hold with another content.

    :param digests: of all docs that are there now
    :param after: the last number given
    """
    cursor = max(after, milliseconds(at))
    found: dict[str, Numbered] = {}
    for id, digest in digests.items():
        known = numbered.get(id)
        if known is None or known.gone or known.digest != digest:
            cursor += 1
            found[id] = Numbered(cursor, digest)
    for id, known in numbered.items():
        if id not in digests and not known.gone:
            cursor += 1
            found[id] = Numbered(cursor, b"", gone=True)
    return found


def ledger_with(ledger: Ledger, numbered: Mapping[str, Numbered]) -> Ledger:
    """Return a ledger after the numbers that were given."""
    there = [(id, one.version) for id, one in numbered.items() if not one.gone]
    last = max((one.version for one in numbered.values()), default=0)
    return Ledger(max(ledger.cursor, last), ledger.floor, state_hash(there))


def lacking(
    numbered: Mapping[str, Numbered], *, held: Held, rebuild: bool, ledger: Ledger
) -> tuple[list[tuple[str, Numbered]], int]:
    """
    Return what a phone lacks, in the order of numbers, and its cursor once it has got that.

    At most `MOST_DOCS` at once: whatever comes later has a later number.
    """
    wanted = [
        (id, one)
        for id, one in numbered.items()
        if (not one.gone if rebuild else one.version > held.cursor)
    ]
    wanted.sort(key=lambda one: one[1].version)
    sent = wanted[:MOST_DOCS]
    if len(sent) < len(wanted):
        return sent, sent[-1][1].version
    return sent, ledger.cursor


def readable_until(day: date) -> datetime:
    """Return until when a pack may be read: until the roster knows better, a duty is a day."""
    return clock.on_day(day + timedelta(days=1), time()) + KEPT_AFTER_DUTY
