"""Service certificates: issuing, printing on A4, and the page behind the printed code."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xiachen.attendance.operations import certificates as operations
from xiachen.attendance.queries.certificates import check_address
from xiachen.attendance.rules.certificates import CertificateUnknown
from xiachen.base import clock
from xiachen.papers.qr import qr_image
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.scope import ROLE_NAMES, Can, Role, system_scope


@require_POST
def issue(request: ScopedRequest, member: UUID) -> HttpResponse:
    """Certify somebody's service up to the day looked at, or one's own."""
    made = operations.issue_certificate(
        request.scope, member=member, day=request.day, at=clock.now()
    )
    return redirect("attendance:certificate", certificate=made.pk)


@require_safe
def certificate(request: ScopedRequest, certificate: UUID) -> HttpResponse:
    """A certificate on one sheet of A4, with the code by which it is checked."""
    found = operations.view_certificate(request.scope, certificate=certificate)
    address = check_address(request.scope, found.certificate.pk)
    role = Role(found.certificate.role)
    context = {
        "shown": found,
        "qr": qr_image(address),
        "address": address,
        "own": found.certificate.member_id == request.scope.member,
        "issuer": "" if role is Role.MEMBER else ROLE_NAMES[role],
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
