"""My day: where I have to be, signing in and out, and my calendar."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xiachen.attendance.operations.calendars import (
    make_calendar_link,
    take_back_calendar_link,
)
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.queries import calendars
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.needs.forms import (
    FinishForm,
)
from xiachen.needs.operations import reading
from xiachen.needs.queries.calendars import feed
from xiachen.needs.screens.asking import myself
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import system_scope


@require_safe
def mine(request: ScopedRequest) -> HttpResponse:
    """Where I have to be, whether I have signed in, what is mine to do."""
    day = reading.view_my_day(request.scope, day=request.day)
    today = request.day == clock.local_day(clock.now())
    context = {"mine": day, "today": today, "finish": FinishForm()}
    return render(request, "needs/mine.html", context)


@require_POST
def sign_in(request: ScopedRequest, community: int) -> HttpResponse:
    """Sign the acting person in, now."""
    now = clock.now()
    (outcome,) = check_in(
        request.scope,
        entries=[
            CheckInEntry(id=uuid7(), community=community, member=myself(request), occurred_at=now)
        ],
        at=now,
    )
    if outcome.refusal:
        raise outcome.refusal
    messages.success(request, _("You are signed in."))
    return redirect("needs:mine")


@require_POST
def sign_out(request: ScopedRequest, community: int) -> HttpResponse:
    """Sign the acting person out, now."""
    now = clock.now()
    leaving = CheckOutEntry(
        id=uuid7(), community=community, member=myself(request), occurred_at=now
    )
    (outcome,) = check_out(request.scope, entries=[leaving], at=now)
    if outcome.refusal:
        raise outcome.refusal
    messages.success(request, _("You are signed out. Get some rest."))
    return redirect("needs:mine")


@require_safe
def calendar(request: ScopedRequest) -> HttpResponse:
    """The secret link by which one's own calendar reads one's duties."""
    link = calendars.own_link(request.scope)
    path = calendars.feed_path(request.scope)
    address = f"{settings.PUBLIC_ADDRESS}{path}" if path else ""
    context = {
        "link": link,
        "address": address,
        "subscribe": address.replace("https:", "webcal:", 1),
        "member": request.scope.member,
    }
    return render(request, "needs/calendar.html", context)


@require_POST
def make_calendar(request: ScopedRequest) -> HttpResponse:
    """Make a link, or another one in the place of the former."""
    make_calendar_link(request.scope, language=get_language() or "", at=clock.now())
    messages.success(request, _("The link is made. Give it to nobody but your own calendar."))
    return redirect("needs:calendar")


@require_POST
def end_calendar(request: ScopedRequest) -> HttpResponse:
    """End the link; calendars that read it are told that it is over."""
    take_back_calendar_link(request.scope, at=clock.now())
    messages.success(request, _("The link does not hold any more."))
    return redirect("needs:calendar")


@login_not_required
@never_cache
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """One's own duties as iCalendar, for whoever holds the link."""
    try:
        content = feed(system_scope(), token=token, at=clock.now())
    except calendars.CalendarLinkOver as over:
        return HttpResponse(str(over), status=over.status, content_type="text/plain; charset=utf-8")
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="duties.ics"'
    return answer
