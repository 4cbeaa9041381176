"""Writing the audit: one row for each act, in the same transaction."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from xiachen.base.ids import uuid7
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Scope

_WRITE = f"""
    insert into {AuditEntry._meta.db_table}
    (id, account, role, action, incident, community, subject, targets, reason)
    values (%s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s)
"""


def record(
    scope: Scope,
    action: str,
    *,
    community: int | None = None,
    subject: UUID | None = None,
    targets: Iterable[UUID] = (),
    reason: str = "",
) -> None:
    """
    Write who did what to which records; refuses to work outside a transaction.

    :param action: the operation's name, such as "attendance.check-in"
    :param subject: the person whom a view or act is about
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit entries are written in the transaction of what they describe")
    # Written with everything that is done, hence in plain SQL.
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                uuid7(),
                scope.account,
                scope.role.value,
                action,
                scope.incident,
                community,
                subject,
                list(targets),
                reason,
            ],
        )
