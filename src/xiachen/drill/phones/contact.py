"""
One signed question to the server, and what a phone makes of the answer.

A phone gives up nothing because of a refusal: whatever is said to a whole request, the outbox
stays as it is. What is wrong with the stamp is repaired at once from the server's own time; what
is too much, too fast or not there is tried again later, spread by chance.
"""

import base64
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from xiachen.drill.phones.clocks import SECOND, PhoneClock
from xiachen.drill.phones.network import Answer, Door, Request
from xiachen.drill.phones.storage import Contact, Enrolled, Storage
from xiachen.privacy.envelopes import DeviceKey, request_text

ENROL = "/sync/v1/enrol"
PUSH = "/sync/v1/push"
PULL = "/sync/v1/pull"
APP = "1.0.0"

_LONGEST_WAIT = 300.0
_DOUBLINGS = 9


def b64(content: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Read base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Unheard(Exception):
    """No answer, or none of this server: nothing is known, everything is kept."""


@dataclass
class Declined(Exception):
    """
    The whole request was refused.

    :ivar after: seconds to wait, where the server said so
    """

    status: int
    code: str
    words: str
    after: float | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


@dataclass
class Line:
    """
    A phone's contact with the server, as long as the app is loaded.

    :ivar steady: of the phone's steady clock at the last answer; None until the first one
    :ivar failures: how often in a row nothing could be done
    :ivar quiet_until: of the steady clock: before it the phone asks nothing
    """

    door: Door
    clock: PhoneClock
    storage: Storage
    chance: random.Random
    app: str = APP
    language: str = "zh-CN"
    steady: int | None = None
    failures: int = 0
    quiet_until: int = 0

    def is_quiet(self) -> bool:
        """Tell whether the phone still waits before it asks again."""
        return self.clock.steady() < self.quiet_until

    def ask(self, device: UUID, key: DeviceKey, path: str, said: Mapping[str, Any]) -> Any:
        """
        Return the answer's content.

        :raises Unheard: nothing came back, or something that no xiachen wrote
        :raises Declined: the server refuses the request as a whole
        """
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            return self._once(device, key, path, body)
        except Declined as declined:
            if declined.code != "sync.stamp":
                self._take_back(declined.after)
                raise
        except Unheard:
            self._take_back(None)
            raise
        try:  # with the time that the refusal has told
            return self._once(device, key, path, body)
        except Declined as declined:
            self._take_back(declined.after)
            raise
        except Unheard:
            self._take_back(None)
            raise

    def _once(self, device: UUID, key: DeviceKey, path: str, body: bytes) -> Any:
        answer = self.send(device, key, path, body)
        content = _content(answer)
        if isinstance(content.get("time"), int):
            self._set(content["time"])
        if answer.status == 200:
            self.failures = 0
            self.quiet_until = 0
            return content
        raise Declined(
            answer.status, str(content["code"]), str(content.get("words", "")), _after(answer)
        )

    def send(
        self,
        device: UUID,
        key: DeviceKey,
        path: str,
        body: bytes,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """
        Send one signed request.

        :raises Unheard: nothing came back
        """
        stamp = self.clock.wall() + self.offset
        signed = {
            "Content-Type": "application/json",
            "Accept-Language": self.language,
            "X-Device": str(device),
            "X-Stamp": str(stamp),
            "X-Signature": b64(key.sign(request_text(path, stamp, body))),
            **(headers or {}),
        }
        try:
            return self.door.send(Request(path, signed, body, method))
        except OSError as error:
            raise Unheard(str(error)) from error

    @property
    def offset(self) -> int:
        """How far the wall clock is behind the server's, as far as the phone knows."""
        contact = self.storage.contacts.get(None)
        return contact.offset if contact else 0

    def time_of(self) -> tuple[int | None, int | None, int | None]:
        """Return what an event says of its time: offset, steady milliseconds, contact."""
        contact = self.storage.contacts.get(None)
        if contact is None:
            return None, None, None
        steady = self.clock.steady() - self.steady if self.steady is not None else None
        return contact.offset, steady, contact.time

    def _set(self, time: int) -> None:
        with self.storage.transaction():
            self.storage.contacts.put(None, Contact(time, time - self.clock.wall()))
        self.steady = self.clock.steady()

    def _take_back(self, after: float | None) -> None:
        """Wait before the next question: as long as told, or longer from time to time."""
        self.failures += 1
        if after is None:
            seconds = min(_LONGEST_WAIT, 2.0 ** min(self.failures, _DOUBLINGS))
            wait = seconds * self.chance.uniform(0.5, 1)
        else:
            wait = after * self.chance.uniform(1, 2)
        self.quiet_until = self.clock.steady() + int(wait * SECOND)


def _content(answer: Answer) -> dict[str, Any]:
    """Read an answer; a page of a hotel's network or of a proxy is none."""
    try:
        content = json.loads(answer.body)
    except ValueError as error:
        raise Unheard(f"{answer.status}, no JSON") from error
    known = isinstance(content, dict) and (answer.status == 200 or "code" in content)
    if not known:
        raise Unheard(f"{answer.status}, not of this server")
    assert isinstance(content, dict)
    return content


def _after(answer: Answer) -> float | None:
    try:
        return max(0.0, float(answer.headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def enrol(
    line: Line,
    *,
    device: UUID,
    key: DeviceKey,
    token: str,
    name: str,
    former: Enrolled | None = None,
) -> Enrolled:
    """
    Enrol a person on this phone by the token of an invitation; return what is to be kept.

    Asked again after a lost answer, the same device and key get the same answer.

    :param former: the enrolment that a restored server has forgotten: what it holds must not come
        under another person's name
    :raises Declined: the token is used, too old or unknown, or for somebody else
    :raises Unheard: nothing came back
    """
    said = {"token": token, "key": b64(key.point), "name": name, "app": line.app}
    if former is not None:
        said |= {"member": str(former.member), "incident": str(former.incident)}
    told = line.ask(device, key, ENROL, said)
    return Enrolled(
        device=device,
        key=key,
        member=UUID(told["member"]),
        incident=UUID(told["incident"]),
        name=told["name"],
        seal_key=unb64(told["seal_key"]),
        epoch=told["epoch"],
    )


def renewed(enrolled: Enrolled, told: Mapping[str, Any]) -> Enrolled:
    """Return an enrolment with what each answer says of the server."""
    durable = told.get("durable_upto")
    return replace(
        enrolled,
        epoch=str(told["epoch"]),
        durable_upto=durable if isinstance(durable, int) else enrolled.durable_upto,
    )
