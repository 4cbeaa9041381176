"""Phones: how far each has come, what is missing of it, and striking one off."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.base.errors import Forbidden
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest, done, keep_search, searched
from xiachen.privacy.scope import Can
from xiachen.sync.forms.settling import ReasonForm
from xiachen.sync.operations.devices import revoke
from xiachen.sync.operations.viewing import view_phones
from xiachen.sync.queries import phones as queries
from xiachen.sync.queries.phones import Show
from xiachen.sync.queries.records import record_lines
from xiachen.sync.rules.protocol import WANTED_APP

LINES = 50


@require_http_methods(["GET", "HEAD", "POST"])
def phones(request: ScopedRequest) -> HttpResponse:
    """The phones within the scope, the latest contact first."""
    scope, now = request.scope, clock.now()
    if not (scope.allows(Can.INVITE_PHONES) or scope.allows(Can.REVOKE_PHONES)):
        raise Forbidden()
    asked = request.GET.get("show", "")
    show = Show(asked) if asked in list(Show) else Show.IN_USE
    if request.method == "POST":
        key = keep_search(request, request.POST.get("q", ""))
        return redirect(f"{reverse('sync:phones')}?{urlencode({'show': show, 'found': key})}")
    rows = queries.phones(scope, show=show, text=searched(request), at=now)
    if taken := exported(request, lambda: queries.phones_table(scope, rows=list(rows), at=now)):
        return taken
    pages = Paginator(rows, LINES)
    found = pages.get_page(request.GET.get("page"))
    context = {
        "lines": view_phones(scope, rows=list(found), at=now),
        "page": {"number": found.number, "pages": pages.num_pages},
        "total": pages.count,
        "show": show.value,
        "text": searched(request),
        "invites": scope.allows(Can.INVITE_PHONES),
        "settles": scope.allows(Can.SETTLE_RECORDS),
        "searches": scope.allows(Can.SEE_PEOPLE),
        "wanted_app": WANTED_APP,
    }
    return render(request, "sync/phones.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One phone; it can be struck off with a reason."""
    scope, now = request.scope, clock.now()
    device = queries.phone(scope, id=id)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def act() -> object:
        return revoke(scope, device=id, reason=form.cleaned_data["reason"], at=clock.now())

    if request.method == "POST" and done(form, act):
        messages.success(
            request, _("The phone is struck off: it gets nothing more and forgets what it holds.")
        )
        return redirect("sync:phone", id=id)
    (line,) = view_phones(scope, rows=[device], at=now)
    own = device.member == scope.member
    records = queries.open_records(scope, device=id)
    context = {
        "line": line,
        "gaps": queries.gaps(scope, device=id),
        "records": record_lines(scope, records),
        "more": len(records) == queries.MOST_RECORDS,
        "form": form,
        "own": own,
        "revokes": own or scope.allows(Can.REVOKE_PHONES),
        "back": scope.allows(Can.INVITE_PHONES) or scope.allows(Can.REVOKE_PHONES),
        "wanted_app": WANTED_APP,
    }
    return render(request, "sync/phone.html", context)
