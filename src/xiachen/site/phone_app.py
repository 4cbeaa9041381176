"""
Serves the phone's app under /phone/, built from the folder `phone` of the sources.

It stands before sessions and languages: whoever opens it has no cookie, and the same few files go
to tens of thousands of phones. They are read and compressed once.
"""

import gzip
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseNotFound,
    HttpResponseRedirect,
)

FILES = Path(__file__).parents[1] / "sync" / "static" / "phone"
PREFIX = "/phone/"
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Names of these carry a digest of what they hold.
_LASTING = "assets/"
_YEAR = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}


@dataclass(frozen=True)
class _File:
    body: bytes
    small: bytes
    kind: str
    tag: str
    lasting: bool


class PhoneApp:
    """Answer what is asked below /phone/ with the app's files, everything else by the site."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == PREFIX.rstrip("/"):
            return HttpResponseRedirect(PREFIX)
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        file = _files().get(request.path_info.removeprefix(PREFIX) or "index.html")
        if file is None:
            return HttpResponseNotFound(content_type="text/plain")
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return _answer(request, file)


def _answer(request: HttpRequest, file: _File) -> HttpResponse:
    known = request.headers.get("If-None-Match") == file.tag
    response = HttpResponse(status=304) if known else HttpResponse(content_type=file.kind)
    if not known:
        response.content = file.body
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.content = file.small
            response["Content-Encoding"] = "gzip"
        response["Content-Length"] = str(len(response.content))
    response["ETag"] = file.tag
    response["Vary"] = "Accept-Encoding"
    # A phone asks each time whether there is a newer app; what has a digest in its name stays.
    response["Cache-Control"] = _YEAR if file.lasting else "no-cache"
    response["Content-Security-Policy"] = POLICY
    response["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
    if request.method == "HEAD":
        response.content = b""
    return response


@cache
def _files() -> dict[str, _File]:
    return {
        path.relative_to(FILES).as_posix(): _read(path)
        for path in sorted(FILES.rglob("*"))
        if path.is_file()
    }


def _read(path: Path) -> _File:
    body = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
    return _File(
        body=body,
        small=gzip.compress(body, mtime=0),
        kind=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        tag=f'"{sha256(body).hexdigest()[:32]}"',
        lasting=path.relative_to(FILES).as_posix().startswith(_LASTING),
    )
