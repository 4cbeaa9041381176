"""Reads of phones as a list: whose they are, how far they have come, and what waits of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from xiachen.base.errors import NotFound
from xiachen.papers.tables import Table
from xiachen.people.queries.members import find_members, members_by_id, shown_name
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Can, Scope
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, QuarantineState, Receipt
from xiachen.sync.queries.devices import devices_reached, missing
from xiachen.sync.queries.quarantine import quarantined_reached, to_settle
from xiachen.sync.rules.protocol import WANTED_APP

# Somebody on duty opens the app every day.
SILENT_AFTER = timedelta(hours=24)
# So many gaps say enough; the phone fills them by itself when it comes.
MOST_GAPS = 20
# As many of its records a phone's own page shows.
MOST_RECORDS = 10
_MOST_NUMBERS = 10_000


class Show(StrEnum):
    """Which phones of a list are wanted."""

    IN_USE = "in-use"
    SILENT = "silent"
    MISSING = "missing"
    TO_SETTLE = "to-settle"
    OLD_APP = "old-app"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLine:
    """
    A phone in a list.

    :param name: of its holder, as the role may see it; empty where it reaches nobody
    :param missing: of how many records is known only that they were made
    :param waiting: how many of its records a person must look at
    """

    device: Device
    name: str
    unit: str
    missing: int
    waiting: int
    silent: bool

    @property
    def old_app(self) -> bool:
        """Tell whether the phone has not taken the present version of the app yet."""
        return self.device.app != WANTED_APP

    @property
    def state(self) -> str:
        """Return the state in words."""
        if self.device.revoked_at:
            return _("struck off")
        return _("silent for a day") if self.silent else _("in use")


def phones(scope: Scope, *, show: Show, text: str, at: datetime) -> QuerySet[Device]:
    """
    Return the phones wanted, the latest contact first.

    :param text: part of the holder's name, as people are looked for
    """
    rows = devices_reached(scope).filter(_wanted(scope, show, at))
    if text:
        rows = rows.filter(member__in=find_members(scope, text).order_by().values("pk"))
    return rows


def _wanted(scope: Scope, show: Show, at: datetime) -> Q:
    if show is Show.REVOKED:
        return Q(revoked_at__isnull=False)
    used = Q(revoked_at=None)
    if show is Show.SILENT:
        return used & Q(last_contact__lt=at - SILENT_AFTER)
    if show is Show.MISSING:
        # Of a lost phone too: what is missing of it has to be asked for and entered by hand.
        return Q(last_reported__gt=F("whole_upto"))
    if show is Show.TO_SETTLE:
        return Q(pk__in=_to_settle(scope, at).values("device")) if _settles(scope) else Q(pk=None)
    return used & ~Q(app=WANTED_APP) if show is Show.OLD_APP else used


def phone_lines(scope: Scope, rows: Sequence[Device], *, at: datetime) -> list[PhoneLine]:
    """Return a page of phones with names and counts."""
    people = members_by_id(scope, {row.member for row in rows})
    gaps = missing(scope, [row.pk for row in rows])
    waiting: Counter[UUID] = Counter()
    if _settles(scope):
        found = _to_settle(scope, at).filter(device__in=[row.pk for row in rows])
        waiting.update(found.values_list("device", flat=True))
    return [
        PhoneLine(
            device=row,
            name=shown_name(scope, row.member, people[row.member].name)
            if row.member in people
            else "",
            unit=str(people[row.member].organisation or "") if row.member in people else "",
            missing=gaps.get(row.pk, 0),
            waiting=waiting[row.pk],
            silent=row.revoked_at is None and row.last_contact < at - SILENT_AFTER,
        )
        for row in rows
    ]


def phone(scope: Scope, *, id: UUID) -> Device:
    """
    Return one phone.

    :raises NotFound: it is not of anybody whom the scope reaches
    """
    found = devices_reached(scope).filter(pk=id).first()
    if found is None:
        raise NotFound()
    return found


def gaps(scope: Scope, *, device: UUID) -> list[tuple[int, int]]:
    """Return from which number to which records of a phone are missing, the first gaps only."""
    row = phone(scope, id=device)
    if row.last_reported <= row.whole_upto:
        return []
    above = {"device": device, "seq__gt": row.whole_upto}
    held = set(Receipt.objects.filter(**above).values_list("seq", flat=True)[:_MOST_NUMBERS])
    held |= {
        one
        for one in Quarantined.objects.filter(**above).values_list("seq", flat=True)
        if one is not None
    }
    marks = [row.whole_upto, *sorted(held), row.last_reported + 1]
    found = [(before + 1, after - 1) for before, after in pairwise(marks) if after > before + 1]
    return found[:MOST_GAPS]


def phones_table(scope: Scope, *, rows: Sequence[Device], at: datetime) -> Table:
    """Return phones with how far they have come; names are masked."""
    return Table(
        title=_("Phones"),
        about=(),
        headings=[
            pgettext("person", "Name"),
            _("unit"),
            pgettext("device", "phone"),
            _("version of the app"),
            _("registered"),
            _("last contact"),
            _("last number reported"),
            _("complete up to"),
            pgettext("records", "missing"),
            _("to be looked at"),
            _("state"),
        ],
        tags=["#contact+name", "#org", "", "", "#date", "#date", "", "", "", "", "#status"],
        lines=[
            (
                mask_name(line.name),
                line.unit,
                line.device.name,
                line.device.app,
                line.device.enrolled_at,
                line.device.last_contact,
                line.device.last_reported,
                line.device.whole_upto,
                line.missing,
                line.waiting,
                line.state,
            )
            for line in phone_lines(scope, rows, at=at)
        ],
        records=[one.pk for one in rows],
    )


def _settles(scope: Scope) -> bool:
    return scope.allows(Can.SETTLE_RECORDS)


def _to_settle(scope: Scope, at: datetime) -> QuerySet[Quarantined]:
    return to_settle(scope, at=at).order_by()


def open_records(scope: Scope, *, device: UUID) -> list[Quarantined]:
    """Return what of a phone is not settled, the oldest few; nothing to who settles nothing."""
    if not _settles(scope):
        return []
    states = (QuarantineState.QUARANTINED, QuarantineState.WAITING)
    rows = quarantined_reached(scope).filter(device=device, state__in=states)
    return list(rows.order_by("received_at", "seq", "pk")[:MOST_RECORDS])
