"""The ledger of messages: what was sent, through what, and what failed."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xiachen.base.errors import Forbidden
from xiachen.notices.models.messages import MessageState
from xiachen.notices.queries import messages as queries
from xiachen.notices.queries.tables import messages_table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import Can

LINES = 50


@require_safe
def messages(request: ScopedRequest) -> HttpResponse:
    """Every message within the scope, the latest first; those not sent, if so chosen."""
    scope = request.scope
    if not (scope.allows(Can.NOTIFY) or scope.allows(Can.MANAGE_INCIDENTS)):
        raise Forbidden()
    rows = queries.messages(scope)
    failed = request.GET.get("show") == "failed"
    rows = rows.filter(state=MessageState.FAILED) if failed else rows
    if taken := exported(request, lambda: messages_table(scope, rows=list(rows))):
        return taken
    shown = Paginator(rows, LINES)
    found = shown.get_page(request.GET.get("page"))
    context = {
        "lines": queries.message_lines(scope, list(found)),
        "page": {"number": found.number, "pages": shown.num_pages},
        "failed": failed,
    }
    return render(request, "notices/messages.html", context)
