"""
The door of phones: everything under /sync/, answered before sessions, cookies and pages.

A phone has no session. Each request is signed by its device's key, and answered in JSON.
"""

import json
import logging
import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from xiachen.base import clock
from xiachen.base.errors import Busy, Refused
from xiachen.sync.api.asking import Answer, Asked
from xiachen.sync.api.encoding import Unreadable64, from_b64
from xiachen.sync.api.endpoints import ENDPOINTS
from xiachen.sync.rules import protocol
from xiachen.sync.rules.occurred import milliseconds

ROOM = "/sync/"
_PLACE = re.compile(r"/sync/(v\d+)/([a-z]+)(?:/(.*))?")

_log = logging.getLogger(__name__)


class Door:
    """Answers what comes under /sync/, and leaves everything else to the pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ROOM):
            return self.get_response(request)
        language = language_of(request.headers.get("Accept-Language", ""))
        with translation.override(language):
            answer = self._answer(request, language)
        response = HttpResponse(
            b"" if answer.content is None else json.dumps(answer.content, ensure_ascii=False),
            status=answer.status,
            content_type="application/json",
        )
        for name, value in answer.headers.items():
            response[name] = value
        response["Cache-Control"] = "no-store"
        request.scope = answer.reader  # type: ignore[attr-defined]
        # A refusal is an answer like any other, and no warning to anybody.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response

    def _answer(self, request: HttpRequest, language: str) -> Answer:
        at = clock.now()
        try:
            version, name, rest = _place(request.path_info)
            endpoint = ENDPOINTS.get(name)
            if version != protocol.VERSION:
                raise protocol.OldApp
            if endpoint is None:
                raise protocol.NoEndpoint
            return endpoint(_asked(request, rest, language, at))
        except Refused as refusal:
            return _refused(refusal, at)
        except OperationalError:
            _log.warning("the database could not answer a phone", exc_info=True)
            return _refused(Busy(), at)


def _refused(refusal: Refused, at: datetime) -> Answer:
    content = {"code": refusal.code, "words": str(refusal), "time": milliseconds(at)}
    wait = getattr(refusal, "seconds", 5 if refusal.status in (429, 503) else None)
    return Answer(content, refusal.status, {} if wait is None else {"Retry-After": str(wait)})


def language_of(accepted: str) -> str:
    """Return the house's language that a browser asks for first; Chinese unless English."""
    return "en" if accepted.strip().lower().startswith("en") else "zh-hans"


def _place(path: str) -> tuple[str, str, str]:
    found = _PLACE.fullmatch(path)
    if found is None:
        raise protocol.NoEndpoint
    return found[1], found[2], found[3] or ""


def _asked(request: HttpRequest, rest: str, language: str, at: datetime) -> Asked:
    headers = request.headers
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        stamp = int(headers.get("X-Stamp", ""))
    except ValueError:
        raise protocol.WrongStamp from None
    if length > protocol.LARGEST_BODY:
        raise protocol.TooLarge
    if abs(stamp - milliseconds(at)) > protocol.STAMP_TOLERANCE_MS:
        raise protocol.WrongStamp
    try:
        device = UUID(headers.get("X-Device", ""))
        signature = from_b64(headers.get("X-Signature", ""))
    except (ValueError, Unreadable64):
        raise protocol.BadSignature from None
    return Asked(
        path=request.path_info,
        method=request.method or "",
        rest=rest,
        body=_body(request, length),
        device=device,
        stamp=stamp,
        signature=signature,
        language=language,
        at=at,
        headers=headers,
    )


def _body(request: HttpRequest, length: int) -> bytes:
    try:
        body = request.read(protocol.LARGEST_BODY + 1)
    except OSError:  # the phone lost the signal while it sent
        raise protocol.Unreadable from None
    if len(body) > protocol.LARGEST_BODY:
        raise protocol.TooLarge
    if len(body) < length:
        raise protocol.Unreadable
    return body
