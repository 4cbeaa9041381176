"""Somebody joins on the spot."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.mobilisation.operations import boards
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.screens.moments import moment
from xiachen.people.queries.members import knows_names
from xiachen.places.queries.communities import community_within
from xiachen.privacy.doors import ScopedRequest, keep_search, searched
from xiachen.privacy.scope import Can

LINES = 100
STATES = ("", "waiting", "reported", "excused")


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: ScopedRequest, community: int) -> HttpResponse:
    """Find somebody who was not sent and accept that he or she joins."""
    place = community_within(request.scope, community)
    refused = None
    if "q" in request.POST:
        request.scope.require(Can.REPORT_IN, community=community)
        text = request.POST["q"].replace("\0", "").strip()
        here = reverse("mobilisation:join", args=[community])
        return redirect(f"{here}?found={keep_search(request, text)}" if text else here)
    if request.method == "POST":
        now = clock.now()
        try:
            join_on_the_spot(
                request.scope,
                community=community,
                member=_uuid(request.POST.get("member", "")),
                occurred_at=moment(request, None),
                at=now,
            )
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(request, _("Accepted, and reported in."))
            return redirect("mobilisation:community", community=community)
    text = searched(request)
    found = boards.view_candidates(request.scope, community=community, day=request.day, text=text)
    page = {"place": place, "found": found, "text": text, "refused": refused}
    page["more"] = len(found) == boards.CANDIDATES
    page["by_parts"] = knows_names(request.scope)
    return render(request, "mobilisation/join.html", page, status=409 if refused else 200)


def _uuid(text: str) -> UUID:
    """Return the id that a form sent; of anything else the id of nobody."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
