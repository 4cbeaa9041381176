"""Recognises a full disk behind other programs' failures."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xiachen.site.embedded.errors import NoSpace

_WORDS = ("No space left on device", "Disk quota exceeded")
_TOO_LITTLE = 1 << 20  # bytes; a full disk often silences the very log that would say so


def tells_of_no_space(said: str, place: Path) -> bool:
    """Whether words, or the disk itself, tell that space ran out."""
    if any(word in said for word in _WORDS):
        return True
    standing = next(path for path in (place, *place.parents) if path.exists())
    return shutil.disk_usage(standing).free < _TOO_LITTLE


@contextmanager
def no_space_told(data: Path) -> Iterator[None]:
    """Turn the system's own refusal for lack of space into ours."""
    try:
        yield
    except OSError as failure:
        if failure.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(data=data) from failure
        raise
