"""Reads of devices: the one that signs a request, and what is held of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from xiachen.base.postgres.planning import planned_once
from xiachen.people.models.accounts import Account
from xiachen.people.queries.members import members_reached
from xiachen.privacy.scope import Can, Role, Scope
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, Receipt

_KNOWN = f"""
    select device.id, device.account_id, device.member, device.incident_id, device.key,
        device.enrolled_at, account.language,
        device.revoked_at is not null or not account.is_active
    from {Device._meta.db_table} as device
    join {Account._meta.db_table} as account on account.id = device.account_id
    where device.id = any(%s)
"""
_MISSING = f"""
    select device.id, greatest(0, device.last_reported - device.whole_upto - (
        select count(*) from (
            select seq from {Receipt._meta.db_table} as receipt
            where receipt.device = device.id and receipt.seq > device.whole_upto
            union
            select seq from {Quarantined._meta.db_table} as kept
            where kept.device_id = device.id and kept.seq > device.whole_upto
        ) as beyond
    ))
    from {Device._meta.db_table} as device where device.id = any(%s)
"""


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """
    An enrolled device, as its requests are judged by.

    :param key: the public point with which it signs
    :param revoked: it was struck off, or its account was closed
    """

    id: UUID
    account: UUID
    member: UUID
    incident: UUID
    key: bytes
    enrolled_at: datetime
    language: str
    revoked: bool


def known_devices(scope: Scope, ids: Iterable[UUID]) -> dict[UUID, KnownDevice]:
    """
    Return the enrolled devices of some ids, revoked ones too; for doors, before there is a scope.

    Asked with every request of a phone, hence in plain SQL.
    """
    if scope.role is not Role.SYSTEM:
        return {}
    with planned_once() as cursor:
        cursor.execute(_KNOWN, [list(ids)])
        rows = [KnownDevice(*row) for row in cursor.fetchall()]
    return {row.id: row for row in rows}


def devices_reached(scope: Scope) -> QuerySet[Device]:
    """
    Return the phones of people whom the scope reaches, and one's own; the latest first.

    Who manages accounts reaches every phone of the incident, and nobody's name.
    """
    if scope.incident is None:
        return Device.objects.none()
    if scope.allows(Can.MANAGE_ACCOUNTS):
        rows = Device.objects.filter(incident=scope.incident)
        return rows.order_by("-last_contact", "pk")
    own = Q(member=scope.member)
    if scope.allows(Can.INVITE_PHONES) or scope.allows(Can.REVOKE_PHONES):
        own |= Q(member__in=members_reached(scope).order_by().values("pk"))
    return Device.objects.filter(own, incident=scope.incident).order_by("-last_contact", "pk")


def missing(scope: Scope, devices: Iterable[UUID]) -> dict[UUID, int]:
    """
    Return of how many records of phones is known only that they were made.

    What a phone has recorded since it last reported is not among them: nobody here knows of it.
    """
    reached = devices_reached(scope).filter(pk__in=list(devices)).values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(_MISSING, [list(reached)])
        return dict(cursor.fetchall())
