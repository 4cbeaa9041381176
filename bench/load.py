"""
Load with as little processor as possible: what a phone computes by itself is made beforehand.

A phone seals and signs on its own processor; here that would take from the server's. The requests
are therefore whole before the first is sent, and what remains in the measured time is sending
them and reading the answers.
"""

import asyncio
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from bench.muster import Armed
from xiachen.drill.phones.clocks import DAY, made_id
from xiachen.drill.phones.contact import APP, PUSH, b64
from xiachen.privacy.envelopes import Sealer, request_text

_HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Accept-Language: zh-CN\r\nX-Device: {device}\r\nX-Stamp: {stamp}\r\n"
    "X-Signature: {signature}\r\nContent-Length: {length}\r\n\r\n"
)
_ACCEPTED = b'"accepted"'
_LAST_CHUNK = b"0\r\n\r\n"
_TIMEOUT = 120


class Prepared:
    """One phone's side: numbers its events, seals and signs them."""

    def __init__(self, phone: Armed, seal_key: bytes, chance: random.Random) -> None:
        self.phone = phone
        self.seq = 0
        self._sealer = Sealer(seal_key)
        self._chance = chance

    def push(self, bodies: Sequence[tuple[str, dict[str, object], int]], *, stamp: int) -> bytes:
        """
        Return a whole request.

        :param bodies: kind, body and when it happened, for each event
        :param stamp: when it will be sent
        """
        events = []
        for kind, body, happened in bodies:
            self.seq += 1
            item = made_id(stamp, self._chance)
            plain = json.dumps(
                {
                    "kind": kind,
                    "community": self.phone.community,
                    "clock": happened,
                    "offset": 0,
                    "steady": 0,
                    "contact": happened,
                    "body": body,
                },
                separators=(",", ":"),
            ).encode()
            sealed = self._sealer.seal(plain, device=self.phone.device, item=item, seq=self.seq)
            events.append({"id": str(item), "seq": self.seq, "key": 0, "sealed": b64(sealed)})
        return self._request(events, stamp)

    def _request(self, events: list[dict[str, object]], stamp: int) -> bytes:
        said = {
            "app": APP,
            "clock": stamp,
            "last": self.seq,
            "epoch": "",
            "keys": [b64(self._sealer.ephemeral)],
            "events": events,
        }
        body = json.dumps(said, separators=(",", ":")).encode()
        signature = self.phone.key.sign(request_text(PUSH, stamp, body))
        return (
            head_of(
                PUSH,
                device=self.phone.device,
                stamp=stamp,
                signature=b64(signature),
                length=len(body),
            )
            + body
        )


def head_of(path: str, *, device: UUID, stamp: int, signature: str, length: int) -> bytes:
    """Return what stands before the body of a signed request."""
    return _HEAD.format(
        path=path, device=device, stamp=stamp, signature=signature, length=length
    ).encode()


def check_in(member: str, day: int, now: int) -> tuple[str, dict[str, object], int]:
    """Return a sign-in of somebody, so many days ago."""
    return "attendance.check-in", {"member": member, "method": "list"}, now - day * DAY


@dataclass
class Heard:
    """What came of a load."""

    seconds: float = 0
    accepted: int = 0
    requests: int = 0
    put_off: int = 0
    failed: int = 0
    times: list[float] = field(default_factory=list)
    others: list[bytes] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """Return the milliseconds within which so many of all were answered."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


class _Exchange(asyncio.Protocol):
    """One connection: sends a request, gives the answer to whoever waits."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._read = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, rest = bytes(self._read).partition(b"\r\n\r\n")
        if not found or self._answer is None or self._answer.done():
            return
        chunked = b"chunked" in head.lower()
        whole = (
            rest.endswith(_LAST_CHUNK)
            if chunked
            else len(rest) >= _number(head, b"content-length:")
        )
        if whole:
            self._read.clear()
            self._answer.set_result((int(head[9:12]), head, rest))

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError())

    async def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await asyncio.wait_for(self._answer, _TIMEOUT)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _number(head: bytes, name: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(name):
            return int(line[len(name) :])
    return 0


async def _connect(port: int) -> _Exchange:
    loop = asyncio.get_running_loop()
    _transport, exchange = await loop.create_connection(_Exchange, "127.0.0.1", port)
    return exchange


def at_once(port: int, requests: Sequence[bytes], *, connections: int) -> Heard:
    """Send everything as fast as it is answered, over connections that are kept."""
    heard = Heard()

    async def client(waiting: Iterator[bytes]) -> None:
        exchange = await _connect(port)
        for request in waiting:
            began = time.perf_counter()
            status, head, body = await exchange.ask(request)
            _note(heard, status, body, began)
            while status in (429, 503):  # a phone goes away; here the next one waits instead
                heard.put_off += 1
                await asyncio.sleep(_number(head, b"retry-after:") or 1)
                status, head, body = await exchange.ask(request)
                _note(heard, status, body, began)
        exchange.close()

    async def run() -> None:
        waiting = iter(requests)
        began = time.perf_counter()
        await asyncio.gather(*(client(waiting) for _ in range(connections)))
        heard.seconds = time.perf_counter() - began

    asyncio.run(run())
    return heard


def arriving(port: int, requests: Sequence[bytes], *, seconds: float, seed: int = 1) -> Heard:
    """
    Let as many phones arrive at moments of chance, each on a connection of its own.

    A phone that is put off comes back after the time that it was told, or up to twice that; a
    phone that hears nothing, after some seconds. What it takes counts from its arrival on.
    """
    heard, chance = Heard(), random.Random(seed)

    async def phone(moment: float, request: bytes) -> None:
        await asyncio.sleep(max(0, moment - time.perf_counter()))
        began = moment
        while True:
            try:
                exchange = await _connect(port)
                status, head, body = await exchange.ask(request)
                exchange.close()
            except (OSError, TimeoutError):
                heard.failed += 1
                await asyncio.sleep(chance.uniform(2, 4))
                continue
            if status not in (429, 503):
                return _note(heard, status, body, began)
            heard.put_off += 1
            told = _number(head, b"retry-after:") or 1
            await asyncio.sleep(told * chance.uniform(1, 2))

    async def run() -> None:
        start = time.perf_counter() + 0.2
        moments = sorted(chance.uniform(0, seconds) for _ in requests)
        async with asyncio.TaskGroup() as group:
            for moment, request in zip(moments, requests, strict=True):
                group.create_task(phone(start + moment, request))
        heard.seconds = time.perf_counter() - start

    asyncio.run(run())
    return heard


def _note(heard: Heard, status: int, body: bytes, began: float) -> None:
    heard.requests += 1
    accepted = body.count(_ACCEPTED) if status == 200 else 0
    heard.accepted += accepted
    heard.times.append(time.perf_counter() - began)
    if (status != 200 and status not in (429, 503)) or (status == 200 and not accepted):
        heard.others.append(body[:300])
