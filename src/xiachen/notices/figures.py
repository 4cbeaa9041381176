"""How many notices went out, and whether they were read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.figures.figure import Column, Figure
from xiachen.figures.units import LINE, PERSON_TIME
from xiachen.notices.models.notices import Delivery
from xiachen.notices.queries import readings
from xiachen.notices.queries.notices import ledger
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery with what it names."""

    row: Delivery
    name: str
    unit: str


def present_deliveries(scope: Scope, rows: Sequence[Any]) -> list[Delivered]:
    """Return deliveries with names as the scope may see them, and units."""
    return [Delivered(line.delivery, line.name, line.unit) for line in ledger(scope, rows)]


DELIVERY_COLUMNS = (
    Column(
        heading=pgettext_lazy("person", "name"),
        cell=lambda one: one.name,
        tag="#contact+name",
        mask=mask_name,
    ),
    Column(heading=_("organisation"), cell=lambda one: one.unit, tag="#org+name"),
    Column(heading=_("notice"), cell=lambda one: one.row.notice.title),
    Column(heading=_("sent at"), cell=lambda one: one.row.notice.occurred_at, tag="#date+sent"),
)

SENT = Figure(
    code="notices.sent",
    title=_("Notices sent"),
    means=_("Notices that went to anybody in the place, each counted once."),
    unit=LINE,
    rows=readings.notices_sent,
    columns=(
        Column(heading=_("notice"), cell=lambda row: row.title),
        Column(heading=_("sent by"), cell=lambda row: row.sender),
        Column(heading=_("sent at"), cell=lambda row: row.occurred_at, tag="#date+sent"),
    ),
    personal=False,
)
DELIVERED = Figure(
    code="notices.delivered",
    title=_("Notices to be confirmed"),
    means=_("Notices that ask to be confirmed, counted for each person who got one."),
    unit=PERSON_TIME,
    rows=readings.delivered,
    columns=DELIVERY_COLUMNS,
    present=present_deliveries,
)
READ = Figure(
    code="notices.read",
    title=_("Notices confirmed"),
    means=_("Notices that ask to be confirmed and were read, for each person who got one."),
    unit=PERSON_TIME,
    rows=readings.read,
    columns=DELIVERY_COLUMNS,
    present=present_deliveries,
    of="notices.delivered",
    missing=readings.not_read,
)

FIGURES = (SENT, DELIVERED, READ)
