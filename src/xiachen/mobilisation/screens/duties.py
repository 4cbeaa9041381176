"""Which units have to report in, and on which document."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.mobilisation.forms.reporting import DutyForm
from xiachen.mobilisation.operations.duties import lift_duty, oblige
from xiachen.mobilisation.queries import duties as queries
from xiachen.mobilisation.queries.tables import duties_table
from xiachen.notices.queries.documents import documents
from xiachen.papers.ways_out import exported
from xiachen.people.queries.units import organisations_reached
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can


@require_http_methods(["GET", "HEAD", "POST"])
def duties(request: ScopedRequest) -> HttpResponse:
    """The units that have to report in, and the form that obliges others."""
    scope = request.scope
    scope.require(Can.DISPATCH)
    if scope.incident is None:
        raise NotFound()
    form = DutyForm(
        [
            (str(one.pk), f"{one.number} {one.title}")
            for one in documents(scope, incident=scope.incident)
        ],
        [(str(one.pk), one.name) for one in organisations_reached(scope)],
        request.day,
        request.POST if request.method == "POST" else None,
    )

    def act() -> None:
        given = form.cleaned_data
        outcomes = oblige(
            scope,
            document=UUID(given["document"]),
            organisations=[UUID(one) for one in given["organisations"]],
            below=given["below"],
            from_day=given["from_day"],
            at=clock.now(),
        )
        new = sum(one.new for one in outcomes)
        words = ngettext(
            "%(count)s unit has to report in from now on.",
            "%(count)s units have to report in from now on.",
            new,
        )
        messages.success(request, words % {"count": new})

    if request.method == "POST" and done(form, act):
        return redirect("mobilisation:duties")
    rows = queries.duties(scope, incident=scope.incident)
    rows = rows.select_related("organisation__contact_community", "document")
    if taken := exported(request, lambda: duties_table(scope, rows=list(rows))):
        return taken
    return render(request, "mobilisation/duties.html", {"form": form, "rows": rows})


@require_POST
def lift(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Take back that a unit has to report in, with the reason."""
    reason = request.POST.get("reason", "").replace("\0", "")[:200]
    lift_duty(request.scope, duty=id, at=clock.now(), reason=reason)
    messages.success(request, _("The unit no longer has to report in."))
    return redirect("mobilisation:duties")
