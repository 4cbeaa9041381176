"""Ties between our processes: a child never outlives its parent, nor the server our program."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from xiachen.site.embedded.cluster import Cluster
from xiachen.site.speaking import Stopped, gettext

_ = gettext

PARENT = "XIACHEN_PARENT"
_PR_SET_PDEATHSIG = 1
_FAREWELL_SECONDS = 90


def end_with_parent() -> None:
    """End this process as soon as the one named in XIACHEN_PARENT ends, however it ends."""
    parent = int(os.environ.get(PARENT, "0"))
    if not parent:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


class Keeper:
    """
    A sleeping shell that stops the database server when our program is killed.

    PostgreSQL is nobody's child. The shell waits on a pipe that only our program holds open; when
    the pipe closes, whatever the reason, it stops the server.
    """

    def __init__(self, home: Path, cluster: Cluster) -> None:
        self._home = home
        self._cluster = cluster
        self._process: subprocess.Popen[bytes] | None = None

    def watch(self) -> None:
        """Have the shell wait; does nothing while it does."""
        if self._process is not None and self._process.poll() is None:
            return
        account = self._cluster.account
        lock = os.open(_lock_path(self._home), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            self._process = subprocess.Popen(
                [
                    "/bin/sh",
                    "-c",
                    'read -r _; exec "$@" >/dev/null 2>&1',
                    "xiachen-keeper",
                    str(self._cluster.binaries / "pg_ctl"),
                    "-D",
                    str(self._cluster.data),
                    *("-m", "fast", "-w", "stop"),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                user=account.uid if account.switch else None,
                group=account.gid if account.switch else None,
                extra_groups=account.groups if account.switch else None,
                start_new_session=True,
                pass_fds=[lock],
            )
        finally:
            os.close(lock)

    def dismiss(self) -> None:
        """Let the shell go; the server should be stopped by now."""
        if self._process is not None:
            self._process.communicate()
            self._process = None


def wait_for_keeper(home: Path) -> None:
    """Wait until the shell of a program that was killed has stopped the server."""
    lock = os.open(_lock_path(home), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + _FAREWELL_SECONDS
        while not _free(lock):
            if time.monotonic() > until:
                raise Stopped(
                    _("The database of an earlier run is still stopping. Wait and start again.")
                )
            time.sleep(0.05)
    finally:
        os.close(lock)


def _free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_path(home: Path) -> Path:
    return home / "keeper.lock"
