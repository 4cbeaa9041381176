"""From the signed-in account to the scope of this request, and to the day it looks at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from xiachen.base import clock
from xiachen.deployment.queries import scopes
from xiachen.figures import queries as figures
from xiachen.incidents import queries as incidents
from xiachen.people.models.accounts import Grant
from xiachen.people.queries.accounts import grants_of
from xiachen.privacy.scope import Role, Scope, system_scope


class ScopeMiddleware:
    """Give each signed-in request its scope and day; without a role there is no page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not request.path.startswith("/accounts/"):
            _attach(request)
            if request.scope is None and not request.path.startswith("/language/"):  # type: ignore[attr-defined]
                return render(request, "site/no_role.html", status=403)
        return self.get_response(request)


def _attach(request: HttpRequest) -> None:
    today = clock.local_day(clock.now())
    account: Any = request.user
    grants = grants_of(account.pk, day=today)
    for one in grants:
        one.account = account  # signed in and read just now: not to be read again
    chosen = request.session.get("grant")
    grant = next((one for one in grants if str(one.pk) == chosen), grants[0] if grants else None)
    request.grants = grants  # type: ignore[attr-defined]
    request.grant = grant  # type: ignore[attr-defined]
    request.scope = _scope(request, grant) if grant else None  # type: ignore[attr-defined]
    request.day = _day(request, today) if grant else today  # type: ignore[attr-defined]


def _scope(request: HttpRequest, grant: Grant) -> Scope:
    incident = grant.incident
    if incident is None:
        asking = Scope(account=grant.account_id, role=Role(grant.role))
        incident = incidents.current_incident(asking)
    records = get_authentication_records(request, request.user)
    proven = any(one["method"] == "mfa" for one in records)
    return replace(scope_of(grant, incident=incident), second_factor=proven)


def _day(request: HttpRequest, today: date) -> date:
    """Return the day asked for, else the one looked at before, else the last one worked."""
    asked = request.GET.get("day") or request.session.get("day")
    if asked:
        day = _calendar_day(asked)
        if day is None:
            messages.warning(
                request,
                _("“%(asked)s” is not a day that can be looked at; this is today.")
                % {"asked": asked[:20]},
            )
            return today
        if request.session.get("day") != asked:
            request.session["day"] = asked
        return day
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if scope.incident is None or request.path.startswith("/api/"):
        return today
    if incidents.incident_of(scope).runs_today:
        return today
    # A demonstration or a closed operation lies in the past: show its last day, not an empty one.
    everywhere = system_scope(scope.incident)  # the same day to every role, whatever it reaches
    return figures.last_day(everywhere, incident=scope.incident) or today


def _calendar_day(text: str) -> date | None:
    """Return the day that a text names; None where no operation lies, or no calendar has it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if clock.FIRST_DAY <= day <= clock.LAST_DAY else None


def scope_of(grant: Grant, *, incident: UUID | None = None) -> Scope:
    """Return what a grant reaches today; a grant for every incident in the one looked at."""
    return scopes.scope_of(grant, day=clock.local_day(clock.now()), incident=incident)
