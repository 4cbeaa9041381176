"""A server of a test's own, which it may kill and start again."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from xiachen.site import addresses
from xiachen.site.kinship import PARENT

HOST = "127.0.0.1"


class Server:
    """The web server on the test run's database."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers, also after it was started again."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> "Server":
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "xiachen.site.serving", HOST, str(self.port)],
                stdout=log,
                stderr=log,
                env={**os.environ, PARENT: str(os.getpid())},
            )
        until = time.monotonic() + 30
        while not addresses.answers(HOST, self.port):
            assert self.process.poll() is None, "the server has ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)
        return self

    def kill(self) -> None:
        """End it as a power cut does; its worker ends with it."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait(20)
        until = time.monotonic() + 20
        while addresses.answers(HOST, self.port):
            assert time.monotonic() < until, "the server goes on answering"
            time.sleep(0.05)
