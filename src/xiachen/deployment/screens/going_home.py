"""Going home: last health check, and the community's thanks."""

from datetime import time
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.deployment.forms import WithdrawalForm
from xiachen.deployment.operations import sheets
from xiachen.deployment.operations.withdrawals import WithdrawalEntry, withdraw
from xiachen.deployment.screens.telling import new, tell
from xiachen.places.queries.communities import community_within
from xiachen.privacy.doors import ScopedRequest, explain


@require_http_methods(["GET", "HEAD", "POST"])
def going_home(request: ScopedRequest, community: int) -> HttpResponse:
    """Let people go home: last health check, and the community's thanks."""
    place = community_within(request.scope, community)
    stays = sheets.view_stays(request.scope, community=community, day=request.day)
    people = [(stay.member_id, name) for stay, name in stays]
    form = WithdrawalForm(people, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        today = request.day == clock.local_day(now)
        # Written down afterwards, it happened at the end of the day that is looked at.
        left = now if today else clock.on_day(request.day, time(23, 59))
        try:
            outcomes = withdraw(
                request.scope,
                community=community,
                members=[
                    WithdrawalEntry(
                        member=UUID(member), fit_on_leaving=member not in form.cleaned_data["unfit"]
                    )
                    for member in form.cleaned_data["members"]
                ],
                thanks=form.cleaned_data["thanks"],
                occurred_at=left,
                at=now,
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            tell(
                request,
                outcomes,
                ngettext("%(count)s person goes home.", "%(count)s people go home.", new(outcomes)),
            )
            return redirect("deployment:going-home", community=community)
    return render(
        request, "deployment/going_home.html", {"form": form, "place": place, "people": people}
    )
