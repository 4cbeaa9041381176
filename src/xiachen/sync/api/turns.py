"""
So much at once and no more: what costs the database long must not keep short things waiting.

A pull that brings a whole grid takes as long as two hundred sign-ins. Only few are answered at the
same time, before they hold a connection; some wait in line, and whoever comes then is asked to
come again later.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from xiachen.sync.rules import protocol

# Of the eight connections to the database; the others are for records and pages.
_AT_ONCE = 3
# Of the threads that answer; each waits at most so many seconds.
_IN_LINE, _PATIENCE = 16, 3.0


class Turns:
    """Who is being answered and who waits."""

    def __init__(
        self, *, at_once: int = _AT_ONCE, in_line: int = _IN_LINE, patience: float = _PATIENCE
    ) -> None:
        """:param patience: seconds to wait in line at most"""
        self._inside = BoundedSemaphore(at_once)
        self._line = BoundedSemaphore(in_line)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """
        Wait for a turn and hold it.

        :raises TooBusy: the line is full, or it did not move
        """
        if not self._inside.acquire(blocking=False):
            self._wait()
        try:
            yield
        finally:
            self._inside.release()

    def _wait(self) -> None:
        if not self._line.acquire(blocking=False):
            raise protocol.TooBusy
        try:
            if not self._inside.acquire(timeout=self._patience):
                raise protocol.TooBusy
        finally:
            self._line.release()


TURNS = Turns()
