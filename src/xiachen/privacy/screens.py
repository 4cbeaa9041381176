"""The audit, and the requests to unmask that wait for a second person."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xiachen.base import clock
from xiachen.privacy import audit, operations, queries
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.forms import AuditForm
from xiachen.privacy.scope import Can


@require_safe
def audit_log(request: ScopedRequest) -> HttpResponse:
    """Who did or saw what, newest first; what is asked about one person is itself recorded."""
    request.scope.require(Can.READ_AUDIT)
    form = AuditForm(request.scope, request.GET)
    page = None
    if form.is_valid():
        filters = form.filters()
        page = queries.audit_entries(request.scope, filters, _number(request.GET.get("page", "")))
        if filters.person:
            with transaction.atomic():
                audit.record(request.scope, "privacy.read-audit", subject=filters.person)
    head = queries.audit_head(request.scope)
    asked = any(form.cleaned_data.values()) or not form.is_valid()
    return render(
        request,
        "privacy/audit.html",
        {"form": form, "page": page, "head": head, "asked": asked},
        status=200 if page else 422,
    )


@require_safe
def unmaskings(request: ScopedRequest) -> HttpResponse:
    """What others have asked to see unmasked, and wait for."""
    waiting = queries.unmaskings_to_approve(request.scope, at=clock.now())
    return render(request, "privacy/unmaskings.html", {"waiting": waiting})


@require_POST
def approve(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Approve a request; the values are then shown to whoever asked, for ten minutes."""
    asked = operations.approve_unmask(request.scope, unmasking=id, at=clock.now())
    messages.success(
        request, _("Approved: %(about)s is shown for ten minutes.") % {"about": asked.about}
    )
    return redirect("privacy:unmaskings")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 1
