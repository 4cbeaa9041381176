"""What a community hands to those who arrive."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xiachen.base import clock
from xiachen.deployment import rules
from xiachen.deployment.forms import BriefingForm
from xiachen.deployment.operations import sheets
from xiachen.deployment.operations.briefings import write_briefing
from xiachen.deployment.queries import sheets as handing_over
from xiachen.places.queries.communities import community_within
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


@require_safe
def hand_over(request: ScopedRequest, community: int, team: UUID) -> HttpResponse:
    """The first day's sheet, to print on A4."""
    sheet = sheets.view_hand_over_sheet(
        request.scope, community=community, team=team, day=request.day
    )
    page = {"sheet": sheet, "printed_at": clock.now(), "place": sheet.facts.community}
    page["writes"] = request.scope.allows(Can.MANAGE_PLACES, community=community)
    return render(request, "deployment/hand_over.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def briefing(request: ScopedRequest, community: int) -> HttpResponse:
    """What the community tells those who arrive."""
    request.scope.require(Can.MANAGE_PLACES, community=community)
    place = community_within(request.scope, community)
    held = handing_over.briefing(request.scope, community=community)
    names = ("done_so_far", "key_points", "difficulties", "version")
    initial = {name: getattr(held, name) for name in names} if held else {}
    form = BriefingForm(request.POST if request.method == "POST" else None, initial=initial)
    theirs: dict[str, str] = {}
    if request.method == "POST" and form.is_valid():
        try:
            write_briefing(request.scope, community=community, **form.cleaned_data)
        except rules.BriefingChanged as refusal:
            explain(form, refusal)
            # Saving once more, with both texts read, is meant to win.
            form.data = {**request.POST.dict(), "version": str(refusal.version)}
            theirs = refusal.theirs
        else:
            messages.success(request, _("The briefing is saved."))
            return redirect("deployment:briefing", community=community)
    page = {"form": form, "place": place, "theirs": theirs}
    return render(request, "deployment/briefing.html", page, status=409 if theirs else 200)
