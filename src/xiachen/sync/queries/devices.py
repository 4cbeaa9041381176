"""Reads of devices: the one that signs a request, and what is held of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from xiachen.people.models.accounts import Account
from xiachen.privacy.scope import Role, Scope
from xiachen.sync.models.devices import Device

_KNOWN = f"""
    select device.id, device.account_id, device.member, device.incident_id, device.key,
        device.enrolled_at, account.language,
        device.revoked_at is not null or not account.is_active
    from {Device._meta.db_table} as device
    join {Account._meta.db_table} as account on account.id = device.account_id
    where device.id = any(%s)
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
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(ids)])
        rows = [KnownDevice(*row) for row in cursor.fetchall()]
    return {row.id: row for row in rows}
