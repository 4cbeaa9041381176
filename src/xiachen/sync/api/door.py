"""
The door of phones: everything under /sync/, answered before sessions, cookies and pages.

A phone has no session. Each request is signed by its device's key, and answered in JSON. The door
stands before Django's own handling of requests, which would cost more than the answer where phones
come by the ten thousand.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import translation

from xiachen.base import clock
from xiachen.base.errors import Busy, Refused
from xiachen.sync.api.asking import Answer, Asked
from xiachen.sync.api.encoding import Unreadable64, from_b64
from xiachen.sync.api.endpoints import ENDPOINTS, LARGEST_BODIES
from xiachen.sync.rules import protocol
from xiachen.sync.rules.occurred import milliseconds

ROOM = "/sync/"
_PLACE = re.compile(r"/sync/(v\d+)/([a-z]+)(?:/(.*))?")
_RETRY_SECONDS = 5

_log = logging.getLogger(__name__)

_Environ = Mapping[str, Any]
_Pages = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Door:
    """A WSGI application that answers phones itself and leaves everything else to the pages."""

    def __init__(self, pages: _Pages) -> None:
        self._pages = pages

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(ROOM):
            return self._pages(environ, start_response)
        try:
            answer, body = _answered(environ, environ["wsgi.input"].read)
        finally:
            close_old_connections()
        headers = [*_headers(answer).items(), ("Content-Length", str(len(body)))]
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [body]


def _answered(environ: _Environ, read: Callable[[int], bytes]) -> tuple[Answer, bytes]:
    """Return what is said to a request, and its body."""
    with translation.override(language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))):
        answer = _answer(environ, read)
    content = answer.content
    text = "" if content is None else json.dumps(content, ensure_ascii=False)
    return answer, text.encode("utf-8", "replace")


def _headers(answer: Answer) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **answer.headers,
    }


def _answer(environ: _Environ, read: Callable[[int], bytes]) -> Answer:
    at = clock.now()
    try:
        version, name, rest = _place(environ["PATH_INFO"])
        if version != protocol.VERSION:
            raise protocol.OldApp
        endpoint = ENDPOINTS.get(name)
        if endpoint is None:
            raise protocol.NoEndpoint
        largest = LARGEST_BODIES.get(name, protocol.LARGEST_BODY)
        return endpoint(_asked(environ, read, rest, at, largest))
    except Refused as refusal:
        return _refused(refusal, at)
    except (OperationalError, InterfaceError):
        _log.warning("the database could not answer a phone", exc_info=True)
        return _refused(Busy(), at)
    except Exception:
        _log.exception("a phone could not be answered")
        return _refused(protocol.Defect(), at)


def _refused(refusal: Refused, at: datetime) -> Answer:
    content = {"code": refusal.code, "words": str(refusal), "time": milliseconds(at)}
    wait = getattr(refusal, "seconds", _RETRY_SECONDS if refusal.status in (429, 503) else None)
    return Answer(content, refusal.status, {} if wait is None else {"Retry-After": str(wait)})


def language_of(accepted: str) -> str:
    """Return the house's language that a browser asks for first; Chinese unless English."""
    return "en" if accepted.strip().lower().startswith("en") else "zh-hans"


def _place(path: str) -> tuple[str, str, str]:
    found = _PLACE.fullmatch(path)
    if found is None:
        raise protocol.NoEndpoint
    return found[1], found[2], found[3] or ""


def _asked(
    environ: _Environ, read: Callable[[int], bytes], rest: str, at: datetime, largest: int
) -> Asked:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        stamp = int(environ.get("HTTP_X_STAMP", ""))
    except ValueError:
        raise protocol.WrongStamp from None
    if length > largest:
        raise protocol.TooLarge
    if abs(stamp - milliseconds(at)) > protocol.STAMP_TOLERANCE_MS:
        raise protocol.WrongStamp
    try:
        device = UUID(environ.get("HTTP_X_DEVICE", ""))
        signature = from_b64(environ.get("HTTP_X_SIGNATURE", ""))
    except (ValueError, Unreadable64):
        raise protocol.BadSignature from None
    return Asked(
        path=environ["PATH_INFO"],
        method=environ["REQUEST_METHOD"],
        rest=rest,
        body=_body(read, length),
        device=device,
        stamp=stamp,
        signature=signature,
        at=at,
        environ=environ,
    )


def _body(read: Callable[[int], bytes], length: int) -> bytes:
    try:
        body = read(length)
    except OSError:  # the phone lost the signal while it sent
        raise protocol.Unreadable from None
    if len(body) < length:
        raise protocol.Unreadable
    return body
