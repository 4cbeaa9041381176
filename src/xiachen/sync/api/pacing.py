"""
How often one device may ask: far more often than any phone does, and less than would harm others.

Counted only once a request has proven itself, so that nobody uses up another phone's share. It is
counted in this one process, which answers all phones.
"""

import time
from collections import OrderedDict
from threading import Lock
from uuid import UUID

from xiachen.sync.rules.protocol import TooFast

# Requests a second in the long run, and how many may come at once after a quiet time. So many
# records cost as much as a request: nobody pushes two thousand a second.
A_SECOND = 20.0
AT_ONCE = 200
RECORDS_A_REQUEST = 10
_MOST_REMEMBERED = 20_000


class Pace:
    """A share of requests for each device, filled up again as time goes by."""

    def __init__(self, *, a_second: float = A_SECOND, at_once: int = AT_ONCE) -> None:
        self._a_second = a_second
        self._at_once = at_once
        self._lock = Lock()
        # By device: what was left of its share, and when (monotonic seconds).
        self._left: OrderedDict[UUID, tuple[float, float]] = OrderedDict()

    def step(self, device: UUID, records: int | None = None) -> None:
        """
        Count a request of a device, or the records that came in it.

        :raises TooFast: its share is used up
        """
        cost = 1.0 if records is None else records / RECORDS_A_REQUEST
        now = time.monotonic()
        with self._lock:
            left, before = self._left.pop(device, (float(self._at_once), now))
            left = min(self._at_once, left + (now - before) * self._a_second)
            self._left[device] = (left if left < cost else left - cost, now)
            if len(self._left) > _MOST_REMEMBERED:
                self._left.popitem(last=False)
        if left < cost:
            raise TooFast
