"""A phone that signs people in through HTTP and believes only what the server acknowledges."""

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from bench.town import Town
from xiachen.base.ids import uuid7

CHECK_INS = "/api/v1/check-ins"
_FIRST = datetime(2021, 1, 1, 0, 15, tzinfo=UTC)
_DAYS = 1800
_PARTS = 60  # phones in all, each with days of its own
_FAULT_EVERY = 5
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Client:
    """One signed-in connection."""

    def __init__(self, port: int, town: Town) -> None:
        self.port = port
        self.town = town
        self._cookies: dict[str, str] = {}
        self._connection = self._new()

    def _new(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def sign_in(self) -> None:
        """Sign in as a person does, again and again while the site is coming back."""
        until = time.monotonic() + 60
        while True:
            try:
                return self._sign_in()
            except (OSError, http.client.HTTPException, AssertionError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _sign_in(self) -> None:
        page = self.ask("GET", "/accounts/login/")[1].decode()
        token = _TOKEN.search(page)
        assert token is not None, page[:500]
        fields = {
            "csrfmiddlewaretoken": token[1],
            "login": self.town.username,
            "password": self.town.password,
        }
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, page_after = self.ask("POST", "/accounts/login/", urlencode(fields), kind)
        assert status == 302, (status, page_after[:500])

    def ask(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request and read its answer."""
        sent = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()),
            **(headers or {}),
        }
        if method == "POST":
            sent["X-CSRFToken"] = self._cookies.get("csrftoken", "")
        try:
            self._connection.request(method, path, body or None, sent)
            with self._connection.getresponse() as answer:
                content = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = self._new()
            raise
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self._cookies[key] = rest.partition(";")[0]
        return answer.status, content

    def check_in(self, item: dict[str, object], failpoint: str = "") -> str:
        """Offer one check-in; return what the server acknowledged: accepted, already, or ""."""
        headers = {"Content-Type": "application/json"}
        if failpoint:
            headers["X-Failpoint"] = failpoint
        body = json.dumps({"entries": [item]})
        status, content = self.ask("POST", CHECK_INS, body, headers)
        if status >= 500:
            return ""
        answer = json.loads(content)
        outcome = str(answer["outcomes"][0]["outcome"])
        if outcome not in {"accepted", "already"}:
            raise AssertionError(f"refused: {answer}")
        return outcome


@dataclass
class Ledger:
    """What was offered and what was acknowledged; shared by all clients."""

    acknowledged: set[UUID] = field(default_factory=set)
    offered: set[UUID] = field(default_factory=set)
    errors: int = 0
    turn: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def items(town: Town, part: int) -> Iterator[dict[str, object]]:
    """Yield check-ins that differ in person or day, apart from those of the other parts."""
    for day in range(part, _DAYS, _PARTS):
        for member in town.members:
            yield {
                "id": str(uuid7()),
                "community": town.community,
                "member": member,
                "occurred_at": (_FIRST + timedelta(days=day)).isoformat(),
            }


class Phone(threading.Thread):
    """Offers check-ins one after the other, each until it is acknowledged."""

    def __init__(self, port: int, town: Town, ledger: Ledger, part: int, fault: str = "") -> None:
        super().__init__(daemon=True)
        self.fault = fault
        self.items_offered: list[dict[str, object]] = []
        self.ledger = ledger
        self.done = threading.Event()
        self.failure: BaseException | None = None
        self._client = Client(port, town)
        self._items = items(town, part)
        self._client.sign_in()

    def run(self) -> None:
        """Go on until told to stop; what is not acknowledged by then stays unknown."""
        try:
            for item in self._items:
                if self.done.is_set():
                    return
                self._offer(item)
        except BaseException as failure:
            self.failure = failure
        finally:
            self._client.close()

    def _offer(self, item: dict[str, object]) -> None:
        key = UUID(str(item["id"]))
        self.items_offered.append(item)
        # Of the others some requests only, so that it shows that the house works.
        asks = self.fault == "lie-on-error" or len(self.items_offered) % _FAULT_EVERY == 0
        fault = self.fault if asks else ""
        with self.ledger.lock:
            self.ledger.offered.add(key)
        while not self.done.is_set():
            try:
                if self._client.check_in(item, fault):
                    with self.ledger.lock:
                        self.ledger.acknowledged.add(key)
                    return
            except (OSError, http.client.HTTPException):
                pass
            with self.ledger.lock:
                self.ledger.errors += 1
            time.sleep(0.02)
