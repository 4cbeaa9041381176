"""The one place where a refusal becomes a page, or part of one."""

from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xiachen.base.errors import Busy, Refused

# What the database says when it lets one of two changes that wait for each other fail.
_GAVE_WAY = {"40001", "40P01"}
# After which the other change is over; in seconds.
RETRY_AFTER = "1"


def gave_way(error: Exception) -> bool:
    """Tell whether the database undid what was asked in favour of another change."""
    return (
        isinstance(error, OperationalError)
        and getattr(error.__cause__, "sqlstate", None) in _GAVE_WAY
    )


class RefusalsAsPages:
    """Show a refusal that a screen did not handle itself, with its words and its code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal; leave defects to Django."""
        refusal = Busy() if gave_way(error) else error
        if not isinstance(refusal, Refused):
            return None
        part = request.headers.get("HX-Request") == "true"
        template = "site/refusal_part.html" if part else "site/refusal.html"
        response = render(request, template, {"refusal": refusal}, status=refusal.status)
        if refusal is not error:
            response["Retry-After"] = RETRY_AFTER
        if part:
            # htmx leaves error answers out of the page unless told where they go.
            response["HX-Retarget"] = "#messages"
            response["HX-Reswap"] = "innerHTML"
        return response
