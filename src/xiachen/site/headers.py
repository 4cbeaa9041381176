"""What every answer states in its headers, and what no address may hold."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class ContentPolicy:
    """State the policy on every answer; no script but the site's own files runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class AddressesWithoutNul:
    """
    Take NUL characters out of addresses before any screen asks the database with them.

    Nobody types one, PostgreSQL stores none in texts, and forms refuse them by themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            request.path_info = request.path_info.replace("\0", "")
        if any("\0" in text for key, texts in request.GET.lists() for text in (key, *texts)):
            asked = QueryDict(mutable=True)
            for key, texts in request.GET.lists():
                asked.setlist(key.replace("\0", ""), [text.replace("\0", "") for text in texts])
            asked._mutable = False
            request.GET = asked  # type: ignore[assignment]
        return self.get_response(request)
