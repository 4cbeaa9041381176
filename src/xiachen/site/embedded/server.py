"""The life of one server process: adopted or launched, mended after a crash, stopped."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xiachen.site.embedded import place, processes
from xiachen.site.embedded.account import Account
from xiachen.site.embedded.errors import (
    DataInUse,
    NoSpace,
    ProgramFailed,
    StartFailed,
    StartSlow,
    StopFailed,
)
from xiachen.site.embedded.processes import PostmasterNote
from xiachen.site.embedded.programs import Programs
from xiachen.site.embedded.settings import PORT, as_options, server_settings

START_SECONDS = 300  # repairing after a crash may take this long
STOP_SECONDS = 60
FULL_SECONDS = 5
SILENT_SECONDS = 30  # a server this long without a socket will not get one any more
ORPHAN_SECONDS = 1
LEFTOVER_SECONDS = 10
LARGE_LOG = 10 << 20  # bytes

_LEFTOVERS = ("pre-existing shared memory block", "already exists")


def socket_folder(data: Path, account: Account) -> Path:
    """Answer the folder for the socket of this data folder's server."""
    # Not under TMPDIR: a socket's path may have some hundred bytes, and every program of
    # this account must come to the same answer.
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:10]
    return Path("/tmp") / f"xiachen-{account.uid}-{mark}"


@dataclass(frozen=True)
class Server:
    """The server process of a data folder that is whole; callers hold the start lock."""

    data: Path
    programs: Programs
    durable: bool
    wished: Mapping[str, str]

    @property
    def log(self) -> Path:
        """The server's log, which carries no values."""
        return self.data / "server.log"

    @property
    def _account(self) -> Account:
        return self.programs.account

    @property
    def _socket_folder(self) -> Path:
        return socket_folder(self.data, self._account)

    def note(self) -> PostmasterNote | None:
        """Answer the live server's note; never one that names somebody else's process."""
        note = processes.read_note(self.data)
        if note is None or note.single_user:
            return None
        if processes.visible():
            return note if self._works(note.pid) else None
        # Without /proc only the socket in our closed folder proves whose process it is.
        ours = processes.seems_postgres(note.pid) and self.answer(note) in (0, 1)
        return note if ours else None

    def answer(self, note: PostmasterNote) -> int:
        """Ask at the socket; 0: takes connections, 1: starting or stopping, 2: nobody there."""
        folder = str(note.socket_directory or self._socket_folder)
        where = ("-h", folder, "-p", str(PORT))
        who = ("-U", "postgres", "-d", "postgres")  # others would be refused in the log
        asked = self.programs.run("pg_isready", "-q", "-t", "3", *where, *who, check=False)
        return asked.returncode

    def start(self) -> None:
        """
        Adopt the server that lives, or clear what a dead one left and launch a new one.

        :raises StartSlow: it lives, but is not ready yet
        :raises StartFailed: it refused
        :raises NoSpace: the disk is full
        :raises DataInUse: a process that we cannot call ours claims the data
        """
        until = time.monotonic() + LEFTOVER_SECONDS
        while not self._adopt():
            self._clear_remains()
            said = self._launch()
            if said is None:
                return
            if self.note() is not None:
                continue  # it lives and mends, or somebody else was quicker
            # A killed server's children may hold its memory for a moment longer.
            leftovers = any(words in said for words in _LEFTOVERS)
            if not leftovers or time.monotonic() > until:
                raise self._why_not(said)
            time.sleep(0.1)

    def stop(self) -> None:
        """
        Stop the server that lives, if there is one, ending its sessions.

        :raises StopFailed: it lives on
        """
        for mode in ("fast", "immediate"):
            if self.note() is not None:
                with suppress(ProgramFailed):
                    self._pg_ctl("stop", "-t", str(STOP_SECONDS), "-m", mode)
        note = self.note()
        if note is not None:
            raise StopFailed(pid=note.pid, data=self.data, log=self.log)
        with suppress(OSError):  # another server's by now, or never made
            self._socket_folder.rmdir()

    def _adopt(self) -> bool:
        """Wait for a server that lives already; False when there is none (any more)."""
        begun = time.monotonic()
        while (note := self.note()) is not None:
            waited = time.monotonic() - begun
            answer = self.answer(note)
            if answer == 0 and self._durable_enough():
                return True
            silent = answer == 2 and (note.swept or waited > SILENT_SECONDS)
            if answer == 0 or silent:
                # Not safe for lasting data, or out of everybody's reach: begin anew.
                self.stop()
                return False
            if waited > FULL_SECONDS and place.is_full(self.data):
                # PostgreSQL itself would try and fail for ever.
                self.stop()
                raise NoSpace(data=self.data)
            if waited > START_SECONDS:
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

    def _launch(self) -> str | None:
        """Launch once; answers the server's words when it failed."""
        settings = server_settings(
            durable=self.durable, socket_directory=self._socket_folder, wished=self.wished
        )
        if place.is_full(self.data):
            raise NoSpace(data=self.data)
        written = self._log_size()
        try:
            self._pg_ctl(
                "start", "-t", str(FULL_SECONDS), "-l", str(self.log), "-o", as_options(settings)
            )
        except ProgramFailed as failure:
            return self._log_since(written) or failure.output
        return None

    def _why_not(self, said: str) -> NoSpace | StartFailed:
        if place.tells_of_no_space(said, self.data):
            return NoSpace(data=self.data)
        return StartFailed(data=self.data, log=self.log, said=said.strip()[-1500:])

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
        if note is not None and note.single_user and self._works(note.pid):
            raise DataInUse(pid=note.pid, data=self.data)
        self._outlast_orphans()
        if note is not None and not processes.visible():
            self._outlast_silent(note.pid)
        place.open_socket_folder(self._socket_folder, self._account)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self._socket_folder / name).unlink(missing_ok=True)

    def _outlast_orphans(self) -> None:
        # They leave by themselves once they notice; one deep in a long query does not notice.
        if self._gone_soon():
            return
        for number in (signal.SIGQUIT, signal.SIGKILL):
            for pid in processes.all_in(self.data, self._account):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
            if self._gone_soon():
                return

    def _outlast_silent(self, pid: int) -> None:
        # Without /proc a dying server looks like somebody else's living one.
        until = time.monotonic() + ORPHAN_SECONDS
        while processes.seems_postgres(pid):
            if time.monotonic() > until:
                raise DataInUse(pid=pid, data=self.data)
            time.sleep(0.05)

    def _gone_soon(self) -> bool:
        left = processes.all_in(self.data, self._account)
        until = time.monotonic() + ORPHAN_SECONDS
        while left and time.monotonic() < until:
            time.sleep(0.02)
            left = [pid for pid in left if self._works(pid)]
        return not left

    def _works(self, pid: int) -> bool:
        return processes.works_in(pid, self.data, self._account)

    def _pg_ctl(self, *arguments: str) -> None:
        self.programs.run_detached("pg_ctl", "-D", str(self.data), "-w", *arguments)
