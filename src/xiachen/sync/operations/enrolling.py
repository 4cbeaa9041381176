"""Enrolling a phone with the token of an invitation."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.scope import Role, Scope
from xiachen.sync.models.devices import Device, Invitation
from xiachen.sync.queries.epochs import current_epoch
from xiachen.sync.queries.sealing_keys import sealing_key
from xiachen.sync.rules import protocol
from xiachen.sync.rules.inviting import digest_of

LONGEST_NAME, LONGEST_APP = 80, 20


@dataclass(frozen=True, slots=True)
class Former:
    """Whose phone it was, in which incident."""

    member: UUID | None
    incident: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """
    What a phone is told when it is let in.

    :param scope: of the person whose phone it is, who reaches nobody else by it
    :param seal_key: public point to which the phone seals what it records
    """

    device: Device
    scope: Scope
    name: str
    seal_key: bytes
    epoch: str


@transaction.atomic
def enrol(
    scope: Scope,
    *,
    token: str,
    device: UUID,
    key: bytes,
    name: str,
    app: str,
    at: datetime,
    former: Former | None = None,
) -> Enrolled:
    """
    Let a phone in; the same phone asking again gets the same answer.

    :param scope: of the door of phones, before there is anybody
    :param key: public point with which the phone will sign
    :param former: as whose phone it had been let in before a restore took that back: what it
        still holds must not come under another person's name
    :raises TokenUnknown, TokenUsed, TokenExpired, DeviceKnown, AnothersLink:
    """
    scope.require_house()
    held = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("account", "device")
        .filter(digest=digest_of(token))
        .first()
    )
    if held is None:
        raise protocol.TokenUnknown()
    if former is not None and former != Former(held.account.member_id, held.incident_id):
        raise protocol.AnothersLink()
    found = held.device
    if found is None:
        found = _let_in(held, device, key, name, app, at)
        audit.record(_own(found), "sync.enrol", subject=found.member, targets=[found.pk, held.pk])
    elif found.pk != device or bytes(found.key) != key:
        raise protocol.TokenUsed()
    member = Member.objects.get(pk=found.member)
    return Enrolled(
        device=found,
        scope=_own(found),
        name=member.name,
        seal_key=sealing_key(scope, incident=found.incident_id).point,
        epoch=current_epoch(scope),
    )


def _let_in(
    held: Invitation, device: UUID, key: bytes, name: str, app: str, at: datetime
) -> Device:
    if held.withdrawn_at is not None or held.expires_at < at:
        raise protocol.TokenExpired()
    member = held.account.member_id
    if not held.account.is_active or member is None:
        raise protocol.TokenUnknown()
    if Device.objects.filter(pk=device).exists():
        raise protocol.DeviceKnown()
    made = Device.objects.create(
        pk=device,
        account=held.account,
        member=member,
        incident_id=held.incident_id,
        key=key,
        name=name[:LONGEST_NAME],
        app=app[:LONGEST_APP],
        enrolled_at=at,
        last_contact=at,
    )
    held.device, held.used_at = made, at
    held.save(update_fields=["device", "used_at"])
    return made


def _own(device: Device) -> Scope:
    return Scope(
        account=device.account_id,
        role=Role.MEMBER,
        member=device.member,
        incident=device.incident_id,
        second_factor=False,
    )
