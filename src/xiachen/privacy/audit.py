"""Writing the audit: one row for each act, in the same transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from xiachen.base.ids import uuid7
from xiachen.base.owned.bulk import spelt
from xiachen.base.postgres.planning import planned_once
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Scope

# Arrays of arrays must be of one length: each row's records come as a text of its own.
_WRITE = f"""
    insert into {AuditEntry._meta.db_table}
    (id, account, role, action, incident, community, subject, targets, reason)
    select id, account, role, action, incident, community, subject, targets::uuid[], reason
    from unnest(
        %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::bigint[], %s::uuid[],
        %s::text[], %s::text[]
    ) as given (id, account, role, action, incident, community, subject, targets, reason)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    Who did what to which records.

    :param action: the operation's name, such as "attendance.check-in"
    :param subject: the person whom a view or act is about
    """

    scope: Scope
    action: str
    community: int | None = None
    subject: UUID | None = None
    targets: Iterable[UUID] = ()
    reason: str = ""


def record(
    scope: Scope,
    action: str,
    *,
    community: int | None = None,
    subject: UUID | None = None,
    targets: Iterable[UUID] = (),
    reason: str = "",
) -> None:
    """Write one act; see Act and record_all."""
    record_all(
        [
            Act(
                scope=scope,
                action=action,
                community=community,
                subject=subject,
                targets=targets,
                reason=reason,
            )
        ]
    )


def record_all(acts: Sequence[Act]) -> None:
    """Write who did what to which records, in one statement; refuses outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("audit entries are written in the transaction of what they describe")
    if not acts:
        return
    # Written with everything that is done, hence in plain SQL.
    with planned_once() as cursor:
        cursor.execute(
            _WRITE,
            [
                [uuid7() for _ in acts],
                [one.scope.account for one in acts],
                [one.scope.role.value for one in acts],
                [one.action for one in acts],
                [one.scope.incident for one in acts],
                [one.community for one in acts],
                [one.subject for one in acts],
                [spelt(one.targets) for one in acts],
                [one.reason for one in acts],
            ],
        )
