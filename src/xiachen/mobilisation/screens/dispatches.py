"""What units have sent, and sending people on a document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.mobilisation.forms.stays import Choices, DispatchForm
from xiachen.mobilisation.models.stays import Dispatch
from xiachen.mobilisation.operations import dispatches as operations
from xiachen.mobilisation.operations.offers import Offer, view_offer
from xiachen.mobilisation.queries import dispatches as queries
from xiachen.mobilisation.queries.call_ups import call_ups
from xiachen.mobilisation.queries.tables import dispatch_table
from xiachen.mobilisation.screens.moves import places
from xiachen.mobilisation.screens.stays import ends_stays
from xiachen.notices.queries.documents import documents
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.people.queries.units import organisations_reached
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can

LINES = 50


@require_safe
def dispatches(request: ScopedRequest) -> HttpResponse:
    """Which unit has sent how many people where, on which document, the latest first."""
    if request.scope.incident is None:
        raise NotFound()
    rows = queries.dispatches(request.scope, incident=request.scope.incident)
    rows = rows.select_related("document", "organisation", "community").reverse()
    if taken := exported(request, lambda: _table(request, list(rows))):
        return taken
    shown = Paginator(rows, LINES).get_page(request.GET.get("page"))
    page = {
        "lines": queries.dispatch_lines(request.scope, list(shown), day=request.day),
        "page": {"number": shown.number, "pages": shown.paginator.num_pages},
        "sends": request.scope.allows(Can.DISPATCH),
    }
    return render(request, "mobilisation/dispatches.html", page)


@require_safe
def dispatch(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One dispatch: the ground, and everybody whom it sent."""
    shown = operations.view_dispatch(request.scope, dispatch=id)
    taken = exported(
        request,
        lambda: dispatch_table(request.scope, dispatch=shown.dispatch, people=shown.people),
    )
    if taken:
        return taken
    place = shown.dispatch.community_id
    page = {
        "page": shown,
        "within": request.scope.covers(place),
        "ends": ends_stays(request, place),
        "sends": request.scope.allows(Can.DISPATCH, community=place),
        "sent": sum(stay.follows_id is None for stay, _name in shown.people),
    }
    return render(request, "mobilisation/dispatch.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def new_dispatch(request: ScopedRequest) -> HttpResponse:
    """
    Choose the ground, the unit, the place and the people, who are looked for within the form.

    What is chosen may stand in the address; by whom people are looked for never does.
    """
    request.scope.require(Can.DISPATCH)
    sending = "send" in request.POST
    offered, chosen = _on_offer(request), request.POST or request.GET
    form = DispatchForm(offered, request.day, request.POST if sending else None, chosen)
    asked = _Asked.of(request)
    offer = _offer(request, form, asked)

    def act() -> Dispatch:
        members = offer.free if offer and asked.everybody else asked.ticked
        return _send(request, form, members)

    if sending and done(form, act):
        messages.success(request, _("Sent. They are expected there from the first day on."))
        return redirect("mobilisation:dispatches")
    page = {"form": form, "offer": offer, "asked": asked, "missing": _missing(offered)}
    return render(request, "mobilisation/new_dispatch.html", page, status=422 if sending else 200)


def _table(request: ScopedRequest, rows: list[Dispatch]) -> Table:
    return Table(
        title=_("People sent"),
        about=(f"{request.day:%Y-%m-%d}",),
        headings=[
            _("unit"),
            _("community"),
            _("document"),
            _("batch"),
            _("first day"),
            pgettext("people", "sent"),
            _("still there"),
            _("reported in"),
        ],
        tags=["#org", "#adm5", "", "", "#date+start", "#reached", "#reached", "#reached"],
        lines=[
            (
                line.dispatch.organisation.name,
                line.dispatch.community.name,
                line.dispatch.document.number,
                line.dispatch.batch,
                line.dispatch.sent_on,
                line.sent,
                line.there,
                line.reported,
            )
            for line in queries.dispatch_lines(request.scope, rows, day=request.day)
        ],
        records=[row.pk for row in rows],
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which people the form asks for: those ticked, those looked for, or everybody."""

    ticked: list[UUID]
    text: str
    everybody: bool

    @classmethod
    def of(cls, request: ScopedRequest) -> "_Asked":
        text = request.POST.get("q", "").replace("\0", "")[:80]
        return cls(list(_ids(request.POST.getlist("members"))), text, "everybody" in request.POST)


def _offer(request: ScopedRequest, form: DispatchForm, asked: _Asked) -> Offer | None:
    unit, community = form.kept("organisation"), form.kept("community")
    if not unit or not (request.POST or request.GET.get("organisation")):
        return None
    return view_offer(
        request.scope,
        organisation=UUID(unit),
        community=int(community) if community else None,
        sent_on=form.first_day(request.day),
        text=asked.text,
        ticked=asked.ticked,
        call_up=UUID(form.kept("call_up")) if form.kept("call_up") else None,
    )


def _send(request: ScopedRequest, form: DispatchForm, members: Iterable[UUID]) -> Dispatch:
    given = form.cleaned_data
    return operations.dispatch(
        request.scope,
        document=UUID(given["document"]),
        organisation=UUID(given["organisation"]),
        community=given["community"],
        members=list(members),
        sent_on=given["sent_on"],
        batch=given["batch"],
        at=clock.now(),
    )


def _on_offer(request: ScopedRequest) -> dict[str, Choices]:
    scope = request.scope
    if scope.incident is None:
        raise NotFound()
    return {
        "document": [
            (str(one.pk), f"{one.number} {one.title}")
            for one in documents(scope, incident=scope.incident)
        ],
        "organisation": [(str(one.pk), one.name) for one in organisations_reached(scope)],
        "community": places(request),
        "call_up": [(str(one.pk), str(one.document)) for one in call_ups(scope)],
    }


def _missing(offered: Mapping[str, Choices]) -> str:
    """Say what must be there before anybody can be sent."""
    words = {
        "document": _("People are sent on a document: register it first."),
        "organisation": _("No unit lies within your responsibility. Register it first."),
        "community": _("The operation includes no community of yours on this day."),
    }
    return next((words[name] for name in words if not offered[name]), "")


def _ids(texts: Iterable[str]) -> Iterable[UUID]:
    for text in texts:
        try:
            yield UUID(text)
        except ValueError:
            continue
