"""A roll-call pasted from a chat becomes report-ins."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.mobilisation.forms.reporting import RollCallForm
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.mobilisation.operations.roll_calls import Match, recognise_roll_call
from xiachen.mobilisation.screens.moments import moment
from xiachen.places.queries.communities import community_within
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def roll_call(request: ScopedRequest, community: int) -> HttpResponse:
    """Paste a roll-call, look at whom it names, then report those ticked in, all at once."""
    place = community_within(request.scope, community)
    request.scope.require(Can.REPORT_IN, community=community)
    if "take" in request.POST:
        _say(request, _take(request, community))
        return redirect("mobilisation:community", community=community)
    form = RollCallForm(request.POST if request.method == "POST" else None)
    page: dict[str, object] = {"place": place, "form": form}
    if request.method == "POST" and form.is_valid():
        found = recognise_roll_call(
            request.scope,
            community=community,
            day=request.day,
            text=form.cleaned_data["text"].replace("\0", ""),
        )
        page |= {
            "sure": [one for one in found if one.match is Match.SURE],
            "asked": [one for one in found if one.match is Match.ASKED],
            "unknown": [one for one in found if one.match is Match.UNKNOWN],
            "channel": form.cleaned_data["channel"],
            "read": True,
        }
    return render(request, "mobilisation/roll_call.html", page)


def _take(request: ScopedRequest, community: int) -> list[Outcome]:
    """Report in those ticked and those chosen where a line was in doubt, each once."""
    chosen: dict[UUID, None] = {}
    for text in (*request.POST.getlist("members"), *request.POST.getlist("chosen")):
        try:
            chosen[UUID(text)] = None
        except ValueError:
            continue
    entries = [
        ReportInEntry(
            id=uuid7(),
            community=community,
            channel=request.POST.get("channel", ""),
            occurred_at=moment(request, None),
            member=member,
        )
        for member in chosen
    ]
    return report_in(request.scope, entries=entries, at=clock.now())


def _say(request: ScopedRequest, outcomes: list[Outcome]) -> None:
    new = sum(outcome.new for outcome in outcomes)
    words = ngettext("%(count)s report-in taken.", "%(count)s report-ins taken.", new)
    messages.success(request, words % {"count": new})
    for refused in {str(outcome.refusal) for outcome in outcomes if outcome.refusal}:
        messages.error(request, refused)
