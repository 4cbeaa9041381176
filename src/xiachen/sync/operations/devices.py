"""Striking a phone off."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xiachen.base.errors import NotFound
from xiachen.privacy import audit, struck_off
from xiachen.privacy.scope import Can, Scope
from xiachen.privacy.struck_off import Kind
from xiachen.sync.models.devices import Device, Invitation
from xiachen.sync.queries.devices import devices_reached
from xiachen.sync.rules.settling import check_reason


@transaction.atomic
def revoke(scope: Scope, *, device: UUID, reason: str, at: datetime) -> Device:
    """
    Let a phone see nothing more; what it still sends is kept for a person to look at.

    One's own phone may be struck off by anybody. Striking off again changes nothing.

    :raises NotFound: it is not of anybody whom the scope reaches
    :raises ReasonMissing:
    """
    held = (
        Device.objects.select_for_update(of=("self",))
        .filter(pk__in=devices_reached(scope).order_by().values("pk"), pk=device)
        .first()
    )
    if held is None:
        raise NotFound()
    if held.member != scope.member:
        scope.require(Can.REVOKE_PHONES)
    reason = check_reason(reason)
    if held.revoked_at is None:
        held.revoked_at, held.revoked_by, held.reason = at, scope.account, reason
        held.save(update_fields=["revoked_at", "revoked_by", "reason"])
        _keep_out(held, by=scope.account, at=at)
        audit.record(
            scope, "sync.revoke-device", subject=held.member, targets=[held.pk], reason=reason
        )
    return held


def _keep_out(device: Device, *, by: UUID, at: datetime) -> None:
    """Let no older backup bring the phone back, nor the links with which it could come again."""
    links = Invitation.objects.filter(device=device).values_list("digest", flat=True)
    digests = [bytes(one).hex() for one in links]
    struck_off.note(settings.HOME, Kind.PHONE, [str(device.pk)], by=by, at=at)
    struck_off.note(settings.HOME, Kind.LINK, digests, by=by, at=at)
