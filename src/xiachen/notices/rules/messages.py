"""When a text may be sent, and how often it is tried: values in, verdict out."""

import re
from datetime import timedelta

LONGEST_TEXT = 500
LONGEST_GROUP_TEXT = 3000
# After each try that failed; when these are used up it is given up. Whoever waits for a code does
# not wait longer.
TRY_AGAIN_AFTER = (
    timedelta(seconds=5),
    timedelta(seconds=20),
    timedelta(minutes=1),
    timedelta(minutes=5),
)

_PURPOSE = re.compile(r"[a-z][a-z-]{1,39}")


def is_purpose(text: str) -> bool:
    """Tell whether a text can name a purpose: a word of the code, never what a person wrote."""
    return _PURPOSE.fullmatch(text) is not None


def next_try(tries: int) -> timedelta | None:
    """Return after how long it is tried again after so many tries; None: no more."""
    return TRY_AGAIN_AFTER[tries - 1] if 1 <= tries <= len(TRY_AGAIN_AFTER) else None
