"""Stops the embedded server together with the program that uses it."""

from __future__ import annotations

import atexit
import os
import signal
from types import FrameType

from xiachen.site.embedded.cluster import Cluster


def stop_with_program(cluster: Cluster) -> None:
    """
    Stop the cluster when this program ends: normally, by SIGTERM, SIGHUP or SIGINT.

    To be called in the main thread. Handlers the program has already set stay; they must end
    it in a way that runs `atexit`. Against kill -9 nothing helps: the server then runs on
    and the next `start()` adopts it.
    """
    ours = os.getpid()

    def stop() -> None:
        if os.getpid() == ours:  # a forked worker that ends must not take the server along
            cluster.stop()

    atexit.register(stop)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
