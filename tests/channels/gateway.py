"""A gateway for tests: a real server on this machine that takes texts and remembers them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from time import sleep

from xiachen.channels.configured import Channels

HERE = Channels(hosts=frozenset({"127.0.0.1"}), addresses=(ip_network("127.0.0.1"),))


@dataclass
class Gateway:
    """
    What came in, and how it is answered.

    :param status: with which status every request is answered
    :param slow: seconds that pass before the answer
    :param most: how many requests were answered at once, at most
    """

    port: int = 0
    status: int = 200
    slow: float = 0
    now: int = 0
    most: int = 0
    taken: list[dict[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address of the gateway as the file of channels names it."""
        return f"json://127.0.0.1:{self.port}/send?:to={{phone}}"

    def configure(self, path: Path, *, hosts: str = "127.0.0.1", address: str = "") -> None:
        """Write a file of channels that names this gateway."""
        allowed = address or "127.0.0.1"
        path.write_text(
            f'hosts = ["{hosts}"]\naddresses = ["{allowed}"]\n[phone]\nurl = "{self.url}"\n',
            "utf-8",
        )
        path.chmod(0o600)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """Take texts while the block lasts."""
    made = Gateway()

    class Taking(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            self.answer()

        def do_POST(self) -> None:
            made.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"]))
            made.now += 1
            made.most = max(made.most, made.now)
            sleep(made.slow)
            made.now -= 1
            made.taken.append(json.loads(body))
            self.answer()

        def answer(self) -> None:
            self.send_response(made.status)
            if made.status in (301, 302, 307, 308):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    made.port = server.server_port
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
