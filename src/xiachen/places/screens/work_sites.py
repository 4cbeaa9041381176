"""Places of work outside communities."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.places import forms
from xiachen.places.operations import work_sites
from xiachen.places.queries import premises
from xiachen.places.screens.editing import done
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def sites(request: ScopedRequest) -> HttpResponse:
    """The work sites of the scope's places, and one more to register."""
    form = forms.WorkSiteForm(request.POST or None)

    def act() -> object:
        return work_sites.register_work_site(request.scope, at=clock.now(), **form.cleaned_data)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The work site is registered."))
        return redirect("places:work-sites")
    return render(
        request,
        "places/work_sites.html",
        {
            "page": premises.work_site_page(request.scope, request.GET.get("page")),
            "form": form,
            "manages": request.scope.allows(Can.MANAGE_PLACES),
        },
    )
