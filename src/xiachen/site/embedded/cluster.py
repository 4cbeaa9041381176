"""The product's own PostgreSQL: one data folder, one server, reached by a socket only."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from xiachen.site.embedded import place
from xiachen.site.embedded.account import Account, choose_account
from xiachen.site.embedded.binaries import major_version
from xiachen.site.embedded.making import make_data
from xiachen.site.embedded.programs import Programs, Stream
from xiachen.site.embedded.server import START_SECONDS, Server, socket_folder
from xiachen.site.embedded.settings import PORT

_NOTHING: Mapping[str, str] = {}


class Cluster:
    """
    The PostgreSQL server of one data folder.

    Any program of this account, or of root, may make a `Cluster` of the same folder and start
    or stop the one server. A server left behind by a program that was killed is adopted by the
    next `start()`, with the settings it already runs with.
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
    def _server(self) -> Server:
        return Server(self.data, Programs(self.account), self.durable, self._wished)

    @property
    def binaries(self) -> Path:
        """The folder of PostgreSQL's programs, runnable by the account."""
        return self._server.programs.folder

    @property
    def log(self) -> Path:
        """The server's log, which carries no values."""
        return self._server.log

    @property
    def socket_directory(self) -> Path:
        """The folder of the socket: the running server's, otherwise the one it will have."""
        note = self._server.note()
        return (note and note.socket_directory) or socket_folder(self.data, self.account)

    def start(self) -> None:
        """
        Make the data folder where it is new, start the server and wait until it is ready.

        Recovers from a crash. Does nothing when the server runs already.

        :raises EmbeddedError: one of errors.py, each saying what to do
        """
        with place.refusals_told(self.data, self.account):
            major = major_version(self.binaries)
            place.open_the_way(self.data, self.account)
            with place.start_lock(self.data, seconds=START_SECONDS) as lock:
                if not place.holds_data(self.data, self.account, major=major):
                    make_data(
                        self._server.programs,
                        self.data,
                        major=major,
                        durable=self.durable,
                        lock=lock,
                    )
                self._server.start()

    def stop(self) -> None:
        """
        Stop the server, ending its sessions; does nothing when it does not run.

        :raises StopFailed: it lives on
        """
        if self.pid() is not None:
            with place.start_lock(self.data, seconds=START_SECONDS):
                self._server.stop()

    def is_running(self) -> bool:
        """Whether the server runs and takes connections."""
        note = self._server.note()
        return note is not None and self._server.answer(note) == 0

    def pid(self) -> int | None:
        """Answer the process id of this folder's server, None when it does not run."""
        note = self._server.note()
        return note.pid if note else None

    def dsn(self, *, role: str, database: str) -> str:
        """Answer libpq's keywords for a connection as the role to the database."""
        words = {
            "host": str(self.socket_directory),
            "port": str(PORT),
            "user": role,
            "dbname": database,
        }
        return " ".join(f"{word}='{_escaped(value)}'" for word, value in words.items())

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
    ) -> subprocess.CompletedProcess[str]:
        """
        Run one of PostgreSQL's programs (psql, pg_dump, …) as the server's account.

        That account may be unable to open the caller's files: hand them over as `stdin` and
        `stdout` rather than by name. Captured output is UTF-8 text.

        :raises ProgramFailed: it ended with another status than 0 and `check` is set
        """
        return self._server.programs.run(
            program, *arguments, check=check, input=input, stdin=stdin, stdout=stdout
        )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
