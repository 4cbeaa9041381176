"""The page behind a link: shown to whoever holds it; reading is proven by pressing, not opening."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from xiachen.base import clock
from xiachen.notices.forms.notices import ReadingForm
from xiachen.notices.operations import readings as operations
from xiachen.notices.queries import links
from xiachen.notices.queries import notices as queries
from xiachen.privacy.doors import address_of
from xiachen.privacy.scope import Scope, system_scope


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest, token: str) -> HttpResponse:
    """Show a notice; a POST of somebody who says who they are confirms it."""
    scope: Scope = getattr(request, "scope", None) or system_scope()
    try:
        found = links.opened(scope, token, at=clock.now())
    except links.LinkOver as over:
        return _answer(request, {"over": str(over)}, status=over.status)
    own = found.delivery or queries.own_delivery(scope, found.notice.pk)
    confirmed = own is not None and queries.receipt_of(scope, own.pk) is not None
    context = {"notice": found.notice, "own": own is not None, "confirmed": confirmed}
    if request.method != "POST" or confirmed:
        return _answer(request, context | {"form": ReadingForm()})
    if own is not None:
        operations.read_through_link(scope, token=token, at=clock.now())
        return _answer(request, context | {"confirmed": True})
    return _by_name(request, scope, token, context)


def _by_name(
    request: HttpRequest, scope: Scope, token: str, context: dict[str, object]
) -> HttpResponse:
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return _again(
            request, context, _("Give your name and the last four digits of your number.")
        )
    proof = operations.read_by_name(
        scope,
        token=token,
        name=form.cleaned_data["name"],
        digits=form.cleaned_data["digits"],
        address=address_of(request),
        at=clock.now(),
    )
    if proof is operations.Proof.PROVEN:
        return _answer(request, context | {"confirmed": True})
    if proof is operations.Proof.TOO_OFTEN:
        words = _("Too many attempts. Try again in an hour, or tell whoever sent you the link.")
        return _again(request, context, words, status=429)
    words = _("Name and digits do not belong together among those who got this notice.")
    return _again(request, context, words)


def _again(
    request: HttpRequest, context: dict[str, object], words: str, *, status: int = 422
) -> HttpResponse:
    # What was typed is not shown again: it may be somebody else's name and number.
    return _answer(request, context | {"form": ReadingForm(), "wrong": words}, status=status)


def _answer(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    return render(request, "notices/read.html", context, status=status)
