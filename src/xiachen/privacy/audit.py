"""Writing the audit: one row for each act, in the same transaction."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Scope


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
    AuditEntry.objects.create(
        account=scope.account,
        role=scope.role,
        action=action,
        incident=scope.incident,
        community=community,
        subject=subject,
        targets=list(targets),
        reason=reason,
    )
