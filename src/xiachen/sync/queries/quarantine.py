"""Reads of what could not be taken in."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.queries.stays import stays_on
from xiachen.base import clock
from xiachen.needs.models import Claim
from xiachen.people.queries.members import members_reached
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.store import KeyDestroyed
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Can, Role, Scope, system_scope
from xiachen.privacy.sealing import CannotOpen
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.rules.events import NoSeal
from xiachen.sync.rules.slips import SLIPS, Slip, cost_nothing
from xiachen.sync.rules.waiting import AT_ONCE, LONGEST_WAIT

TABLE, COLUMN = Quarantined._meta.db_table, "sealed"
ABOUT_HEALTH = ("attendance.health", "attendance.injury")
_DAY = timedelta(days=1)
_SIGN_OUT = "attendance.check-out"


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
    leaves = Q(kind=_SIGN_OUT)
    perhaps = (leaves & Exists(came)) | (~leaves & Exists(claimed))
    rows = Quarantined.objects.filter(
        perhaps | Q(received_at__lte=at - LONGEST_WAIT), state=QuarantineState.WAITING
    )
    return list(rows.order_by("received_at", "pk").values_list("pk", flat=True))


def slips_made_good(scope: Scope, *, at: datetime) -> list[UUID]:
    """
    Return sign-ins and sign-outs with a wrong code, of people who are on record all the same.

    Only where that is certain: the time of the slip is, its day is over, and what phones without
    signal or leaders who put something right had to say has had the longest wait to come.
    """
    if scope.role is not Role.SYSTEM:
        return []
    waited = at - LONGEST_WAIT
    rows = Quarantined.objects.filter(
        kind__in=("attendance.check-in", _SIGN_OUT),
        state=QuarantineState.QUARANTINED,
        code__in=SLIPS,
        certain=True,
        received_at__lte=waited,
        occurred_at__lt=clock.midnight(clock.local_day(waited)),
    )
    of_days: dict[tuple[UUID, date], list[tuple[Quarantined, Slip]]] = defaultdict(list)
    for row in rows.select_related("device").order_by("received_at", "pk"):
        assert row.occurred_at is not None
        day = clock.local_day(row.occurred_at)
        slip = Slip(
            id=row.event, occurred_at=row.occurred_at, day=day, leaves=row.kind == _SIGN_OUT
        )
        of_days[row.device.incident_id, day].append((row, slip))
    return [
        id for (incident, day), slips in of_days.items() for id in _made_good(incident, day, slips)
    ]


def _made_good(
    incident: UUID, day: date, slips: Sequence[tuple[Quarantined, Slip]]
) -> Iterator[UUID]:
    members = Q(member__in={row.device.member for row, _ in slips})
    found = stays_on(system_scope(incident), day - _DAY, members, last=day)
    for row, slip in slips:
        several = found.get((row.about or 0, row.device.member), [])
        arrivals = [one for stay in several for one in stay.arrivals]
        leavings = [one for stay in several for one in stay.leavings]
        if cost_nothing(slip, arrivals, leavings):
            yield row.pk


def written(scope: Scope, row: Quarantined) -> str:
    """
    Return an event as its phone wrote it (JSON), for whoever settles it.

    :raises Forbidden: the role settles no records
    :raises NoSeal: it does not open any more: it was altered, or its key destroyed
    :raises KeyMissing: its key is not there now
    """
    scope.require(Can.SETTLE_RECORDS)
    try:
        opened = vault().open(
            row.device.incident_id,
            DataClass.SERVICE,
            row.sealed,
            table=TABLE,
            column=COLUMN,
            community=row.about or 0,
            row=row.id,
        )
    except (CannotOpen, KeyDestroyed):
        raise NoSeal from None
    return opened["event"]
