"""Letting phones in: one's own, one person's, a whole team's; and what became of the links."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.deployment.queries.teams import memberships, teams
from xiachen.papers.qr import qr_image
from xiachen.people.queries.members import find_members
from xiachen.privacy.doors import ScopedRequest, keep_search, searched
from xiachen.privacy.scope import Can
from xiachen.sync.operations import invitations as operations
from xiachen.sync.operations.links import Link, make_links, send_links, view_invitees
from xiachen.sync.queries import invitations as queries
from xiachen.sync.queries.devices import devices_reached
from xiachen.sync.queries.invitations import Fate
from xiachen.sync.queries.phones import phone_lines

LINES = 50
# A sheet for more is printed team by team.
MOST_PEOPLE = 200
MOST_TEAMS = 500


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: ScopedRequest) -> HttpResponse:
    """One's own phones; asked for, a link that lets another one in."""
    scope, now = request.scope, clock.now()
    if scope.member is None:
        return render(request, "sync/nobody.html")
    if request.method == "POST":
        made = make_links(scope, members=[scope.member], address=_address(), at=now)
        return _shown(request, made, "sync/link.html")
    own = devices_reached(scope).filter(member=scope.member)
    open_links = queries.invitations(scope, fate=Fate.OPEN, at=now)
    context = {
        "phones": phone_lines(scope, list(own[:LINES]), at=now),
        "open": list(open_links.filter(account__member=scope.member)[:LINES]),
    }
    return render(request, "sync/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: ScopedRequest) -> HttpResponse:
    """Choose whom to invite: the people of a team, or those found by name."""
    scope = request.scope
    scope.require(Can.INVITE_PHONES)
    if scope.incident is None:
        raise NotFound()
    if request.method == "POST":
        found = keep_search(request, request.POST.get("q", ""))
        return redirect(f"{reverse('sync:invite')}?{urlencode({'found': found})}")
    offered = list(teams(scope).filter(disbanded_on=None).order_by("name")[:MOST_TEAMS])
    team = _id(request.GET.get("team", ""))
    text = searched(request)
    if team is None and not text and len(offered) == 1:
        team = offered[0].pk
    people = _people(request, team, text)
    context = {
        "teams": offered,
        "team": team,
        "text": text,
        "people": view_invitees(scope, members=people[:MOST_PEOPLE], at=clock.now()),
        "more": len(people) > MOST_PEOPLE,
        "sends": scope.allows(Can.NOTIFY),
    }
    return render(request, "sync/invite.html", context)


@require_POST
def sheet(request: ScopedRequest) -> HttpResponse:
    """Invite the people chosen, and show each one's code: to print, for one person to scan."""
    request.scope.require(Can.INVITE_PHONES)
    chosen = _chosen(request)
    if not chosen:
        return _nobody_chosen(request)
    made = make_links(request.scope, members=chosen, address=_address(), at=clock.now())
    return _shown(request, made, "sync/link.html" if len(made) == 1 else "sync/sheet.html")


@require_POST
def text(request: ScopedRequest) -> HttpResponse:
    """Invite the people chosen, and send each the link by text message."""
    request.scope.require(Can.INVITE_PHONES)
    chosen = _chosen(request)
    if not chosen:
        return _nobody_chosen(request)
    done = send_links(request.scope, members=chosen, address=_address(), at=clock.now())
    if done.sent:
        words = ngettext("%(n)s link is on its way.", "%(n)s links are on their way.", done.sent)
        messages.success(request, words % {"n": done.sent})
    if done.without_number:
        words = ngettext(
            "%(n)s person has no phone number on record.",
            "%(n)s people have no phone number on record.",
            done.without_number,
        )
        messages.warning(request, words % {"n": done.without_number})
    if done.refused:
        words = ngettext(
            "%(n)s person registers a phone after signing in, and got no link.",
            "%(n)s people register a phone after signing in, and got no link.",
            done.refused,
        )
        messages.warning(request, words % {"n": done.refused})
    return redirect("sync:invitations")


@require_safe
def invitations(request: ScopedRequest) -> HttpResponse:
    """The links made, the latest first, with what became of them."""
    scope, now = request.scope, clock.now()
    shown = request.GET.get("show", "")
    fate = Fate(shown) if shown in list(Fate) else None
    page = Paginator(queries.invitations(scope, fate=fate, at=now), LINES)
    found = page.get_page(request.GET.get("page"))
    context = {
        "lines": queries.invitation_lines(scope, list(found), at=now),
        "page": {"number": found.number, "pages": page.num_pages},
        "shown": shown if fate else "",
        "fates": list(Fate),
        "invites": scope.allows(Can.INVITE_PHONES),
    }
    return render(request, "sync/invitations.html", context)


@require_POST
def withdraw(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Let a link that nobody has used work no more."""
    held = operations.withdraw(request.scope, invitation=id, at=clock.now())
    messages.success(request, _("The link works no more."))
    own = held.account.member_id == request.scope.member
    return redirect("sync:mine" if own else "sync:invitations")


def _people(request: ScopedRequest, team: UUID | None, text: str) -> list[UUID]:
    if text:
        rows = find_members(request.scope, text).order_by("sort_key", "pk")
        return list(rows.values_list("pk", flat=True)[: MOST_PEOPLE + 1])
    if team is None:
        return []
    rows_of_team = memberships(request.scope, team=team, day=request.day)
    return [one.member_id for one in rows_of_team]


def _chosen(request: ScopedRequest) -> list[UUID]:
    """Return who was ticked; more than fit on a sheet are nobody, lest some be left out unsaid."""
    ticked = [_id(one) for one in request.POST.getlist("members")]
    return [one for one in ticked if one] if len(ticked) <= MOST_PEOPLE else []


def _nobody_chosen(request: ScopedRequest) -> HttpResponse:
    messages.warning(request, _("Choose at least one person, and at most 200."))
    return redirect("sync:invite")


def _shown(request: ScopedRequest, links: list[Link], template: str) -> HttpResponse:
    """Show links the one time that they are known; no cache keeps them."""
    context = {
        "links": [(one, qr_image(one.address)) for one in links if one.address],
        "refused": [one for one in links if one.refusal],
        "own": [one.person.member for one in links] == [request.scope.member],
        "reachable": _address().startswith("https://"),
    }
    answer = render(request, template, context)
    answer["Cache-Control"] = "no-store"
    return answer


def _address() -> str:
    return settings.PUBLIC_ADDRESS


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
