"""Identifiers: UUIDv7 (RFC 9562), made by the client or in Python, never by the server."""

import os
import time
from uuid import UUID

_RANDOM_BITS = ~(0xF << 76) & ~(0x3 << 62)
_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)


def uuid7() -> UUID:
    """Return a new UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    random_part = int.from_bytes(os.urandom(10), "big") & _RANDOM_BITS
    return UUID(int=(time.time_ns() // 1_000_000 << 80) | random_part | _VERSION_AND_VARIANT)
