"""How fast people are selected, and how fast they sign up at the public page."""

import json
import re
import shutil
import socket
import statistics
import threading
import time
from urllib.parse import urlencode

import psutil

from bench.crowding import CODE, phone
from bench.house import House, new_home
from bench.measuring import Line, hello

_PEOPLE = 10_000
_FORMS = 1_000
_CONNECTIONS = 8
# So many forms an hour one address may send; the crowd comes from many.
_PER_ADDRESS = 200
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_COOKIE = re.compile(rb"csrftoken=([^;]+)")
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def selection() -> list[Line]:
    """Pages of a board of 10,000, with every filter, beside a bare select of the rows."""
    home = new_home()
    house = House(home)
    try:
        house.cluster.start()
        house.run("-m", "xiachen", "migrate", "--quiet")
        said = json.loads(house.run("-m", "bench.crowding", "board", str(_PEOPLE)).splitlines()[-1])
    finally:
        house.cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    pages, bare = sorted(said["pages"]), statistics.median(said["bare"])
    p95 = pages[int(len(pages) * 0.95)]
    return [
        Line(f"board of {_PEOPLE:,}, page, median", statistics.median(pages), "ms"),
        Line("  p95 over pages and filters", p95, "ms", 150, bare, "bare select of the rows"),
        Line("  entering and signing these up, a third accepted", said["filled"], "s"),
    ]


def sign_up() -> list[Line]:
    """The public page: looking, asking for a code, and signing up, beside a page of nothing."""
    with hello() as (listener, port):
        nothing = [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"] * _FORMS
        _overall, bare = _each(listener.children()[0], port, nothing)
    home = new_home()
    house = House(home)
    try:
        house.start()
        call = json.loads(house.run("-m", "bench.crowding", "call", str(_FORMS)).splitlines()[-1])
        return _forms(house, call, bare)
    finally:
        house.stop()
        shutil.rmtree(home, ignore_errors=True)


def _forms(house: House, call: dict[str, str], bare: float) -> list[Line]:
    look, server = _Form(house.port, f"/sign-up/{call['token']}"), house.processes()["server"]
    said = {"name": "游子衿", "organisation": call["unit"], "words": "会开车"}
    steps = {
        "looked at": [look.get()] * _FORMS,
        "a code asked for": [
            look.post({**said, "phone": phone(10_000_000 + n), "send": "1"}) for n in range(_FORMS)
        ],
        "signed up with the code": [
            look.post({**said, "phone": phone(n), "code": CODE, "sent": "1", "sign_up": "1"})
            for n in range(_FORMS)
        ],
    }
    lines = []
    for name, requests in steps.items():
        overall, spent = _each(server, house.port, requests)
        # One process serves, and one processor at a time runs it: 300 a second is 3.3 ms.
        lines += [
            Line(f"sign-up page, {name}: processor", spent, "ms", 3.33, bare, "a page of nothing"),
            Line("  as it came", overall, "ms"),
        ]
    return lines


class _Form:
    """The page as a browser has it: with the mark against forged forms."""

    def __init__(self, port: int, path: str) -> None:
        self._head = f"{path}?lang=zh HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        with socket.create_connection(("127.0.0.1", port), 20) as line:
            line.sendall(f"GET {self._head}\r\n".encode())
            head, body = _answer(line)
        token = _TOKEN.search(body)
        cookie = _COOKIE.search(head)
        if token is None or cookie is None:
            raise RuntimeError(f"the page has no form: {head[:200]!r}")
        self._token, self._cookie = token[1].decode(), cookie[1].decode()

    def get(self) -> bytes:
        """Return the request for the page."""
        return f"GET {self._head}Cookie: csrftoken={self._cookie}\r\n\r\n".encode()

    def post(self, fields: dict[str, str]) -> bytes:
        """Return the request that sends the form."""
        body = urlencode({"csrfmiddlewaretoken": self._token, **fields})
        return (
            f"POST {self._head}Cookie: csrftoken={self._cookie}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


def _each(server: psutil.Process, port: int, requests: list[bytes]) -> tuple[float, float]:
    """
    Send requests over some connections at once.

    Return milliseconds for each, as they came, and of the server's processor alone: what remains
    of them when other programs need the machine.
    """
    parts = [requests[n::_CONNECTIONS] for n in range(_CONNECTIONS)]
    wrong: list[bytes] = []

    def run(number: int) -> None:
        starts = range(0, len(parts[number]), _PER_ADDRESS)
        for place, start in enumerate(starts, 1):
            address = f"127.{10 + number}.{place}.1"
            wrong.extend(_sent(port, address, parts[number][start : start + _PER_ADDRESS]))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(_CONNECTIONS)]
    before, began = _spent(server), time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seconds, spent = time.perf_counter() - began, _spent(server) - before
    if wrong:
        raise RuntimeError(f"{len(wrong)} answers were not 200: {wrong[0][:300]!r}")
    return seconds * 1000 / len(requests), spent * 1000 / len(requests)


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _sent(port: int, address: str, requests: list[bytes]) -> list[bytes]:
    wrong = []
    with socket.create_connection(("127.0.0.1", port), 20, (address, 0)) as line:
        for request in requests:
            line.sendall(request)
            head, _body = _answer(line)
            if not head.startswith(b"HTTP/1.1 200"):
                wrong.append(head)
    return wrong


def _answer(line: socket.socket) -> tuple[bytes, bytes]:
    """Read one answer; return its head and body."""
    held = b""
    while b"\r\n\r\n" not in held:
        held += line.recv(65536)
    head, _gap, body = held.partition(b"\r\n\r\n")
    found = _LENGTH.search(head)
    length = int(found[1]) if found else 0
    while len(body) < length:
        body += line.recv(65536)
    return head, body
