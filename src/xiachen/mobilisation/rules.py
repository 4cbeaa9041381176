"""Who may report in where, and on which days somebody is expected."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

# How far a phone's clock may be ahead before its time cannot be believed.
CLOCK_TOLERANCE = timedelta(minutes=10)


class NotHome(Refused):
    """A person reports in at the community of residence, and no other."""

    code = "mobilisation.not-home"
    message = _(
        "This community is not registered as the person's home. "
        "Register where the person lives, then report in."
    )


class NotExpectedHere(Refused):
    """A person of a unit reports in where the unit has sent them, or where they have joined."""

    code = "mobilisation.not-expected-here"
    message = _(
        "This person has neither been sent to this community nor joined here. "
        "Record that they join on the spot, then report in."
    )


class NotContactPoint(Refused):
    """A unit reports in at its contact point, or where it has sent people."""

    code = "mobilisation.not-contact-point"
    message = _(
        "This community is not the unit's contact point, and the unit has sent nobody here."
    )


class InFuture(Refused):
    """The stated time lies ahead of the clock."""

    code = "mobilisation.in-future"
    message = _("The time of the report-in lies in the future. Check the clock of the device.")
    status = 422


class PeopleRefused(Refused):
    """A refusal about some of several people; `members` are their ids, never in its words."""

    members: tuple[UUID, ...]
    code: ClassVar[str] = "mobilisation.people-refused"

    def __init__(self, members: Iterable[UUID], **values: object) -> None:
        self.members = tuple(sorted(members))
        super().__init__(field="members", count=len(self.members), **values)


class NotOfUnit(PeopleRefused):
    """Some people belong neither to the sending unit nor to a unit below it."""

    code = "mobilisation.not-of-unit"
    message = _("%(count)s of these people do not belong to the sending unit. Nobody was sent.")


class EnrolledAlready(PeopleRefused):
    """Some people already belong to a community of this incident on those days."""

    code = "mobilisation.enrolled-already"
    message = _(
        "%(count)s of these people already work in a community in this incident. "
        "They must be withdrawn there first. Nothing was recorded."
    )


def overlap(
    first_from: date, first_to: date | None, second_from: date, second_to: date | None
) -> bool:
    """Tell whether two spans of whole days share one; an end of None is open."""
    starts_before_end = second_to is None or first_from <= second_to
    return starts_before_end and (first_to is None or second_from <= first_to)


def check_home(community: int, home: int | None) -> None:
    """Refuse a report-in at a residence that is not this community."""
    if home != community:
        raise NotHome(field="member")


def check_expected(community: int, enrolled: Collection[int]) -> None:
    """Refuse a report-in through the unit where the person is not enrolled."""
    if community not in enrolled:
        raise NotExpectedHere(field="member")


def check_contact_point(community: int, contact: int | None, sent_to: Collection[int]) -> None:
    """Refuse a unit's report-in where it has no business."""
    if community != contact and community not in sent_to:
        raise NotContactPoint(field="organisation")


def check_time(occurred_at: datetime, at: datetime) -> None:
    """Refuse a time that lies ahead by more than clocks differ."""
    if occurred_at > at + CLOCK_TOLERANCE:
        raise InFuture(field="occurred_at")
