"""The audit, for the auditor and the privacy officer."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiachen.privacy import audit, queries
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


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 1
