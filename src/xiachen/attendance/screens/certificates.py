"""Service certificates: one or many at once, printed on A4, and the page behind the code."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xiachen.attendance.operations import certificates as operations
from xiachen.attendance.queries.certificates import Shown, check_address
from xiachen.attendance.queries.certified import Group, groups, members_of
from xiachen.attendance.rules.certificates import CertificateUnknown, CertifiedFurther
from xiachen.attendance.screens.hours import number_of
from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.papers.qr import qr_image
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import ROLE_NAMES, Can, Role, system_scope

LINES = 50


@require_POST
def issue(request: ScopedRequest, member: UUID) -> HttpResponse:
    """Certify somebody's service up to the day looked at, or one's own."""
    made = operations.issue_certificate(
        request.scope, member=member, day=request.day, at=clock.now()
    )
    return redirect("attendance:certificate", certificate=made.pk)


@require_safe
def several(request: ScopedRequest) -> HttpResponse:
    """Whom of a team or a community the role certifies, with what each has and would get."""
    scope = request.scope
    group = _group(request.GET)
    page = operations.view_certified(
        scope,
        day=request.day,
        group=group,
        number=number_of(request),
        size=LINES,
    )
    teams, communities = groups(scope, day=request.day)
    context = {
        "found": page.found,
        "lines": page.lines,
        "page": page,
        "group": group,
        "teams": teams,
        "communities": communities,
        "day": request.day,
    }
    return render(request, "attendance/certificates.html", context)


@require_POST
def issue_several(request: ScopedRequest) -> HttpResponse:
    """Certify everybody of a team or a community, and go on to the sheets to be printed."""
    group = _group(request.POST)
    members = members_of(request.scope, day=request.day, group=group)
    outcomes = operations.issue_certificates(
        request.scope, members=members, day=request.day, at=clock.now()
    )
    new = sum(one.new for one in outcomes)
    stood = sum(one.already or isinstance(one.refusal, CertifiedFurther) for one in outcomes)
    said = ngettext("%(n)s certificate issued", "%(n)s certificates issued", new) % {"n": new}
    if stood:
        said += ngettext("; %(n)s stands as it was", "; %(n)s stand as they were", stood) % {
            "n": stood
        }
    messages.success(request, said)
    return redirect(f"{reverse('attendance:print-certificates')}?{group_query(group)}")


@require_safe
def print_several(request: ScopedRequest) -> HttpResponse:
    """The certificates of a team or a community, a sheet of A4 each, printed in one go."""
    group = _group(request.GET)
    found = operations.view_certificates(request.scope, day=request.day, group=group)
    context = {
        "sheets": [_sheet(request, one) for one in found],
        "group": group,
        "back": f"{reverse('attendance:certificates')}?{group_query(group)}",
    }
    return render(request, "attendance/print_certificates.html", context)


@require_safe
def certificate(request: ScopedRequest, certificate: UUID) -> HttpResponse:
    """A certificate on one sheet of A4, with the code by which it is checked."""
    found = operations.view_certificate(request.scope, certificate=certificate)
    context = {
        "shown": found,
        "sheet": _sheet(request, found),
        "own": found.certificate.member_id == request.scope.member,
        "withdraws": request.scope.allows(Can.CERTIFY) and found.holds,
    }
    return render(request, "attendance/certificate.html", context)


@require_POST
def withdraw(request: ScopedRequest, certificate: UUID) -> HttpResponse:
    """Withdraw a certificate, with the reason."""
    operations.withdraw_certificate(
        request.scope,
        certificate=certificate,
        at=clock.now(),
        reason=request.POST.get("reason", "").replace("\0", "")[:200],
    )
    messages.success(request, _("The certificate is withdrawn; whoever checks it is told so."))
    return redirect("attendance:certificate", certificate=certificate)


@login_not_required
@never_cache
@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Tell anybody who holds the paper whose it is, what it says, and whether it holds."""
    try:
        found = operations.show_certificate(system_scope(), token=token)
    except CertificateUnknown as unknown:
        context: dict[str, object] = {"unknown": str(unknown)}
        return render(request, "attendance/check.html", context, status=unknown.status)
    return render(request, "attendance/check.html", {"shown": found, "now": clock.now()})


def group_query(group: Group) -> str:
    """Return the group as it stands in an address."""
    return urlencode({"team": group.team or "", "community": group.community or ""})


def _group(asked: QueryDict) -> Group:
    team, community = asked.get("team", ""), asked.get("community", "")
    known = community.isascii() and community.isdigit() and len(community) == 12
    try:
        return Group(team=UUID(team) if team else None, community=int(community) if known else None)
    except ValueError:
        raise NotFound(field="team") from None


def _sheet(request: ScopedRequest, shown: Shown) -> dict[str, Any]:
    """Return what one sheet of paper says beside the certificate: its code, and who issued it."""
    role = Role(shown.certificate.role)
    return {
        "shown": shown,
        "qr": qr_image(check_address(request.scope, shown.certificate.pk)),
        "issuer": "" if role is Role.MEMBER else ROLE_NAMES[role],
    }
