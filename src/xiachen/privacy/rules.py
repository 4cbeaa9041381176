"""The chain of seals, and when a value may be shown unmasked: values in, verdict out."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

# Before the first seal.
NO_HEAD = "0" * 64

# No transaction lasts longer: an entry that turns up later than this was put in afterwards.
LATE_AFTER = timedelta(minutes=15)
# Seals are made every minute; what waits longer shows that the worker stands still.
UNSEALED_AFTER = timedelta(minutes=5)

UNMASKED_FOR = timedelta(minutes=10)
REQUEST_HOLDS_FOR = timedelta(hours=24)

# What the audit keeps of a reason; what is longer is cut.
LONGEST_REASON = 200


class Entry(Protocol):
    """What is sealed of an audit entry."""

    id: UUID
    at: datetime
    account: UUID
    role: str
    action: str
    incident: UUID | None
    community: int | None
    subject: UUID | None
    targets: list[UUID]
    reason: str


class Seal(Protocol):
    """What a seal says beside its head."""

    number: int
    sealed_at: datetime
    upto: datetime


def head_of_seal(previous: str, seal: Seal, entries: Iterable[Entry]) -> str:
    """Return SHA-256 (hexadecimal) of the previous head, the seal's own values and its entries."""
    digest = hashlib.sha256(previous.encode())
    digest.update(_canonical(seal.number, seal.sealed_at, seal.upto))
    for entry in entries:
        # Hashed one by one, so that no two lists of entries run together into the same bytes.
        digest.update(hashlib.sha256(_canonical_entry(entry)).digest())
    return digest.hexdigest()


def is_late(at: datetime, *, earlier: datetime | None) -> bool:
    """Tell whether an entry claims a time that the seals before it, up to `earlier`, had closed."""
    return earlier is not None and at < earlier - LATE_AFTER


def waits_too_long(at: datetime, *, now: datetime) -> bool:
    """Tell whether an entry should have been sealed by now."""
    return at < now - UNSEALED_AFTER


def shown_until(approved_at: datetime) -> datetime:
    """Return when what was approved is masked again."""
    return approved_at + UNMASKED_FOR


def is_unmasked(approved_at: datetime | None, *, at: datetime) -> bool:
    """Tell whether an approved unmasking is still open."""
    return approved_at is not None and approved_at <= at < shown_until(approved_at)


def can_be_approved(requested_at: datetime, *, at: datetime) -> bool:
    """Tell whether a request has not run out."""
    return at <= requested_at + REQUEST_HOLDS_FOR


def _canonical_entry(entry: Entry) -> bytes:
    # The order never changes: what is sealed must be spelt the same for ever.
    return _canonical(
        entry.id,
        entry.at,
        entry.account,
        entry.role,
        entry.action,
        entry.incident,
        entry.community,
        entry.subject,
        entry.targets,
        entry.reason,
    )


def _canonical(*values: object) -> bytes:
    spelt = [_spelt(value) for value in values]
    return json.dumps(spelt, ensure_ascii=False, separators=(",", ":")).encode()


def _spelt(value: object) -> object:
    match value:
        case UUID():
            return value.hex
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case list() | tuple():
            return [_spelt(part) for part in value]
        case _:
            return value
