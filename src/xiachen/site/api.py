"""
The programming interface under /api/v1/: every area's endpoints, and one answer for refusals.

Whoever calls it is signed in with the site's session and sends the CSRF token that
`GET /api/v1/session` gives with each change.
"""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import URLPattern
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import SessionAuth
from pydantic import BaseModel

from xiachen.attendance.api import router as attendance
from xiachen.base.errors import Busy, Refused
from xiachen.command.api import router as figures
from xiachen.needs.api import router as needs
from xiachen.privacy.doors import ScopedRequest
from xiachen.site.refusing import RETRY_AFTER, gave_way


class Problem(BaseModel):
    """
    Why something was not done, for a person to read.

    :param code: stable, such as "needs.full"; programs decide by it
    :param words: in the language of the account
    :param field: the value that it is about; empty for the whole
    """

    code: str
    words: str
    field: str = ""


# The answers that any endpoint may give instead of its own; `words` say which case it is.
_PROBLEMS = {
    401: "Nobody is signed in.",
    403: "The role may not do this there, or the CSRF token is missing.",
    404: "The record does not exist, or lies outside the scope.",
    409: "The state of the records does not allow it; nothing was changed.",
    422: "A value cannot be used; nothing was changed.",
    503: "Somebody changed the same records just then; nothing was changed, send it again.",
}


class HouseApi(NinjaAPI):
    """The interface with its error answers declared on every endpoint."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the contract: ninja's, with the problems that every endpoint can answer."""
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        answer = {"schema": {"$ref": "#/components/schemas/Problem"}}
        for path in schema["paths"].values():
            for endpoint in path.values():
                for status, words in _PROBLEMS.items():
                    endpoint["responses"][status] = {
                        "description": words,
                        "content": {"application/json": answer},
                    }
        return schema


api = HouseApi(
    title="xiachen",
    version="1",
    auth=SessionAuth(),
    docs_url=None,
    urls_namespace="api",
)


class Session(BaseModel):
    """
    Who calls, and the token to send as X-CSRFToken with each change.

    :param incident: in which the role acts now
    """

    account: UUID
    member: UUID | None
    role: str
    incident: UUID | None
    csrf_token: str


@api.get("/session", response=Session, tags=["session"], summary="Who is signed in")
def session(request: ScopedRequest) -> Session:
    """Return the account, the role it acts in and the CSRF token."""
    scope = request.scope
    return Session(
        account=scope.account,
        member=scope.member,
        role=scope.role,
        incident=scope.incident,
        csrf_token=get_token(request),
    )


api.add_router("", attendance)
api.add_router("", needs)
api.add_router("/figures", figures)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Answer a refusal with its code and its words."""
    problem = Problem(code=error.code, words=str(error), field=error.field or "")
    return api.create_response(request, problem, status=error.status)


@api.exception_handler(OperationalError)
def busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """Answer when the database gave way to another change; leave defects to Django."""
    if not gave_way(error):
        raise error
    response = refused(request, Busy())
    response["Retry-After"] = RETRY_AFTER
    return response


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a body or query that does not fit the contract; names the first place, no value."""
    first = error.errors[0]
    field = ".".join(str(part) for part in first["loc"])
    words = _("The value of “%(field)s” does not fit the contract: %(fault)s.")
    problem = Problem(
        code="base.invalid", words=words % {"field": field, "fault": first["type"]}, field=field
    )
    return api.create_response(request, problem, status=422)


@api.exception_handler(AuthenticationError)
def signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Answer somebody who is not signed in, or no longer."""
    problem = Problem(code="base.signed-out", words=_("Sign in first; the session has ended."))
    return api.create_response(request, problem, status=401)


@api.exception_handler(HttpError)
def stopped(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what ninja itself refuses: a missing CSRF token, a body that is not JSON."""
    if error.status_code == 403:
        problem = Problem(
            code="base.no-csrf-token",
            words=_("The CSRF token is missing or old. Read the session again and send its token."),
        )
    else:
        problem = Problem(code="base.invalid", words=_("The body cannot be read as JSON."))
    return api.create_response(request, problem, status=error.status_code)


# The interface answers for itself who is signed in: 401 in place of the way to the sign-in page.
addresses = api.urls
for _pattern in addresses[0]:
    if isinstance(_pattern, URLPattern) and _pattern.name not in {"openapi-json", "api-root"}:
        login_not_required(_pattern.callback)
