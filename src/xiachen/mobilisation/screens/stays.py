"""The end of a stay."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.mobilisation.forms.stays import ReleaseForm
from xiachen.mobilisation.operations import releases
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can


def ends_stays(request: ScopedRequest, community: int) -> bool:
    """Tell whether the role ends stays at a community: who sends people there, or leads there."""
    scope = request.scope
    return any(scope.allows(can, community=community) for can in (Can.DISPATCH, Can.CORRECT))


@require_http_methods(["GET", "HEAD", "POST"])
def release(request: ScopedRequest, id: UUID) -> HttpResponse:
    """End somebody's stay at a community."""
    stay, name = releases.view_stay(request.scope, enrolment=id)
    form = ReleaseForm(request.day, request.POST if request.method == "POST" else None)

    def act() -> object:
        last_day = form.cleaned_data["last_day"]
        return releases.release(request.scope, enrolment=id, last_day=last_day, at=clock.now())

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The stay ends on that day."))
        if stay.dispatch_id:
            return redirect("mobilisation:dispatch", id=stay.dispatch_id)
        return redirect("mobilisation:community", community=stay.community_id)
    return render(request, "mobilisation/release.html", {"form": form, "stay": stay, "name": name})
