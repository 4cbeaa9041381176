"""A real browser in front of the real server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.visitor import Visit, Visitor
from xiachen.site import addresses
from xiachen.site.kinship import PARENT


@pytest.fixture(scope="session")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The web server as `xiachen serve` runs it, on the test run's database; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The oracle looks into this file when the run ends.
    with (tmp_path_factory.getbasetemp() / "web-server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "xiachen.site.serving", "127.0.0.1", str(port)],
            stdout=log,
            stderr=log,
            env={**os.environ, PARENT: str(os.getpid())},
        )
        try:
            _wait("127.0.0.1", port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait(host: str, port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while not addresses.answers(host, port):
        assert server.poll() is None, "the server has ended"
        assert time.monotonic() < until, "the server does not answer"
        time.sleep(0.1)


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    """Open browsers for people: visit("secretary", width=360)."""
    opened: list[Visitor] = []

    def enter(username: str = "", **how: Any) -> Visitor:
        opened.append(Visitor(browser, site, **how))
        return opened[-1].sign_in(username) if username else opened[-1]

    yield enter
    for visitor in opened:
        visitor.context.close()
