"""A phone for tests: it signs, seals, numbers, and asks the server's application."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.sync.door import DoorClient
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.privacy.envelopes import DeviceKey, Sealer, request_text
from xiachen.privacy.scope import Scope
from xiachen.sync.api.encoding import from_b64, to_b64
from xiachen.sync.operations.invitations import invite
from xiachen.sync.rules.occurred import milliseconds


@dataclass
class Phone:
    """One person's enrolment on one phone; `answers` are status and content."""

    device: UUID = field(default_factory=uuid7)
    key: DeviceKey = field(default_factory=DeviceKey.new)
    client: DoorClient = field(default_factory=DoorClient)
    seq: int = 0
    enrolled: dict[str, Any] = field(default_factory=dict)
    sealer: Sealer | None = None
    language: str = "en"

    def ask(
        self, name: str, content: Any, *, stamp: int | None = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        path = f"/sync/v1/{name}"
        stamp = now() if stamp is None else stamp
        given = {
            "X-Device": str(self.device),
            "X-Stamp": str(stamp),
            "X-Signature": to_b64(self.key.sign(request_text(path, stamp, body))),
            "Accept-Language": self.language,
            **headers,
        }
        response = self.client.post(path, data=body, content_type="application/json", headers=given)
        self.response = response
        return response.status_code, json.loads(response.content)

    def enrol(self, token: str, **former: str) -> tuple[int, dict[str, Any]]:
        key = to_b64(self.key.point)
        content = {"token": token, "key": key, "name": "Redmi 9", "app": "1.0.0", **former}
        status, told = self.ask("enrol", content)
        if status == 200:
            self.enrolled = told
            self.sealer = Sealer(from_b64(told["seal_key"]))
        return status, told

    def event(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        community: int | None,
        at: datetime | None = None,
        id: UUID | None = None,
        seq: int | None = None,
        **told: Any,
    ) -> dict[str, Any]:
        """Return an event, sealed and numbered, recorded at a moment by a right clock."""
        if seq is None:
            self.seq += 1
            seq = self.seq
        content = {
            "kind": kind,
            "community": community,
            "clock": milliseconds(at or clock.now()),
            "offset": 0,
            "steady": None,
            "contact": None,
            "body": body,
            **told,
        }
        return self.sealed(json.dumps(content).encode(), id=id or uuid7(), seq=seq)

    def sealed(self, plain: bytes, *, id: UUID, seq: int) -> dict[str, Any]:
        assert self.sealer is not None
        made = self.sealer.seal(plain, device=self.device, item=id, seq=seq)
        return {"id": str(id), "seq": seq, "key": 0, "sealed": to_b64(made)}

    def frame(self, events: list[Any], **changed: Any) -> dict[str, Any]:
        assert self.sealer is not None
        return {
            "app": "1.0.0",
            "clock": now(),
            "last": self.seq,
            "epoch": self.enrolled["epoch"],
            "keys": [to_b64(self.sealer.ephemeral)],
            "events": events,
            **changed,
        }

    def push(self, *events: Any, **changed: Any) -> tuple[int, dict[str, Any]]:
        return self.ask("push", self.frame(list(events), **changed))

    def outcomes(self, *events: Any, **changed: Any) -> list[tuple[str, str]]:
        """Push, and return outcome and code of each event."""
        status, told = self.push(*events, **changed)
        assert status == 200, told
        return [(one["outcome"], one["code"]) for one in told["outcomes"]]


def now() -> int:
    """Return the present in milliseconds."""
    return milliseconds(clock.now())


def phone_of(scope: Scope, member: UUID, *, at: datetime | None = None) -> Phone:
    """Invite a person and enrol a phone."""
    (invited,) = invite(scope, members=[member], at=at or clock.now())
    assert invited.refusal is None, invited.refusal
    phone = Phone()
    status, told = phone.enrol(invited.token)
    assert status == 200, told
    return phone
