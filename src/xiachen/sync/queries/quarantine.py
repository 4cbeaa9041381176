"""Reads of what could not be taken in."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.needs.models import Claim
from xiachen.people.queries.members import members_reached
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Can, Role, Scope
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.rules.settling import MADE_GOOD_WITHIN, SLIPS
from xiachen.sync.rules.waiting import AT_ONCE, LONGEST_WAIT

TABLE, COLUMN = Quarantined._meta.db_table, "sealed"
ABOUT_HEALTH = ("attendance.health", "attendance.injury")
_DAY = timedelta(days=1)
_SAME_MOMENT = timedelta(minutes=5)


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


def waiting_to_try(scope: Scope, *, at: datetime) -> list[UUID]:
    """
    Return what waits for another record, such as may have come since, or has waited long enough.

    Sign-ins heal sign-outs, claims heal the rest. Those who came together did not see each other.
    """
    if scope.role is not Role.SYSTEM:
        return []
    since = OuterRef("received_at") - AT_ONCE
    incident, place = OuterRef("device__incident"), OuterRef("about")
    came = CheckIn.objects.filter(community_id=place, incident=incident, received_at__gte=since)
    claimed = Claim.objects.filter(
        community_id=place, task__incident=incident, claimed_at__gte=since
    )
    leaves = Q(kind="attendance.check-out")
    perhaps = (leaves & Exists(came)) | (~leaves & Exists(claimed))
    rows = Quarantined.objects.filter(
        perhaps | Q(received_at__lte=at - LONGEST_WAIT), state=QuarantineState.WAITING
    )
    return list(rows.order_by("received_at", "pk").values_list("pk", flat=True))


def slips_made_good(scope: Scope) -> list[UUID]:
    """
    Return sign-ins and sign-outs with a wrong code, of people who are on record all the same.

    Whoever is signed in at the time of the slip, or within the hour, has lost nothing by it.
    Whoever was signed in later has: a person looks at that.
    """
    if scope.role is not Role.SYSTEM:
        return []
    own = {
        "community_id": OuterRef("about"),
        "incident": OuterRef("device__incident"),
        "member": OuterRef("device__member"),
    }
    slipped = OuterRef("occurred_at")
    ended = CheckOut.objects.standing().filter(
        community_id=OuterRef("community_id"),
        incident=OuterRef("incident"),
        member=OuterRef("member"),
        occurred_at__gte=OuterRef("occurred_at"),
        occurred_at__lt=OuterRef(slipped),
    )
    came = CheckIn.objects.standing().filter(
        ~Exists(ended),
        **own,
        occurred_at__gt=slipped - _DAY,
        occurred_at__lte=slipped + MADE_GOOD_WITHIN,
    )
    left = CheckOut.objects.standing().filter(
        **own,
        occurred_at__gte=slipped - _SAME_MOMENT,
        occurred_at__lte=slipped + MADE_GOOD_WITHIN,
    )
    rows = Quarantined.objects.filter(
        (Q(kind="attendance.check-in") & Exists(came))
        | (Q(kind="attendance.check-out") & Exists(left)),
        state=QuarantineState.QUARANTINED,
        code__in=SLIPS,
    )
    return list(rows.order_by("received_at", "pk").values_list("pk", flat=True))


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
