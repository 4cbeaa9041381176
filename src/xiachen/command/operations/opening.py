"""Opening a number to its rows: a read that leaves a line in the audit."""

from uuid import UUID

from django.db import transaction

from xiachen.command.queries import rows
from xiachen.command.queries.rows import Behind, Opened
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope


@transaction.atomic
def open_rows(scope: Scope, *, behind: Behind, number: int = 1) -> Opened:
    """
    Return a page of the rows behind a number; where they name people, the audit says which.

    :raises NotFound: there is no such number within the scope
    """
    opened = rows.opened(scope, behind, number=number)
    if opened.figure.personal:
        audit.record(
            scope,
            "command.open-rows",
            targets=[id for id in opened.page.ids if isinstance(id, UUID)],
            reason=behind.code,
        )
    return opened
