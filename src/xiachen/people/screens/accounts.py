"""Accounts and the roles given to them; the administrator sees sign-in names, not people."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.people.forms.accounts import AccountForm, GrantForm
from xiachen.people.operations import accounts as operations
from xiachen.people.operations.phones import PHONE_ACCOUNT
from xiachen.people.queries import accounts as queries
from xiachen.privacy.doors import ScopedRequest, explain
from xiachen.privacy.scope import Can


@require_safe
def accounts(request: ScopedRequest) -> HttpResponse:
    """Every account with the roles that it holds."""
    text = request.GET.get("q", "").strip()
    found = queries.accounts(request.scope).filter(username__icontains=text)
    if not text:
        # One for each volunteer would hide the few with which people sign in.
        found = found.exclude(username__startswith=PHONE_ACCOUNT)
    pages = Paginator(found, 50)
    shown = pages.get_page(request.GET.get("page"))
    page = {"rows": shown.object_list, "number": shown.number, "pages": pages.num_pages}
    waiting = queries.grants_to_approve(request.scope)
    return render(request, "people/accounts.html", {"page": page, "text": text, "waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
def open_account(request: ScopedRequest) -> HttpResponse:
    """Open an account."""
    request.scope.require(Can.MANAGE_ACCOUNTS)
    form = AccountForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.open_account(request.scope, **form.cleaned_data)
        except Refused as refusal:
            explain(form, refusal)
        else:
            return redirect("people:account", id=made.pk)
    return render(request, "people/open_account.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: ScopedRequest, id: UUID) -> HttpResponse:
    """One account: its roles, and another role to give."""
    found = queries.account(request.scope, id)
    data = request.POST if request.method == "POST" else None
    form = GrantForm(request.scope, request.day, data)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        unit = UUID(given["organisation"]) if given["organisation"] else None
        try:
            made = operations.give_grant(
                request.scope,
                account=id,
                incident=request.scope.incident,
                **given | {"organisation": unit},
            )
        except Refused as refusal:
            explain(form, refusal)
        else:
            words = _("The role waits for another administrator to approve it.")
            messages.success(request, words if made.waits else _("The role is given."))
            return redirect("people:account", id=id)
    return render(request, "people/account.html", {"account": found, "form": form})


@require_POST
def approve_grant(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Approve a role that another administrator has given."""
    held = operations.approve_grant(request.scope, grant=id)
    messages.success(request, _("The role is given."))
    return redirect("people:account", id=held.account_id)


@require_POST
def end_grant(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Take a role back from today on."""
    held = operations.end_grant(request.scope, grant=id, last_day=request.day)
    return redirect("people:account", id=held.account_id)


@require_POST
def close_account(request: ScopedRequest, id: UUID) -> HttpResponse:
    """Let nobody sign in with the account any more."""
    operations.close_account(request.scope, account=id, at=clock.now())
    return redirect("people:account", id=id)
