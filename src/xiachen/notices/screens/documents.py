"""The documents of the incident, and registering one."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import NotFound, Refused
from xiachen.notices.forms.documents import DocumentForm
from xiachen.notices.operations import documents as operations
from xiachen.notices.queries import documents as queries
from xiachen.notices.queries.tables import documents_table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


@require_safe
def documents(request: ScopedRequest) -> HttpResponse:
    """The documents on which people were called and sent, the latest first."""
    if request.scope.incident is None:
        raise NotFound()
    if taken := exported(request, lambda: documents_table(request.scope)):
        return taken
    pages = Paginator(queries.documents(request.scope, incident=request.scope.incident), 50)
    shown = pages.get_page(request.GET.get("page"))
    page = {"rows": shown.object_list, "number": shown.number, "pages": pages.num_pages}
    issues = request.scope.allows(Can.ISSUE_DOCUMENTS)
    return render(request, "notices/documents.html", {"page": page, "issues": issues})


@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: ScopedRequest) -> HttpResponse:
    """Register a document."""
    request.scope.require(Can.ISSUE_DOCUMENTS)
    if request.scope.incident is None:
        raise NotFound()
    data = request.POST if request.method == "POST" else None
    form = DocumentForm(request.scope, request.day, data)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operations.issue_document(
                request.scope,
                incident=request.scope.incident,
                kind=given["kind"],
                number=given["number"],
                title=given["title"],
                issuers=[UUID(one) for one in given["issuers"]],
                issued_on=given["issued_on"],
                parent=UUID(given["parent"]) if given["parent"] else None,
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            return redirect("notices:documents")
    return render(request, "notices/issue.html", {"form": form})


@require_POST
def receive(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Note that a document has come in."""
    operations.receive_document(request.scope, document=id, at=clock.now())
    return redirect("notices:documents")


@require_POST
def pass_on(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Note that a document went on to those below."""
    operations.pass_on_document(request.scope, document=id, at=clock.now())
    return redirect("notices:documents")
