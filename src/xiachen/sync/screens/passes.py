"""The page behind the code of a work pass: any resident can look whether it holds."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xiachen.base import clock
from xiachen.privacy.scope import system_scope
from xiachen.sync.operations.passes import show_pass


@login_not_required
@never_cache
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Say who is at the door, of which team, valid today; or that the pass does not hold."""
    now = clock.now()
    shown = show_pass(system_scope(), token=token, at=now)
    context = {"shown": shown, "now": now}
    return render(request, "sync/pass.html", context, status=200 if shown else 410)
