"""The program that holds the others together: starts them, watches them, ends them all."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

from xiachen.site.kept_database import Database
from xiachen.site.kinship import PARENT
from xiachen.site.speaking import Stopped, gettext, gettext_noop, say

_ = gettext

_PATIENCE_SECONDS = 10  # to end by itself before it is ended
_LIMIT, _WITHIN_SECONDS = 20, 90  # so many ends in so short a time are a defect
_LOOK_SECONDS = 0.2

SERVER = gettext_noop("web server")
WORKER = gettext_noop("background worker")
PLAIN = gettext_noop("page before HTTPS")


class Told(BaseException):
    """Somebody told the program to end: Ctrl-C, a signal, a closed terminal."""


def obey_signals() -> None:
    """Turn every polite way of ending a program into `Told`, once; later ones are ignored."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        raise Told

    for number in _ENDING:
        # nohup has it ignored, and means it.
        if not (number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN):
            signal.signal(number, end)


_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Child:
    """One program of ours that should run all the time."""

    name: str
    arguments: list[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    restarts: deque[float] = field(default_factory=lambda: deque(maxlen=_LIMIT))

    def start(self) -> None:
        """Start it, out of the terminal's reach: Ctrl-C is for the supervisor alone."""
        self.process = subprocess.Popen(
            [sys.executable, *self.arguments],
            env={**self.environment, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            process_group=0,
        )

    def reread(self) -> None:
        """Tell it to read again what it was started with."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGHUP)

    def ended(self) -> int | None:
        """Return how it ended; None while it runs or before it was started."""
        return self.process.poll() if self.process else None


def run_once(arguments: list[str], environment: Mapping[str, str]) -> None:
    """
    Run a program of ours to its end.

    :raises Stopped: it failed; it has said why
    """
    child = Child("", arguments, environment)
    child.start()
    assert child.process is not None
    try:
        status = child.process.wait()
    except BaseException:
        _end([child])
        raise
    if status:
        raise Stopped(
            _("The start was given up; the reason stands above (status %(status)s).")
            % {"status": status}
        )


class Supervisor:
    """Keeps the children and the embedded server alive until it is told to end."""

    def __init__(self, children: list[Child], database: Database | None) -> None:
        self.children = children
        self._database = database

    def start(self) -> None:
        """Start every child that does not run."""
        for child in self.children:
            if child.process is None:
                child.start()

    def look(self) -> None:
        """
        Start again whatever has ended.

        :raises Stopped: one of them ends again and again
        """
        if self._database:
            self._database.look()
        for child in self.children:
            status = child.ended()
            if status is None:
                continue
            self._count(child)
            say(
                _("The %(name)s ended unexpectedly (%(how)s); starting it again.")
                % {"name": _(child.name), "how": _how(status)}
            )
            child.start()

    def wait(self, until: Callable[[], bool]) -> None:
        """Watch until something is so."""
        while not until():
            self.look()
            time.sleep(_LOOK_SECONDS)

    def end(self) -> None:
        """End every child: politely, then for good."""
        _end(self.children)

    def _count(self, child: Child) -> None:
        now = time.monotonic()
        child.restarts.append(now)
        if len(child.restarts) == _LIMIT and now - child.restarts[0] < _WITHIN_SECONDS:
            raise Stopped(
                _(
                    "The %(name)s ended %(times)s times within %(seconds)s seconds, so everything "
                    "was stopped; what was stored is kept. Run `xiachen doctor`, then start again."
                )
                % {"name": _(child.name), "times": _LIMIT, "seconds": _WITHIN_SECONDS}
            )
        if len(child.restarts) > 1 and now - child.restarts[-2] < 2:
            time.sleep(0.5)  # the database may just be coming back


def _end(children: list[Child]) -> None:
    running = [child.process for child in children if child.process and child.ended() is None]
    for process in running:
        process.terminate()
    until = time.monotonic() + _PATIENCE_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _how(status: int) -> str:
    if status >= 0:
        return _("status %(status)s") % {"status": status}
    return signal.Signals(-status).name
