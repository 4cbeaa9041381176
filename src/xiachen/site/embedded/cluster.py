"""The product's own PostgreSQL: one data folder, one server, reached by a socket only."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from xiachen.site.embedded import place, processes
from xiachen.site.embedded.account import Account, choose_account
from xiachen.site.embedded.binaries import find_binaries, major_version
from xiachen.site.embedded.errors import (
    DataInUse,
    NoSpace,
    ProgramFailed,
    StartFailed,
    StartSlow,
    StopFailed,
)
from xiachen.site.embedded.making import make_data
from xiachen.site.embedded.programs import Programs, Stream
from xiachen.site.embedded.settings import PORT, as_options, server_settings
from xiachen.site.embedded.space import no_space_told, tells_of_no_space

START_SECONDS = 300  # repairing after a crash may take this long
STOP_SECONDS = 60
ORPHAN_SECONDS = 5
SILENT_SECONDS = 5
LARGE_LOG = 10 << 20  # bytes

_NOTHING: Mapping[str, str] = {}
_LEFTOVERS = ("pre-existing shared memory block", "lock file")


class Cluster:
    """
    The PostgreSQL server of one data folder.

    Any process of this person may make a `Cluster` of the same folder and start or stop the
    one server. A server left behind by a program that was killed is adopted by the next
    `start()`, with the settings it already runs with.
    """

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        account: str | None = None,
        settings: Mapping[str, str] = _NOTHING,
    ) -> None:
        self.data = Path(data).resolve()
        self.durable = durable
        self._named_account = account
        self._wished = dict(settings)

    @cached_property
    def account(self) -> Account:
        """The system's account that runs the server; never root."""
        return choose_account(self._named_account, self.data)

    @cached_property
    def binaries(self) -> Path:
        """The folder of PostgreSQL's programs, runnable by the account."""
        return find_binaries(self.account)

    @cached_property
    def _programs(self) -> Programs:
        return Programs(self.binaries, self.account)

    @property
    def log(self) -> Path:
        """The server's log, which carries no values."""
        return self.data / "server.log"

    @property
    def socket_directory(self) -> Path:
        """The folder of the socket: the running server's, otherwise the one it will have."""
        note = processes.read_note(self.data)
        if note is not None and note.socket_directory is not None:
            return note.socket_directory
        return self._own_socket_directory

    @property
    def _own_socket_directory(self) -> Path:
        # Not under TMPDIR: a socket's path may have some hundred bytes, and every program of
        # this account must come to the same answer.
        mark = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:10]
        return Path("/tmp") / f"xiachen-{self.account.uid}-{mark}"

    def start(self) -> None:
        """
        Make the data folder where it is new, start the server and wait until it is ready.

        Recovers from a crash. Does nothing when the server runs already.

        :raises EmbeddedError: one of errors.py, each saying what to do
        """
        with no_space_told(self.data):
            major = major_version(self.binaries)
            place.open_the_way(self.data, self.account)
            with place.start_lock(self.data, seconds=START_SECONDS) as lock:
                if not place.holds_data(self.data, self.account, major=major):
                    make_data(
                        self._programs, self.data, major=major, durable=self.durable, lock=lock
                    )
                if not self._adopt():
                    self._launch()

    def stop(self) -> None:
        """
        Stop the server, ending its sessions; does nothing when it does not run.

        :raises StopFailed: it lives on
        """
        if self.pid() is None:
            return
        with place.start_lock(self.data, seconds=START_SECONDS):
            self._stop_server()

    def is_running(self) -> bool:
        """Whether the server runs and takes connections."""
        return self.pid() is not None and self._answer() == 0

    def pid(self) -> int | None:
        """Answer the process id of this folder's server, None when it does not run."""
        note = processes.read_note(self.data)
        if note is None or note.single_user:
            return None
        if processes.visible():
            return note.pid if processes.works_in(note.pid, self.data) else None
        # Without /proc only the socket in our closed folder proves whose process it is.
        ours = processes.seems_postgres(note.pid) and self._answer() in (0, 1)
        return note.pid if ours else None

    def dsn(self, *, role: str, database: str) -> str:
        """Answer libpq's keywords for a connection as the role to the database."""
        words = {
            "host": self.socket_directory,
            "port": PORT,
            "user": role,
            "dbname": database,
        }
        return " ".join(f"{word}='{_escaped(str(value))}'" for word, value in words.items())

    def url(self, *, role: str, database: str) -> str:
        """Answer the same connection as an address, for settings and for pg_dump."""
        host = quote(str(self.socket_directory), safe="/")
        return f"postgresql://{quote(role)}@:{PORT}/{quote(database)}?host={host}"

    def run(
        self,
        program: str,
        *arguments: str,
        check: bool = True,
        input: str | None = None,
        stdin: Stream = None,
        stdout: Stream = subprocess.PIPE,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.CompletedProcess[str]:
        """
        Run one of PostgreSQL's programs (psql, pg_dump, …) as the server's account.

        That account may be unable to open the caller's files: hand them over as `stdin` and
        `stdout` rather than by name.

        :raises ProgramFailed: it ended with another status than 0 and `check` is set
        """
        return self._programs.run(
            program,
            *arguments,
            check=check,
            input=input,
            stdin=stdin,
            stdout=stdout,
            pass_fds=pass_fds,
        )

    def _answer(self) -> int:
        """0: takes connections, 1: starting or stopping, 2: nobody there."""
        folder = str(self.socket_directory)
        asked = self._programs.run(
            "pg_isready", "-q", "-t", "3", "-h", folder, "-p", str(PORT), check=False
        )
        return asked.returncode

    def _adopt(self) -> bool:
        """Wait for a server that lives already; False when there is none (any more)."""
        until = time.monotonic() + START_SECONDS
        silent_until = time.monotonic() + SILENT_SECONDS
        while self.pid() is not None:
            answer = self._answer()
            if answer == 0 and self._durable_enough():
                return True
            if answer == 0 or (answer == 2 and time.monotonic() > silent_until):
                # Not safe for this data, or its socket was swept from /tmp: begin anew.
                self._stop_server()
                return False
            if time.monotonic() > until:
                raise StartSlow(data=self.data, seconds=START_SECONDS, log=self.log)
            time.sleep(0.05)
        return False

    def _durable_enough(self) -> bool:
        if not self.durable:
            return True
        try:
            return "fsync=off" not in (self.data / "postmaster.opts").read_text()
        except OSError:
            return True

    def _launch(self) -> None:
        until = time.monotonic() + ORPHAN_SECONDS * 2
        while True:
            self._clear_remains()
            said = self._try_launch()
            if said is None:
                return
            # A killed server's children may hold its memory for a moment longer.
            leftovers = any(words in said for words in _LEFTOVERS)
            if not leftovers or time.monotonic() > until:
                self._explain(said)
            time.sleep(0.1)

    def _try_launch(self) -> str | None:
        """Start once; answers the server's words when it failed."""
        folder = self._own_socket_directory
        place.open_socket_folder(folder, self.account)
        settings = server_settings(
            durable=self.durable, socket_directory=folder, wished=self._wished
        )
        written = self._log_size()
        try:
            self._pg_ctl(
                "start", "-t", str(START_SECONDS), "-l", str(self.log), "-o", as_options(settings)
            )
        except ProgramFailed as failure:
            if self.pid() is not None:
                raise StartSlow(data=self.data, seconds=START_SECONDS, log=self.log) from failure
            return self._log_since(written) or failure.output
        return None

    def _explain(self, said: str) -> None:
        if tells_of_no_space(said, self.data):
            raise NoSpace(data=self.data)
        raise StartFailed(data=self.data, log=self.log, said=said.strip()[-1500:])

    def _log_size(self) -> int:
        if not self.log.exists():
            return 0
        size = self.log.stat().st_size
        if size < LARGE_LOG:
            return size
        self.log.rename(self.log.with_suffix(".log.1"))
        return 0

    def _log_since(self, written: int) -> str:
        try:
            with self.log.open("rb") as log:
                log.seek(written)
                return log.read().decode(errors="replace")
        except OSError:
            return ""

    def _clear_remains(self) -> None:
        """Remove what a killed server left: its processes, its note, its socket."""
        note = processes.read_note(self.data)
        if note is not None and note.single_user and processes.works_in(note.pid, self.data):
            raise DataInUse(pid=note.pid, data=self.data)
        self._outlast_orphans()
        if note is not None and not processes.visible() and processes.seems_postgres(note.pid):
            raise DataInUse(pid=note.pid, data=self.data)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self._own_socket_directory / name).unlink(missing_ok=True)

    def _outlast_orphans(self) -> None:
        # They leave by themselves once they notice; one deep in a long query does not notice.
        for number in (None, signal.SIGQUIT, signal.SIGKILL):
            until = time.monotonic() + ORPHAN_SECONDS
            orphans = processes.all_in(self.data)
            for pid in orphans if number else ():
                if processes.works_in(pid, self.data):
                    os.kill(pid, number or 0)
            while orphans and time.monotonic() < until:
                time.sleep(0.02)
                orphans = [pid for pid in orphans if processes.works_in(pid, self.data)]
            if not orphans:
                return

    def _stop_server(self) -> None:
        for mode in ("fast", "immediate"):
            pid = self.pid()
            if pid is None:
                break
            try:
                self._pg_ctl("stop", "-t", str(STOP_SECONDS), "-m", mode)
            except ProgramFailed:
                continue
        else:
            if (pid := self.pid()) is not None:
                raise StopFailed(pid=pid, data=self.data, log=self.log)
        self._remove_socket_folder()

    def _remove_socket_folder(self) -> None:
        try:
            self._own_socket_directory.rmdir()
        except OSError:
            return  # still in use or never made: it is empty and small

    def _pg_ctl(self, *arguments: str) -> None:
        self._programs.run_detached("pg_ctl", "-D", str(self.data), "-w", *arguments)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
