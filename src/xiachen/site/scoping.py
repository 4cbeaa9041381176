"""From the signed-in account to the scope of this request."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

from xiachen.base import clock
from xiachen.deployment import queries as deployment
from xiachen.people import queries as people
from xiachen.people.models.accounts import Account, Grant
from xiachen.places.rules.codes import range_of
from xiachen.privacy.scope import EVERYWHERE, Role, Scope

if TYPE_CHECKING:

    class ScopedRequest(HttpRequest):
        """A request of somebody who is signed in and acts in a role."""

        user: Account
        scope: Scope
        grant: Grant


class ScopeMiddleware:
    """Give each signed-in request its scope; nobody without a grant gets one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _attach(request)
        return self.get_response(request)


def _attach(request: HttpRequest) -> None:
    day = clock.local_day(clock.now())
    grants = people.grants_of(request.user.pk, day=day)
    chosen = request.session.get("grant")
    grant = next((one for one in grants if str(one.pk) == chosen), grants[0] if grants else None)
    request.grants = grants  # type: ignore[attr-defined]
    request.grant = grant  # type: ignore[attr-defined]
    request.scope = scope_of(grant) if grant else None  # type: ignore[attr-defined]


def scope_of(grant: Grant) -> Scope:
    """Resolve a grant into the bare ids and ranges of a scope."""
    role = Role(grant.role)
    places: tuple[tuple[int, int], ...] = ()
    if grant.division is not None:
        places = EVERYWHERE if grant.division == 0 else (range_of(grant.division),)
    return Scope(
        account=grant.account_id,
        role=role,
        places=places,
        incident=grant.incident,
        organisations=people.organisations_below(grant.organisation_id),
        teams=deployment.teams_below(grant.team),
        member=grant.account.member_id,
    )


def where_and_who(request: HttpRequest) -> dict[str, object]:
    """Give every page the role in which it is read and the roles one could change to."""
    return {
        "acting": getattr(request, "grant", None),
        "grants": getattr(request, "grants", ()),
        "scope": getattr(request, "scope", None),
    }
