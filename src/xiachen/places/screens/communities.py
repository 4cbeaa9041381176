"""Finding a community, and what it consists of."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.papers.ways_out import exported
from xiachen.places import forms
from xiachen.places.operations import communities
from xiachen.places.queries import communities as places
from xiachen.places.queries import premises
from xiachen.places.queries.tables import grids_table
from xiachen.places.screens.editing import ask, done, manages
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can

_LISTED_AT_MOST = 60


@require_safe
def search(request: ScopedRequest) -> HttpResponse:
    """Find a community by name, path or code; one answer opens it, several are offered."""
    text = request.GET.get("q", "").strip()
    refusal: places.CommunityUnknown | places.CommunityAmbiguous | None = None
    if text:
        try:
            found = places.resolve(request.scope, text, field=None)
        except (places.CommunityUnknown, places.CommunityAmbiguous) as error:
            refusal = error
        else:
            if request.scope.covers(found.pk):
                return redirect("places:community", community=found.pk)
            refusal = places.OutOfReach(found.name)
    listed = [] if text else places.communities_within(request.scope, limit=_LISTED_AT_MOST + 1)
    candidates = getattr(refusal, "candidates", ())
    return render(
        request,
        "places/search.html",
        {
            "text": text,
            "refusal": refusal,
            "candidates": [(one, request.scope.covers(one.code)) for one in candidates],
            "names": places.full_names(request.scope, [one.pk for one in listed[:_LISTED_AT_MOST]]),
            "more": len(listed) > _LISTED_AT_MOST,
            "makes": request.scope.allows(Can.MANAGE_PLACES),
        },
    )


@require_safe
def community(request: ScopedRequest, community: int) -> HttpResponse:
    """A community: its grids, compounds and gates, counted; and whom to call."""
    taken = exported(request, lambda: grids_table(request.scope, community))
    if taken is not None:
        return taken
    return _page(request, community, forms.AliasForm())


@require_POST
def add_alias(request: ScopedRequest, community: int) -> HttpResponse:
    """Add a name under which people know the community."""
    form = forms.AliasForm(request.POST)

    def act() -> object:
        return communities.add_alias(
            request.scope, community=community, name=form.cleaned_data["name"]
        )

    if done(form, act):
        messages.success(request, _("The name is added; it leads here from now on."))
        return redirect("places:community", community=community)
    return _page(request, community, form)


@require_http_methods(["GET", "HEAD", "POST"])
def make_community(request: ScopedRequest) -> HttpResponse:
    """Make a community that no list has."""
    request.scope.require(Can.MANAGE_PLACES)
    form = forms.CommunityForm(request.POST or None)
    if request.method == "POST" and done(
        form, lambda: communities.make_community(request.scope, **form.cleaned_data)
    ):
        return redirect("places:search")
    return ask(request, form, _("Make a community"), _("Make it"), reverse("places:search"))


def _page(request: ScopedRequest, community: int, form: forms.AliasForm) -> HttpResponse:
    return render(
        request,
        "places/community.html",
        {
            "sheet": premises.community_sheet(request.scope, community),
            "aliases": places.aliases_of(request.scope, community),
            "form": form,
            "manages": manages(request, community),
            "sees_people": request.scope.allows(Can.SEE_PEOPLE),
        },
    )
