"""The excuses with their reasons."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiachen.base import clock
from xiachen.mobilisation.forms.stays import ExcuseForm
from xiachen.mobilisation.operations import boards
from xiachen.mobilisation.operations.excuses import excuse, reverse_excuse, view_excusable
from xiachen.mobilisation.queries.tables import excuses_table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, done, keep_search, searched
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def excuses(request: ScopedRequest) -> HttpResponse:
    """The excuses with their reasons, and the form for another; for those who excuse."""
    request.scope.require(Can.EXCUSE)
    if text := request.POST.get("q", "").replace("\0", ""):
        return redirect(f"{reverse('mobilisation:excuses')}?found={keep_search(request, text)}")
    people, more = view_excusable(
        request.scope, day=request.day, text=searched(request), chosen=_posted(request)
    )
    form = ExcuseForm(
        [(str(one.pk), f"{one.name} {one.organisation or ''}".strip()) for one in people],
        request.day,
        request.POST if request.method == "POST" else None,
    )

    def act() -> None:
        given = form.cleaned_data
        excuse(request.scope, **given | {"member": UUID(given["member"]), "at": clock.now()})

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Excused."))
        return redirect("mobilisation:excuses")
    rows = boards.view_excuses(request.scope)
    if taken := exported(request, lambda: excuses_table(request.scope, rows=rows)):
        return taken
    page = {"form": form, "rows": rows, "more": more, "text": searched(request), "any": people}
    return render(request, "mobilisation/excuses.html", page)


def _posted(request: ScopedRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("member", ""))
    except ValueError:
        return None


@require_POST
def end_excuse(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Take an excuse back, with the reason."""
    reverse_excuse(
        request.scope,
        excuse=id,
        at=clock.now(),
        reason=request.POST.get("reason", "").replace("\0", "")[:200],
    )
    messages.success(request, _("The excuse was taken back."))
    return redirect("mobilisation:excuses")
