"""
A stand-in for the server's door to phones, which hands out whatever pack is to be looked at.

What the server makes of phones is tried with the real one; this one serves where only the phone
is looked at or measured. It checks no signature and accepts everything it is sent.
"""

import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from xiachen.site.phone_app import FILES, POLICY, PREFIX

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
Doc = dict[str, Any]


def _b64(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def now_ms() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)


def doc(kind: str, identifier: str | None = None, /, **body: Any) -> Doc:
    """Return a document of a pack."""
    return {"id": identifier or str(uuid4()), "kind": kind, "version": 1, "body": body}


@dataclass
class Door:
    """What the stand-in says; a test changes it as it goes."""

    address: str
    name: str = "王小明"
    member: str = field(default_factory=lambda: str(uuid4()))
    packs: dict[str, list[Doc]] = field(default_factory=dict)
    outcome: Doc = field(default_factory=lambda: {"outcome": "accepted", "code": "", "words": ""})
    # Status, code and words for whoever wants to enrol.
    refusal: tuple[int, str, str] | None = None
    received: dict[str, Doc] = field(default_factory=dict)
    share: str = field(default_factory=lambda: _b64(secrets.token_bytes(32)))
    epoch: str = field(default_factory=lambda: str(uuid4()))
    point: str = field(
        default_factory=lambda: _b64(
            generate_private_key(SECP256R1())
            .public_key()
            .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        )
    )

    def answer(self, path: str, device: str, asked: Doc) -> Doc:
        """Answer what a phone asks."""
        said: Doc = {
            "epoch": self.epoch,
            "time": now_ms(),
            "durable_upto": 0,
            "whole_upto": 0,
            "settled": [],
            "wanted_app": "1.0.0",
        }
        if path.endswith("/enrol"):
            return said | {
                "device": device,
                "member": self.member,
                "incident": str(uuid4()),
                "name": self.name,
                "seal_key": self.point,
            }
        if path.endswith("/push"):
            self.received |= {event["id"]: event for event in asked["events"]}
            return said | {
                "outcomes": [{"id": one["id"], **self.outcome} for one in asked["events"]]
            }
        return said | {
            "share": self.share,
            "until": now_ms() + 86_400_000,
            "parts": [_part(name, docs) for name, docs in self.packs.items()],
            "purge": [],
            "more": False,
        }


def _part(name: str, docs: list[Doc]) -> Doc:
    lines = sorted(f"{one['id']} {one['version']}\n" for one in docs)
    digest = sha256("".join(lines).encode()).hexdigest()[:32]
    return {
        "part": name,
        "cursor": 1,
        "hash": digest,
        "rebuild": True,
        "docs": docs,
        "gone": [],
    }


@contextmanager
def open_door() -> Iterator[Door]:
    """Serve the built app and the stand-in's answers on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.door = Door(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.door  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Serve a file of the app."""
        path = FILES / (self.path.split("?")[0].removeprefix(PREFIX) or "index.html")
        if not path.is_file():
            return self._send(404, b"", "text/plain")
        self._send(200, path.read_bytes(), _TYPES[path.suffix])

    def do_POST(self) -> None:
        """Answer a phone."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        door: Door = self.server.door  # type: ignore[attr-defined]
        if door.refusal and self.path.endswith("/enrol"):
            status, code, words = door.refusal
            said: Doc = {"code": code, "words": words, "time": now_ms()}
            return self._send(status, json.dumps(said).encode(), "application/json")
        said = door.answer(self.path, self.headers["X-Device"], body)
        self._send(200, json.dumps(said).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(body)
