"""Runs PostgreSQL's programs as the account that owns the data."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from xiachen.site.embedded.account import Account
from xiachen.site.embedded.binaries import find_binaries
from xiachen.site.embedded.errors import BinariesMissing, ProgramFailed

Stream = IO[bytes] | IO[str] | int | None


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs, run as one account."""

    account: Account

    @cached_property
    def folder(self) -> Path:
        """Where the programs are; looked for only when one is wanted."""
        return find_binaries(self.account)

    def run(
        self,
        program: str,
        *arguments: str,
        check: bool = True,
        input: str | None = None,
        stdin: Stream = None,
        stdout: Stream = subprocess.PIPE,
        stderr: Stream = subprocess.PIPE,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.CompletedProcess[str]:
        """
        Run a program to its end; what it writes is captured as UTF-8 text.

        :raises ProgramFailed: it ended with another status than 0 and `check` is set
        :raises BinariesMissing: there is no such program
        """
        path = self.folder / program
        if not path.exists():
            raise BinariesMissing(place=path)
        done = subprocess.run(
            [str(path), *arguments],
            input=input,
            stdin=(stdin or subprocess.DEVNULL) if input is None else None,
            stdout=stdout,
            stderr=stderr,
            encoding="utf-8",
            errors="replace",
            env=self.environment(),
            cwd="/" if self.account.switch else None,
            user=self.account.uid if self.account.switch else None,
            group=self.account.gid if self.account.switch else None,
            extra_groups=self.account.groups if self.account.switch else None,
            pass_fds=pass_fds,
        )
        if check and done.returncode:
            output = f"{done.stdout or ''}{done.stderr or ''}"
            raise ProgramFailed(program=program, status=done.returncode, output=output)
        return done

    def run_detached(self, program: str, *arguments: str) -> None:
        """
        Run a program that leaves a server behind.

        :raises ProgramFailed: it ended with another status than 0
        """
        # Through a pipe we would wait for the server, which inherits the writing end.
        with tempfile.TemporaryFile() as said:
            done = self.run(program, *arguments, check=False, stdout=said, stderr=subprocess.STDOUT)
            said.seek(0)
            if done.returncode:
                output = said.read().decode(errors="replace")
                raise ProgramFailed(program=program, status=done.returncode, output=output)

    def environment(self) -> dict[str, str]:
        """Answer our environment without anything that steers libpq or PostgreSQL elsewhere."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "LC_")) and name not in ("LANG", "LANGUAGE")
        }
        # English words, because the launcher reads some of them; no start-up file of psql.
        steering = {"LC_ALL": "C", "PGCLIENTENCODING": "UTF8", "PSQLRC": os.devnull}
        return {**kept, **steering, **({"HOME": self.account.home} if self.account.switch else {})}
