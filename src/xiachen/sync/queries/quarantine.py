"""Reads of what could not be taken in."""

from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Can, Scope
from xiachen.sync.models.receipts import Quarantined

TABLE, COLUMN = Quarantined._meta.db_table, "sealed"


def written(scope: Scope, row: Quarantined) -> str:
    """
    Return an event as its phone wrote it (JSON), for whoever settles it.

    :raises Forbidden: the role settles no records
    """
    scope.require(Can.SETTLE_RECORDS)
    return vault().open(
        row.device.incident_id,
        DataClass.SERVICE,
        row.sealed,
        table=TABLE,
        column=COLUMN,
        community=row.about or 0,
        row=row.id,
    )["event"]
