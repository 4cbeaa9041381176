"""Who lives behind a door: masked, every look noted, one more person to register."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.people.forms.residents import ResidentForm
from xiachen.people.operations import residents as operations
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def residents(request: ScopedRequest, community: int, household: UUID) -> HttpResponse:
    """The residents of a door, and a form to register one more."""
    form = ResidentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        (outcome,) = operations.register_residents(
            request.scope, community=community, entries=[form.entry(household)], at=clock.now()
        )
        if outcome.refusal is None:
            messages.success(request, _("The resident is registered."))
            return redirect("people:residents", community=community, household=household)
        explain(form, outcome.refusal)
    page = operations.view_residents(
        request.scope, community=community, household=household, at=clock.now()
    )
    return render(
        request,
        "people/residents.html",
        {
            "page": page,
            "form": form,
            "registers": request.scope.allows(Can.MANAGE_PLACES, community=community),
            "asks": request.scope.allows(Can.ASK_TO_UNMASK, community=community),
        },
    )
