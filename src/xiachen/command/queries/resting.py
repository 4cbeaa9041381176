"""What the first page says of rest, stand-ins and claims: to the person, and to who answers."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xiachen.attendance.models.stand_ins import StandInState
from xiachen.attendance.queries import duty
from xiachen.attendance.queries.injuries import late_claims
from xiachen.attendance.queries.records import end_of
from xiachen.attendance.queries.stand_ins import stand_ins
from xiachen.privacy.scope import Can, Scope


class Line(NamedTuple):
    """Something that waits: the words, the page where it is done, and whether it does not keep."""

    words: str
    page: str
    urgent: bool = False


def lines(scope: Scope, *, day: date) -> Iterator[Line]:
    """Return what waits for the reader of the day's rest, empty places and late claims."""
    if scope.member is not None and scope.allows(Can.CHECK_IN):
        yield from _own(scope, day)
    if scope.allows(Can.FIND_STAND_INS):
        yield from _of_others(scope, day)


def _own(scope: Scope, day: date) -> Iterator[Line]:
    cutoff = end_of(scope, day)
    assert scope.member is not None
    borne = duty.duties(scope, cutoff, members=[scope.member]).get(scope.member)
    held = duty.limits(scope, cutoff)
    if borne is None or not borne.too_long(held):
        return
    words = _(
        "You have been on duty for %(days)s days in a row, %(hours)s hours a day. Rest is advised "
        "after %(most_days)s days or above %(most_hours)s hours: ask your leader for a day off."
    )
    yield Line(
        words
        % {
            "days": borne.days,
            "hours": borne.hours_a_day or "–",
            "most_days": held.days,
            "most_hours": held.hours,
        },
        "attendance:my-hours",
    )


def _of_others(scope: Scope, day: date) -> Iterator[Line]:
    cutoff = end_of(scope, day)
    # Whoever answers for a unit sees it beside each name in the own part of the page.
    if scope.teams and (tired := duty.in_need_of_rest(scope, cutoff)):
        held = duty.limits(scope, cutoff)
        words = ngettext(
            "%(n)d of your people needs rest (more than %(days)s days in a row, or %(hours)s "
            "hours a day): give a day off, or seek a stand-in.",
            "%(n)d of your people need rest (more than %(days)s days in a row, or %(hours)s "
            "hours a day): give them a day off, or seek stand-ins.",
            tired,
        )
        yield Line(words % {"n": tired, "days": held.days, "hours": held.hours}, "attendance:duty")
    if wanted := stand_ins(scope).filter(state=StandInState.OPEN).order_by().count():
        words = ngettext(
            "%(n)d place is empty: somebody is off duty. Find a stand-in.",
            "%(n)d places are empty: people are off duty. Find stand-ins.",
            wanted,
        )
        yield Line(words % {"n": wanted}, "attendance:stand-ins", urgent=True)
    if late := late_claims(scope, day=day):
        words = ngettext(
            "%(n)d work-injury claim has an overdue step.",
            "%(n)d work-injury claims have overdue steps.",
            late,
        )
        yield Line(words % {"n": late}, "attendance:injuries", urgent=True)
