"""Places to sign in at, their posters and the code that changes; and signing in by a code."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xiachen.attendance.forms import CodeForm, PlaceForm
from xiachen.attendance.operations import signing as operations
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.queries import signing as queries
from xiachen.attendance.rules.evidence import UnknownPlace
from xiachen.attendance.rules.records import SignedInAlready
from xiachen.attendance.rules.signing import keeps_places, shows_codes
from xiachen.base import clock
from xiachen.base.errors import Forbidden, NotFound
from xiachen.base.ids import uuid7
from xiachen.papers.qr import qr_image
from xiachen.privacy.doors import ScopedRequest, done
from xiachen.privacy.scope import Can

# The page of the phone's app; what stands behind # is never sent, and thus never logged.
_PHONE = "/phone/#at="


@require_safe
def places(request: ScopedRequest, community: int) -> HttpResponse:
    """The places of a community at which people sign in."""
    _require(request, community)
    context = {
        "community": community,
        "found": queries.places_of(request.scope, communities=[community]),
        "keeps": keeps_places(request.scope, community),
        "shows": shows_codes(request.scope, community),
    }
    return render(request, "attendance/places.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_place(request: ScopedRequest, community: int) -> HttpResponse:
    """Register a place to sign in at."""
    if not keeps_places(request.scope, community):
        raise Forbidden()
    form = PlaceForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        operations.register_place(
            request.scope, community=community, entry=form.entry(), at=clock.now()
        )

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The place is registered. Print its poster and hang it up."))
        return redirect("attendance:places", community)
    return render(request, "attendance/place.html", {"form": form, "community": community})


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: ScopedRequest, community: int, place: UUID) -> HttpResponse:
    """Change a place to sign in at."""
    if not keeps_places(request.scope, community):
        raise Forbidden()
    held = queries.open_place(request.scope, community=community, place=place)
    given = request.POST if request.method == "POST" else None
    form = PlaceForm(given, initial=PlaceForm.of(held))

    def act() -> None:
        operations.change_place(
            request.scope,
            community=community,
            place=place,
            version=form.cleaned_data["version"] or held.version,
            entry=form.entry(),
            at=clock.now(),
        )

    if request.method == "POST" and done(form, act):
        messages.success(request, _("The place is changed."))
        return redirect("attendance:places", community)
    context = {"form": form, "community": community, "place": held}
    return render(request, "attendance/place.html", context)


@require_POST
def close(request: ScopedRequest, community: int, place: UUID) -> HttpResponse:
    """Let nobody sign in at a place from now on."""
    operations.close_place(request.scope, community=community, place=place, at=clock.now())
    messages.success(request, _("Nobody signs in there from now on; what was recorded stays."))
    return redirect("attendance:places", community)


@require_POST
def renew(request: ScopedRequest, community: int, place: UUID) -> HttpResponse:
    """Make another poster for a place."""
    operations.renew_poster(request.scope, community=community, place=place, at=clock.now())
    messages.success(request, _("There is a new poster. Print it and take the former one down."))
    return redirect("attendance:poster", community, place)


@require_safe
@never_cache
def poster(request: ScopedRequest, community: int, place: UUID) -> HttpResponse:
    """The poster of a place, to be printed on A4."""
    held = queries.open_place(request.scope, community=community, place=place)
    code = queries.poster_of(request.scope, place=held)
    link = request.build_absolute_uri(f"{_PHONE}{held.pk}.p.{code}")
    context = {
        "place": held,
        "code": f"{code[:5]} {code[5:]}",
        "qr": qr_image(link),
        "site": request.build_absolute_uri(reverse("attendance:at")),
        "keeps": keeps_places(request.scope, community),
    }
    return render(request, "attendance/poster.html", context)


@require_safe
@never_cache
def code(request: ScopedRequest, community: int, place: UUID) -> HttpResponse:
    """The code that a place shows now; the page fetches the next one by itself."""
    held = queries.open_place(request.scope, community=community, place=place)
    now = clock.now()
    shown = queries.code_now(request.scope, place=held, day=clock.local_day(now), at=now)
    link = request.build_absolute_uri(f"{_PHONE}{held.pk}.{shown.code}")
    context = {
        "place": held,
        "shown": shown,
        "code": f"{shown.code[:4]} {shown.code[4:]}",
        "qr": qr_image(link),
        "seconds": int((shown.until - now).total_seconds()) + 1,
    }
    return render(request, "attendance/code.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def at(request: ScopedRequest) -> HttpResponse:
    """Sign in or out by the code or the poster of a place, on a phone without the app."""
    request.scope.require(Can.CHECK_IN)
    if request.scope.member is None:
        raise NotFound(field="member")
    known = queries.places_nearby(request.scope, day=clock.local_day(clock.now()))
    form = CodeForm(known, request.POST if request.method == "POST" else None)
    if request.method == "POST" and done(form, lambda: _sign(request, form)):
        return redirect("attendance:at")
    points = {
        str(one.pk): (one.latitude, one.longitude, one.radius)
        for one in known
        if one.latitude is not None
    }
    context = {"form": form, "known": known, "points": points}
    return render(request, "attendance/at.html", context)


def _sign(request: ScopedRequest, form: CodeForm) -> None:
    """Sign the acting person in or out, as the form says."""
    now = clock.now()
    held = queries.place_in_operation(request.scope, place=form.cleaned_data["place"])
    if held is None or request.scope.member is None:
        raise UnknownPlace(field="place")
    leaves = form.cleaned_data["act"] == "out"
    kind = CheckOutEntry if leaves else CheckInEntry
    entry = kind(
        id=uuid7(),
        community=held.community_id,
        member=request.scope.member,
        occurred_at=now,
        method=form.method,
        place=held.pk,
        code=form.cleaned_data["code"],
        near=form.cleaned_data["near"],
    )
    if isinstance(entry, CheckInEntry):
        (outcome,) = check_in(request.scope, entries=[entry], at=now)
    else:
        (outcome,) = check_out(request.scope, entries=[entry], at=now)
    if isinstance(outcome.refusal, SignedInAlready):
        # The person oneself is not told of “this person”, and needs to do nothing.
        messages.info(
            request,
            _("You signed in at %(time)s; there is no need to do it again.")
            % outcome.refusal.values,
        )
        return
    if outcome.refusal:
        raise outcome.refusal
    messages.success(
        request,
        _("You are signed out. Get some rest.") if leaves else _("You are signed in."),
    )


def _require(request: ScopedRequest, community: int) -> None:
    if not keeps_places(request.scope, community) and not shows_codes(request.scope, community):
        raise Forbidden()
