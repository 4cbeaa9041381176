"""Calls: the list, a new one, what came of one, its changes, its units and its end."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.mobilisation.forms.call_ups import CallUpForm, QuotasForm, initial_of, start_of
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.operations import call_ups as operations
from xiachen.mobilisation.operations.call_ups import QuotaEntry
from xiachen.mobilisation.operations.selections import offer_waiting
from xiachen.mobilisation.queries import call_ups as queries
from xiachen.mobilisation.queries import wording
from xiachen.mobilisation.queries.quota_lines import quotas_as_text, quotas_of_text
from xiachen.mobilisation.queries.tables import call_ups_table
from xiachen.notices.queries.documents import documents
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can

LINES = 50


@require_safe
def call_ups(request: ScopedRequest) -> HttpResponse:
    """Which calls there are, how many each wants, and how many have signed up."""
    if request.scope.incident is None:
        raise NotFound()
    rows = queries.call_ups(request.scope)
    if taken := exported(request, lambda: call_ups_table(request.scope, rows=list(rows))):
        return taken
    shown = Paginator(rows, LINES).get_page(request.GET.get("page"))
    page = {
        "lines": queries.lines_of(request.scope, list(shown)),
        "page": {"number": shown.number, "pages": shown.paginator.num_pages},
        "calls": request.scope.allows(Can.CALL_UP),
        "at": clock.now(),
    }
    return render(request, "mobilisation/call_ups.html", page)


@require_safe
def call_up(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One call: what it wants, how far it has come, and unit by unit."""
    call = queries.call_up(request.scope, id)
    criteria = list(call.criteria.order_by("pk"))
    words = wording.criterion_words(request.scope, criteria)
    page = {
        "call": call,
        "open": call.closed_at is None and call.opens_at <= clock.now() < call.closes_at,
        "criteria": [(one, words[one.pk]) for one in criteria],
        "funnel": queries.funnel(request.scope, call_up=call),
        "units": queries.unit_lines(request.scope, call_up=call),
        "calls": request.scope.allows(Can.CALL_UP),
        "selects": request.scope.allows(Can.SELECT),
        "signs_up": request.scope.allows(Can.SIGN_UP_PEOPLE),
        "link": request.build_absolute_uri(reverse("sign-up:page", args=[call.token])),
    }
    return render(request, "mobilisation/call_up.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def new_call_up(request: ScopedRequest) -> HttpResponse:
    """Call people up on a document."""
    request.scope.require(Can.CALL_UP)
    offered = _on_offer(request)
    data = request.POST if request.method == "POST" else None
    form = CallUpForm(
        offered,
        wording.criterion_choices(request.scope, day=request.day),
        data,
        start_of(request.day),
    )
    made: list[CallUp] = []

    def act() -> None:
        given = form.given() | {"document": UUID(form.cleaned_data["document"])}
        made.append(operations.call_up(request.scope, **given, criteria=form.entries()))

    if data is not None and done(form, act):
        messages.success(request, _("The call is open. Now say which units it asks."))
        return redirect("mobilisation:quotas", id=made[0].pk)
    page = {"form": form, "missing": _missing(offered)}
    status = 422 if data is not None else 200
    return render(request, "mobilisation/new_call_up.html", page, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def change_call_up(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Change what a call wants; document, place and days stand."""
    request.scope.require(Can.CALL_UP)
    call = queries.call_up(request.scope, id)
    data = request.POST if request.method == "POST" else None
    choices = wording.criterion_choices(request.scope, day=request.day)
    form = CallUpForm({}, choices, data, initial_of(call)).without_ground()

    def act() -> CallUp:
        return operations.change_call_up(
            request.scope, call_up=id, **form.given(), criteria=form.entries()
        )

    if data is not None and done(form, act):
        messages.success(request, _("Changed. Everybody who signed up was measured again."))
        return redirect("mobilisation:call-up", id=id)
    page = {"form": form, "call": call}
    status = 422 if data is not None else 200
    return render(request, "mobilisation/new_call_up.html", page, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def quotas(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Say which units a call asks, and for how many."""
    request.scope.require(Can.CALL_UP)
    call = queries.call_up(request.scope, id)
    kept = {"quotas": quotas_as_text(request.scope, call_up=id)}
    form = QuotasForm(request.POST) if request.method == "POST" else QuotasForm(initial=kept)

    def act() -> None:
        lines = quotas_of_text(request.scope, form.cleaned_data["quotas"])
        entries = [
            QuotaEntry(organisation=one.organisation, minimum=one.minimum, maximum=one.maximum)
            for one in lines
        ]
        operations.set_quotas(request.scope, call_up=id, quotas=entries)

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The units are asked."))
        return redirect("mobilisation:call-up", id=id)
    status = 422 if request.method == "POST" else 200
    return render(request, "mobilisation/quotas.html", {"form": form, "call": call}, status=status)


@require_POST
def close_call_up(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Close a call."""
    operations.close_call_up(request.scope, call_up=id, at=clock.now())
    messages.success(request, _("The call is closed."))
    return redirect("mobilisation:call-up", id=id)


@require_POST
def offer_places(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Offer every free place to those who wait."""
    call = queries.call_up(request.scope, id)
    offered = offer_waiting(request.scope, call_up=id, count=call.headcount, at=clock.now())
    messages.success(request, _("Places offered: %(count)s") % {"count": offered})
    return redirect("mobilisation:call-up", id=id)


def _on_offer(request: ScopedRequest) -> dict[str, list[tuple[str, str]]]:
    if request.scope.incident is None:
        raise NotFound()
    taken = set(queries.documents_called_on(request.scope))
    issued = documents(request.scope, incident=request.scope.incident).filter(kind="call")
    return {
        "document": [
            (str(one.pk), f"{one.number} {one.title}") for one in issued if one.pk not in taken
        ],
        "division": wording.place_choices(request.scope, day=request.day),
    }


def _missing(offered: dict[str, list[tuple[str, str]]]) -> str:
    """Say what must be there before anybody can be called up."""
    if not offered["document"]:
        return _("People are called up on a document of the kind “call-up”: register it first.")
    if not offered["division"]:
        return _("The operation includes no community of yours on this day.")
    return ""
