"""A whole site of its own, in a folder of its own, that can be hurt."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from xiachen.site.database import embedded_cluster
from xiachen.site.embedded.making import OWNER_ROLE

ROOT = Path(__file__).parents[1]
READY_SECONDS = 180


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def new_home(parent: Path | None = None) -> Path:
    """Return a new folder that the database's account can enter."""
    home = Path(tempfile.mkdtemp(prefix="xiachen-bench-", dir=parent))
    home.chmod(0o755)
    return home


class House:
    """`xiachen serve` or `xiachen run` as a program of its own, with all it starts."""

    def __init__(
        self, home: Path, *, database: str = "xiachen", extra: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        self.database = database
        self.port = free_port()
        self.cluster = embedded_cluster(home)
        self.log = home / "site.log"
        self.environment = {
            **{
                k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "XIACHEN_AS_OWNER")
            },
            "XIACHEN_HOME": str(home),
            "XIACHEN_DATABASE": database,
            "XIACHEN_LANGUAGE": "en",
            "DJANGO_SETTINGS_MODULE": "xiachen.site.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            **(extra or {}),
        }
        self.program: subprocess.Popen[bytes] | None = None

    def start(self, *command: str) -> float:
        """Start the program and wait until it says that it is ready; return the seconds taken."""
        said = self.log.open("ab")
        before = self.log.stat().st_size
        began = time.monotonic()
        self.program = subprocess.Popen(
            [sys.executable, "-m", "xiachen", *(command or ("serve",)), "--port", str(self.port)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        said.close()
        while True:
            text = self.log.read_bytes()[before:].decode(errors="replace")
            if "Ready: " in text:
                return time.monotonic() - began
            if self.program.poll() is not None or time.monotonic() - began > READY_SECONDS:
                raise RuntimeError(f"the site did not start:\n{text[-4000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self.program is not None:
            with suppress(ProcessLookupError):
                self.program.send_signal(signal.SIGINT)
            self.program.wait(60)
            self.program = None

    def run(self, *arguments: str) -> str:
        """Run a program of ours on this house to its end; return what it said."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=ROOT,
        )
        return done.stdout

    def processes(self) -> dict[str, psutil.Process]:
        """Return what runs, by part: supervisor, listener, server, worker, postgres."""
        found: dict[str, psutil.Process] = {}
        if self.program is not None and self.program.poll() is None:
            found["supervisor"] = psutil.Process(self.program.pid)
            for child in found["supervisor"].children():
                with suppress(psutil.Error):
                    line = " ".join(child.cmdline())
                    if "xiachen.site.serving" in line:
                        found["listener"] = child
                        for one in child.children():
                            found["server"] = one
                    elif "xiachen.site.working" in line:
                        found["worker"] = child
        pid = self.cluster.pid()
        if pid is not None:
            found["postgres"] = psutil.Process(pid)
        return found

    def everything(self) -> list[psutil.Process]:
        """Return every process of the house, the database's own children too."""
        named = self.processes()
        backends = named["postgres"].children(recursive=True) if "postgres" in named else []
        return [*named.values(), *backends]

    def kill(self, part: str) -> bool:
        """End a part as a power cut would; tell whether it was there."""
        process = self.processes().get(part)
        if process is None:
            return False
        with suppress(psutil.NoSuchProcess):
            process.kill()
        return True

    def kill_one(self, parts: tuple[str, ...], chance: random.Random) -> str:
        """End a part chosen by chance; the supervisor's end needs a new start."""
        part = chance.choice(parts)
        if not self.kill(part):
            return f"{part} (was just starting)"
        if part == "supervisor":
            assert self.program is not None
            self.program.wait()
            self.start()
        return part

    def connect(self, role: str = OWNER_ROLE) -> psycopg.Connection[tuple[object, ...]]:
        """Connect past the product, once the server is there."""
        until = time.monotonic() + READY_SECONDS
        while True:
            try:
                return psycopg.connect(
                    self.cluster.dsn(role=role, database=self.database), autocommit=True
                )
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.1)


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is so; tell whether it became so in time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
