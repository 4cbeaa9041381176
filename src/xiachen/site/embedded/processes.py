"""Tells our own server's processes from everybody else's."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from xiachen.site.embedded.account import Account

PROC = Path("/proc")


@dataclass(frozen=True)
class PostmasterNote:
    """What a running server writes into postmaster.pid; a crashed one leaves it behind."""

    pid: int
    socket_directory: Path | None
    status: str
    single_user: bool

    @property
    def swept(self) -> bool:
        """Whether the socket of a server that was ready is gone, as from a cleaned /tmp."""
        folder = self.socket_directory
        return self.status == "ready" and folder is not None and not any(folder.glob(".s.PGSQL.*"))


def read_note(data: Path) -> PostmasterNote | None:
    """Answer the note in the data folder, or None where there is none (or an empty one)."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="replace").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    socket = lines[4].strip() if len(lines) > 4 else ""
    status = lines[7].strip() if len(lines) > 7 else "starting"
    return PostmasterNote(abs(pid), Path(socket) if socket else None, status, pid < 0)


def visible() -> bool:
    """Whether the system shows what a process works on (Linux does, macOS does not)."""
    return (PROC / "self" / "stat").exists()


def works_in(pid: int, data: Path, account: Account) -> bool:
    """Whether the process is a live PostgreSQL process of this data folder."""
    try:
        name, _, rest = (PROC / str(pid) / "stat").read_text().rpartition(")")
    except OSError:
        return False
    if not name.endswith("(postgres") or rest.split()[0] == "Z":
        return False
    # PostgreSQL's processes all stand in their data folder: a reused pid does not.
    return account.read_link(PROC / str(pid) / "cwd") == str(data)


def all_in(data: Path, account: Account) -> list[int]:
    """Answer every live PostgreSQL process of this data folder."""
    if not visible():
        return []
    numbers = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if works_in(pid, data, account)]


def seems_postgres(pid: int) -> bool:
    """Whether a process with this id lives and is called postgres, asking `ps`."""
    try:
        asked = ["ps", "-o", "stat=", "-o", "comm=", "-p", str(pid)]
        done = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    except FileNotFoundError:
        return _lives(pid)
    state, _, name = done.stdout.strip().partition(" ")
    # A killed process keeps its name until its parent has taken note of its end.
    return not state.startswith("Z") and Path(name.strip()).name == "postgres"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
