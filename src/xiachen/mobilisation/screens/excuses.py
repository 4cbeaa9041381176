"""The excuses with their reasons."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.mobilisation.forms.stays import ExcuseForm
from xiachen.mobilisation.operations import boards
from xiachen.mobilisation.operations.excuses import excuse, reverse_excuse
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can

LINES = 100
STATES = ("", "waiting", "reported", "excused")


@require_http_methods(["GET", "HEAD", "POST"])
def excuses(request: ScopedRequest) -> HttpResponse:
    """The excuses with their reasons, and the form for another; for those who excuse."""
    request.scope.require(Can.EXCUSE)
    shown = boards.view_board(request.scope, day=request.day, community=None)
    people = {str(line.stay.member_id): line.name for line in shown.lines}
    form = ExcuseForm(
        list(people.items()), request.day, request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            excuse(request.scope, **given | {"member": UUID(given["member"]), "at": clock.now()})
        except Refused as refusal:
            explain(form, refusal)
        else:
            messages.success(request, _("Excused."))
            return redirect("mobilisation:excuses")
    rows = boards.view_excuses(request.scope)
    return render(request, "mobilisation/excuses.html", {"form": form, "rows": rows})


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
