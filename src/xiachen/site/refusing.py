"""The one place where a refusal becomes a page, or part of one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xiachen.base.errors import Refused


class RefusalsAsPages:
    """Show a refusal that a screen did not handle itself, with its words and its code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal; leave defects to Django."""
        if not isinstance(error, Refused):
            return None
        part = request.headers.get("HX-Request") == "true"
        template = "site/refusal_part.html" if part else "site/refusal.html"
        response = render(request, template, {"refusal": error}, status=error.status)
        if part:
            # htmx leaves error answers out of the page unless told where they go.
            response["HX-Retarget"] = "#messages"
            response["HX-Reswap"] = "innerHTML"
        return response
