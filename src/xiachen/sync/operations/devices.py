"""Striking a phone off."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import NotFound
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope
from xiachen.sync.models.devices import Device
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
        audit.record(
            scope, "sync.revoke-device", subject=held.member, targets=[held.pk], reason=reason
        )
    return held
