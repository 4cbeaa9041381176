"""One program at a time runs a site on a folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xiachen.site.embedded.errors import SecondInstance


@contextmanager
def only_instance(home: Path) -> Iterator[None]:
    """
    Hold the folder until the block or the program ends, however it ends.

    What the program forks holds it as well; what it executes, PostgreSQL for one, does not.

    :raises SecondInstance: another program holds it; `pid` is that program's
    """
    handle = os.open(home / "instance.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            raise SecondInstance(home=home, pid=holder or "?") from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
