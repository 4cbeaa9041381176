"""Where people are needed, and what a community says about it."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.deployment.forms import EnoughForm, StrengthForm
from xiachen.deployment.operations import strength as operations
from xiachen.deployment.queries import strength as queries
from xiachen.deployment.queries.strength import Force
from xiachen.deployment.screens.telling import tell_faults
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.places.queries.communities import community_within, full_names
from xiachen.places.queries.listing import paths_of
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can

LINES = 50


@require_safe
def needed(request: ScopedRequest) -> HttpResponse:
    """Each community with the people wanted and there, the largest gap first."""
    forces = queries.strength(request.scope, day=request.day)
    show = request.GET.get("show", "")
    order = request.GET.get("sort", "")
    lines = [one for one in forces if show not in queries.SHOWN or one.kind == show]
    ordered = _sorted(lines, order)
    if taken := exported(request, lambda: _table(request, ordered)):
        return taken
    shown = Paginator(ordered, LINES).get_page(request.GET.get("page"))
    above = paths_of(request.scope, [one.community.pk for one in shown])
    page = {
        "lines": [(one, " ".join(above[one.community.pk][-1:])) for one in shown],
        "page": {"number": shown.number, "pages": shown.paginator.num_pages},
        "show": show,
        "sort": order,
        "counts": [(kind, sum(one.kind == kind for one in forces)) for kind in queries.SHOWN],
        "all": len(forces),
        "totals": totals(forces),
        "sends": request.scope.allows(Can.DISPATCH),
        "speaks": request.scope.allows(Can.SAY_STRENGTH),
        "moves": request.scope.allows(Can.MOVE_TEAMS),
    }
    return render(request, "deployment/needed.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def community(request: ScopedRequest, community: int) -> HttpResponse:
    """What a community wants and has, what it has said, and saying how many it wants."""
    place = community_within(request.scope, community)
    (force,) = queries.strength(request.scope, day=request.day, communities=[community]) or (None,)
    posted = request.method == "POST"
    form = StrengthForm(force, request.day, request.POST if posted else None)

    def act() -> object:
        return operations.say_strength(
            request.scope, community=community, at=clock.now(), **form.cleaned_data
        )

    if posted and done(form, act):
        messages.success(request, _("Said. Everybody who sends or moves people sees it now."))
        return redirect("deployment:strength", community=community)
    page = {
        "place": place,
        "force": force,
        "form": form,
        "enough_form": EnoughForm(request.day),
        "said": queries.said_by(request.scope, community=community),
        "speaks": force and request.scope.allows(Can.SAY_STRENGTH, community=community),
    }
    return render(request, "deployment/strength.html", page, status=422 if posted else 200)


@require_POST
def enough(request: ScopedRequest, community: int) -> HttpResponse:
    """Say that those who are there suffice."""
    form = EnoughForm(request.day, request.POST)

    def act() -> object:
        return operations.say_enough(
            request.scope, community=community, at=clock.now(), **form.cleaned_data
        )

    if done(form, act):
        messages.success(request, _("Said, with thanks. Whoever sends people sees it now."))
    tell_faults(request, form)
    return redirect("deployment:strength", community=community)


def totals(forces: Sequence[Force]) -> dict[str, int]:
    """Return what a list of communities adds up to; people in two places count in both."""
    return {
        "wanted": sum(one.wanted or 0 for one in forces),
        "belonging": sum(one.belonging for one in forces),
        "excused": sum(one.excused for one in forces),
        "reported": sum(one.reported for one in forces),
        "teams": sum(one.teams for one in forces),
        "gap": sum(one.gap for one in forces),
        "surplus": sum(one.surplus for one in forces),
    }


def _table(request: ScopedRequest, forces: Sequence[Force]) -> Table:
    """Return the list as it may leave; it names communities and nobody."""
    names = full_names(request.scope, [one.community.pk for one in forces])
    return Table(
        title=_("Where people are needed"),
        about=(f"{request.day:%Y-%m-%d}",),
        headings=[
            _("community"),
            _("people wanted"),
            pgettext("people", "there"),
            _("Excused"),
            pgettext("people", "gap"),
            pgettext("people", "surplus"),
            _("Reported in"),
            _("teams"),
            _("what it says"),
        ],
        tags=["#adm5+name", "#reached+wanted", "#reached", "", "", "", "", "", ""],
        lines=[
            (
                names[one.community.pk],
                one.wanted,
                one.belonging,
                one.excused,
                one.gap,
                one.surplus,
                one.reported,
                one.teams,
                one.said.words if one.said else "",
            )
            for one in forces
        ],
    )


def _sorted(forces: Sequence[Force], order: str) -> list[Force]:
    if order == "community":
        return sorted(forces, key=lambda one: one.community.pk)
    if order == "surplus":
        return sorted(forces, key=lambda one: (-one.surplus, one.gap, one.community.pk))
    return sorted(forces, key=lambda one: (-one.gap, -one.surplus, one.community.pk))
