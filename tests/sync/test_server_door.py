"""The door as the server has it: before Django's handling of requests."""

import io
from typing import Any

import pytest

from tests.attendance.town import Town
from tests.oracle import ORACLE, Kind
from tests.sync.phones import now, phone_of
from xiachen.privacy.envelopes import request_text
from xiachen.sync.api.door import Door
from xiachen.sync.api.encoding import to_b64


def pages(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"a page"]


def ask(path: str, body: bytes = b"", *, length: int | None = None, **headers: str) -> Any:
    told: list[Any] = []
    environ = {
        "PATH_INFO": path,
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(body) if length is None else length),
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name}": value for name, value in headers.items()},
    }
    content = Door(pages)(environ, lambda *given: told.extend(given))
    return told[0], dict(told[1]), b"".join(content)


def test_phones_are_answered_and_everything_else_is_a_page(town: Town) -> None:
    phone = phone_of(town.local, town.world.local)
    import json

    body, stamp = json.dumps(phone.frame([])).encode(), now()
    signature = phone.key.sign(request_text("/sync/v1/push", stamp, body))
    headers = {
        "X_DEVICE": str(phone.device),
        "X_STAMP": str(stamp),
        "X_SIGNATURE": to_b64(signature),
    }
    status, given, content = ask("/sync/v1/push", body, **headers)
    assert status == "200 OK"
    assert given["Cache-Control"] == "no-store"
    assert int(given["Content-Length"]) == len(content)
    assert json.loads(content)["outcomes"] == []
    assert ask("/elsewhere")[2] == b"a page"
    cut = ask("/sync/v1/push", body[:-1], length=len(body), **headers)
    assert cut[0] == "400 Bad Request"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/sync/", "404 Not Found"),
        ("/sync/v9/push", "426 Upgrade Required"),
        ("/sync/v1/push", "401 Unauthorized"),
    ],
)
def test_what_is_wrong_has_its_status(db: None, path: str, status: str) -> None:
    assert ask(path)[0] == status


def test_what_phones_are_told_is_searched_for_people(town: Town) -> None:
    phone = phone_of(town.local, town.world.local)
    with ORACLE.expecting() as found:
        told = phone.ask("pull", {"app": "1.0.0", "clock": 0, "last": 0, "epoch": "", "parts": {}})
    assert told[0] == 200
    assert {(one.where, one.kind) for one in found} == {
        ("response POST /sync/v1/pull to member", Kind.PHONE)
    }
