"""A server of paper, as small as the protocol allows: what virtual phones are tried on."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from xiachen.drill.phones.clocks import MINUTE, Course
from xiachen.drill.phones.contact import ENROL, PUSH, b64, unb64
from xiachen.drill.phones.network import Answer, Request
from xiachen.privacy.envelopes import SealingKey, is_signed, request_text

MEMBER = UUID(int=7)
INCIDENT = UUID(int=8)


@dataclass
class Paper:
    """
    Keeps every opened event by its id.

    :ivar refusing: asked before each request; an answer of its own stands for the server's
    :ivar judging: gives the outcome of an event that is not known yet
    """

    course: Course
    epoch: str = "one"
    largest: int = 200
    durable_upto: int = 0
    settled: list[str] = field(default_factory=list)
    refusing: Callable[[Request], Answer | None] = lambda _request: None
    judging: Callable[[dict[str, Any]], dict[str, Any]] = lambda _event: {"outcome": "accepted"}
    parts: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    devices: dict[str, bytes] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=lambda: {"welcome": ""})
    held: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = SealingKey(ec.generate_private_key(ec.SECP256R1()))

    def send(self, request: Request) -> Answer:
        """Answer as the protocol says."""
        refused = self.refusing(request)
        if refused is not None:
            return refused
        stamp = int(request.headers["X-Stamp"])
        try:
            said = json.loads(request.body)
        except ValueError:
            return self.refusal(400, "sync.unreadable")
        if abs(stamp - self.course.now()) > 5 * MINUTE:
            return self.refusal(401, "sync.stamp")
        device = request.headers["X-Device"]
        point = unb64(said["key"]) if request.path == ENROL else self.devices.get(device, b"")
        text = request_text(request.path, stamp, request.body)
        if not point or not is_signed(point, unb64(request.headers["X-Signature"]), text):
            return self.refusal(401, "sync.bad-signature")
        self.asked.append(said)
        if request.path == ENROL:
            return self._enrol(device, point, said)
        if len(said.get("events", ())) > self.largest:
            return self.refusal(413, "sync.too-large")
        told = {"outcomes": self._take(device, said)} if request.path == PUSH else self._pack(said)
        return self.answer(200, {**self._always(), **told})

    def refusal(self, status: int, code: str, **headers: str) -> Answer:
        return self.answer(
            status, {"code": code, "words": "…", "time": self.course.now()}, **headers
        )

    def answer(self, status: int, content: dict[str, Any], **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer(status, named, json.dumps(content).encode())

    def _always(self) -> dict[str, Any]:
        return {
            "epoch": self.epoch,
            "time": self.course.now(),
            "durable_upto": self.durable_upto,
            "whole_upto": 0,
            "settled": self.settled,
            "wanted_app": "1.0.0",
        }

    def _enrol(self, device: str, point: bytes, said: dict[str, Any]) -> Answer:
        holder = self.tokens.get(said["token"])
        if holder not in ("", device):
            return self.refusal(409, "sync.token-used")
        self.tokens[said["token"]] = device
        self.devices[device] = point
        told = {
            "device": device,
            "member": str(MEMBER),
            "incident": str(INCIDENT),
            "name": "郁未央",
            "seal_key": b64(self.key.point),
        }
        return self.answer(200, {**self._always(), **told})

    def _take(self, device: str, said: dict[str, Any]) -> list[dict[str, Any]]:
        outcomes = []
        for one in said["events"]:
            opener = self.key.opener(unb64(said["keys"][one["key"]]))
            plain = opener.open(
                unb64(one["sealed"]), device=UUID(device), item=UUID(one["id"]), seq=one["seq"]
            )
            event = {**json.loads(plain), "seq": one["seq"], "device": device}
            if one["id"] in self.held:
                outcome = {"outcome": "already"}
            else:
                outcome = self.judging(event)
                if outcome["outcome"] == "accepted":
                    self.held[one["id"]] = event
            outcomes.append({"id": one["id"], "code": "", "words": "", **outcome})
        return outcomes

    def _pack(self, said: dict[str, Any]) -> dict[str, Any]:
        return {"parts": self.parts, "purge": [], "more": False, "share": "", "until": 0}


def hash_as_the_contract_says(docs: list[dict[str, Any]]) -> str:
    lines = sorted((one["id"], one["version"]) for one in docs)
    text = "".join(f"{key} {version}\n" for key, version in lines)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
