"""Whom a unit can send: its people in clear, as whoever writes a list of names must see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from xiachen.mobilisation.queries import dispatches, stays
from xiachen.mobilisation.queries.call_ups import selected_not_sent
from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

SHOWN = 100


class Taken(StrEnum):
    """Why somebody cannot be sent there on that day; SENT while the place is open."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    The people of a unit as a list to choose from.

    :param rows: those ticked, then those found who can be sent, then the others with the reason
    :param more: whether more are found than are shown
    :param free: everybody of the unit who can be sent, whether shown or not
    """

    rows: list[tuple[Member, Taken | None]]
    more: bool
    free: list[UUID]


@transaction.atomic
def view_offer(
    scope: Scope,
    *,
    organisation: UUID,
    community: int | None,
    sent_on: date,
    text: str = "",
    ticked: Collection[UUID] = (),
    call_up: UUID | None = None,
) -> Offer:
    """
    Return whom a unit could send on a day, and note whom the list named.

    :param community: where to, once that is known: whoever belongs there cannot be sent there
    :param call_up: offers those alone who were selected in this call and have not been sent
    :param ticked: those chosen so far, who stay in the list whatever is looked for
    """
    scope.require(Can.DISPATCH, community=community)
    unit = dispatches.unit_people(scope, organisation=organisation)
    found = dispatches.unit_people(scope, organisation=organisation, text=text)
    if call_up is not None:
        chosen_there = selected_not_sent(scope, call_up=call_up).order_by().values("pk")
        unit, found = unit.filter(pk__in=chosen_there), found.filter(pk__in=chosen_there)
    everybody = list(unit.values_list("pk", flat=True))
    taken = _taken(scope, community, everybody, sent_on)
    chosen = list(unit.filter(pk__in=ticked)) if ticked else []
    others = found.exclude(pk__in=ticked)
    shown = list(others.exclude(pk__in=taken)[: SHOWN + 1])
    shown += others.filter(pk__in=taken)[: SHOWN + 1 - len(shown)]
    rows = [(one, taken.get(one.pk)) for one in (*chosen, *shown[:SHOWN])]
    if rows:
        audit.record(scope, "mobilisation.view-offer", targets=[one.pk for one, _ in rows])
    return Offer(
        rows=rows,
        more=len(shown) > SHOWN,
        free=[one for one in everybody if one not in taken],
    )


def _taken(
    scope: Scope, community: int | None, members: list[UUID], day: date
) -> dict[UUID, Taken]:
    """Return who cannot be sent there, and why."""
    away = dispatches.sent_elsewhere(scope, community=community or 0, members=members, day=day)
    if community is None:
        return dict.fromkeys(away, Taken.SENT)
    here = stays.staying(scope, community=community, members=members, day=day)
    return dict.fromkeys(away, Taken.ELSEWHERE) | dict.fromkeys(here, Taken.HERE)
