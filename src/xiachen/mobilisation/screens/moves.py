"""Moving people of a dispatch to another community, and recalling them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.incidents import queries as incidents
from xiachen.mobilisation.forms.reporting import GroundForm, MoveForm, RecallForm
from xiachen.mobilisation.forms.stays import Choices
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.operations import moves as operations
from xiachen.mobilisation.operations.releases import Ground
from xiachen.mobilisation.queries import dispatches, forces, stays
from xiachen.notices.queries.documents import documents
from xiachen.places.queries.communities import communities_by_id
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Choose people of a dispatch and the community where they go on."""
    people = operations.view_leaving(request.scope, dispatch=id)
    posted = request.method == "POST"
    data = request.POST if posted else None
    form = MoveForm(_documents(request), places(request), request.day, data)
    ticked = _ticked(request)

    def act() -> None:
        moved = operations.move(
            request.scope,
            enrolments=[stay.pk for stay, _name in people if stay.member_id in ticked],
            community=form.cleaned_data["community"],
            from_day=form.cleaned_data["from_day"],
            ground=_ground(form),
            at=clock.now(),
        )
        words = _("%(count)s people go on there; they report in anew.")
        messages.success(request, words % {"count": len(moved)})

    if posted and done(form, act):
        return redirect("mobilisation:dispatch", id=id)
    return _render(request, id, people, form, ticked, "move")


@require_http_methods(["GET", "HEAD", "POST"])
def recall(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Call the people ticked back, all of the dispatch if everybody is."""
    people = operations.view_leaving(request.scope, dispatch=id)
    posted = request.method == "POST"
    form = RecallForm(_documents(request), request.day, request.POST if posted else None)
    ticked = _ticked(request)

    def act() -> None:
        gone = operations.recall(
            request.scope,
            dispatch=id,
            members=sorted(ticked),
            last_day=form.cleaned_data["last_day"],
            ground=_ground(form),
            at=clock.now(),
        )
        messages.success(request, _("%(count)s people are recalled.") % {"count": len(gone)})

    if posted and done(form, act):
        return redirect("mobilisation:dispatch", id=id)
    if not posted:
        ticked = {stay.member_id for stay, _name in people}
    return _render(request, id, people, form, ticked, "recall")


def places(request: ScopedRequest) -> list[tuple[str, str]]:
    """Return the communities of the operation with how many people each has on the day."""
    scope = request.scope
    listed = incidents.communities_of(scope, day=request.day)
    names = communities_by_id(scope, listed)
    rows = stays.belonging(scope, stays.whole_day(scope, request.day))
    there = forces.there_on(scope, rows)
    words = _("%(community)s · %(count)s there")
    return [
        (str(code), words % {"community": names[code], "count": there[code]})
        for code in listed
        if code in names
    ]


def _render(
    request: ScopedRequest,
    id: UUID,
    people: list[tuple[Enrolment, str]],
    form: GroundForm,
    ticked: set[UUID],
    what: str,
) -> HttpResponse:
    communities = communities_by_id(request.scope, {stay.community_id for stay, _name in people})
    page = {
        "dispatch": dispatches.dispatch_of(request.scope, id),
        "people": [(stay, name, communities[stay.community_id]) for stay, name in people],
        "form": form,
        "ticked": ticked,
        "what": what,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "mobilisation/move.html", page, status=status)


def _documents(request: ScopedRequest) -> Choices:
    request.scope.require(Can.DISPATCH)
    if request.scope.incident is None:
        raise NotFound()
    rows = documents(request.scope, incident=request.scope.incident)
    return [(str(one.pk), f"{one.number} {one.title}") for one in rows]


def _ground(form: GroundForm) -> Ground:
    document = form.cleaned_data["document"]
    return Ground(document=UUID(document) if document else None, words=form.cleaned_data["words"])


def _ticked(request: ScopedRequest) -> set[UUID]:
    found = set()
    for text in request.POST.getlist("members"):
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found
