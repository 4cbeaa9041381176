"""Reads of what could not be taken in."""

from datetime import datetime

from django.db.models import Q, QuerySet

from xiachen.people.queries.members import members_reached
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Can, Scope
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.rules.waiting import LONGEST_WAIT

TABLE, COLUMN = Quarantined._meta.db_table, "sealed"
ABOUT_HEALTH = ("attendance.health", "attendance.injury")


def quarantined_reached(scope: Scope) -> QuerySet[Quarantined]:
    """
    Return what could not be taken in at first, settled or not, of people whom the scope reaches.

    How people feel and what hurt them is for those who look after them on site.

    :raises Forbidden: the role settles no records
    """
    scope.require(Can.SETTLE_RECORDS)
    people = members_reached(scope).order_by().values("pk")
    rows = Quarantined.objects.filter(
        Q(device__member__in=people) | Q(device__member=scope.member),
        device__incident=scope.incident,
    )
    if not scope.allows(Can.RECORD_HEALTH):
        rows = rows.exclude(kind__in=ABOUT_HEALTH)
    return rows.select_related("device").order_by("received_at", "pk")


def to_settle(scope: Scope, *, at: datetime) -> QuerySet[Quarantined]:
    """
    Return what a person must look at, the oldest first.

    What waits for another record is among them after a day: its phone may never come again.

    :raises Forbidden: the role settles no records
    """
    waited = Q(state=QuarantineState.WAITING, received_at__lte=at - LONGEST_WAIT)
    return quarantined_reached(scope).filter(Q(state=QuarantineState.QUARANTINED) | waited)


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
