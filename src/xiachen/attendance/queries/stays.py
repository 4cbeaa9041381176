"""The stays of people: their sign-ins and sign-outs that stand, put together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Q

from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.rules.stays import Stay, stays
from xiachen.privacy.scope import Scope

Pair = tuple[int, UUID]  # a community and a person there
OneStay = Stay[CheckIn, CheckOut]
APunch = TypeVar("APunch", CheckIn, CheckOut)
_DAY = timedelta(days=1)


def stays_on(
    scope: Scope,
    day: date,
    *where: Q,
    last: date | None = None,
    marks: Mapping[int, int] | None = None,
) -> dict[Pair, list[OneStay]]:
    """
    Return the stays that began on a day, by community and person, the earliest first.

    Two statements, however many people. Read is also the day after: somebody who works through
    the night signs out on it, and a sign-in on it ends what was left open.

    :param where: what narrows the records down, such as to some people, or to what a scope reaches
    :param last: the last of several days
    """
    if scope.incident is None:
        return {}
    last = last or day
    read = (*where, Q(incident=scope.incident, day__range=(day, last + _DAY)))
    arrivals = _by_pair(CheckIn.objects.standing(marks).filter(*read))
    leavings = _by_pair(CheckOut.objects.standing(marks).filter(*read))
    found = {pair: stays(came, leavings.get(pair, ())) for pair, came in arrivals.items()}
    return {
        pair: kept
        for pair, several in found.items()
        if (kept := [one for one in several if day <= one.day <= last])
    }


def stay_of(scope: Scope, row: CheckIn | CheckOut) -> OneStay | None:
    """Return the stay to which a standing record belongs; None: to no stay."""
    found = stays_on(
        scope,
        row.day - _DAY,
        Q(community_id=row.community_id, member=row.member),
        last=row.day,
    )
    several = found.get((row.community_id, row.member), [])
    return next((one for one in several if row in one.arrivals or row in one.leavings), None)


def _by_pair(rows: Iterable[APunch]) -> dict[Pair, list[APunch]]:
    found: dict[Pair, list[APunch]] = defaultdict(list)
    for row in rows:
        found[row.community_id, row.member].append(row)
    return found
