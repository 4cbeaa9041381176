"""The pages that belong to no single area: home, and the change of role."""

from datetime import UTC, datetime

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from xiachen.base import clock
from xiachen.command.operations.homes import open_first_page
from xiachen.command.queries.homes.home import Asked
from xiachen.command.queries.homes.roles import own_table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest
from xiachen.sync.queries.records import waiting_records


def home(request: ScopedRequest) -> HttpResponse:
    """What needs me now, today in figures, and what has changed since I was last here."""
    now, asked = clock.now(), _asked(request)
    taken = exported(
        request, lambda: own_table(request.scope, day=request.day, at=now, asked=asked)
    )
    if taken is not None:
        return taken
    page = open_first_page(
        request.scope,
        day=request.day,
        since=_here_before(request),
        at=now,
        asked=asked,
        beside=waiting_records(request.scope, at=now),
    )
    return render(request, "site/home.html", {"desk": page.desk, "own": page.own})


def _asked(request: HttpRequest) -> Asked:
    page = request.GET.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    return Asked(show=request.GET.get("show", "")[:40], number=number)


def _here_before(request: HttpRequest) -> datetime:
    """Return when the person signed in the time before; the first time, the beginning."""
    noted = request.session.get("before")
    return datetime.fromisoformat(noted) if noted else datetime.min.replace(tzinfo=UTC)


@login_not_required
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer an address that a library knows and this site does not."""
    raise Http404


@require_POST
def change_role(request: HttpRequest) -> HttpResponse:
    """Act in another of one's roles from the next page on."""
    asked = request.POST.get("grant", "")
    if asked in {str(grant.pk) for grant in request.grants}:  # type: ignore[attr-defined]
        request.session["grant"] = asked
        request.session.pop("day", None)
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()})
    return redirect(onward if safe else "home")
