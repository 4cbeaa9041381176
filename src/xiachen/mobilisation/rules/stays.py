"""Who may report in where, and on which days somebody is expected."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.privacy.scope import Role

# How far a phone's clock may be ahead before its time cannot be believed.
CLOCK_TOLERANCE = timedelta(minutes=10)

# What the audit keeps of a reason; what is longer is cut.
LONGEST_REASON = 200


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
    """Some people already belong to this community on those days."""

    code = "mobilisation.enrolled-already"
    message = _(
        "%(count)s of these people already belong to this community on that day. "
        "Leave them out of the list. Nothing was recorded."
    )


class SentElsewhere(PeopleRefused):
    """
    Nobody is sent to two communities at once.

    Whoever reports in at home as well joins there; two units' lists with one name are a mistake.
    """

    code = "mobilisation.sent-elsewhere"
    message = _(
        "%(count)s of these people have been sent to another community and are still expected "
        "there. End their stay there first, or leave them out of the list. Nobody was sent."
    )


class UnknownPeople(PeopleRefused):
    """Some people are not registered."""

    code = "mobilisation.unknown-people"
    message = _(
        "%(count)s of these people are not registered, or not within your responsibility. "
        "Register them first. Nothing was recorded."
    )


class NobodySent(Refused):
    """A dispatch without people."""

    code = "mobilisation.nobody-sent"
    message = _("Choose the people who are sent; nobody has been chosen yet.")
    status = 422


class BatchSentAlready(Refused):
    """A unit's batch to a community has one document and one list."""

    code = "mobilisation.batch-sent-already"
    message = _(
        "This unit has sent batch %(batch)s to this community already. "
        "Give the next batch the number %(next)s."
    )


class NotAccepted(Refused):
    """Somebody who was not sent belongs to a community only when the community says so."""

    code = "mobilisation.not-accepted"
    message = _(
        "Only the community can accept somebody who was not sent. "
        "Ask the community secretary or a community worker to record it."
    )
    status = 403


class OutsideIncident(Refused):
    """The operation works in an explicit list of communities."""

    code = "mobilisation.outside-incident"
    message = _(
        "This community is not part of the incident's operation. "
        "Headquarters must include it before people are sent here."
    )


class IncidentClosed(Refused):
    """Nothing is added to a closed incident."""

    code = "mobilisation.incident-closed"
    message = _("The incident “%(incident)s” is closed. Nothing more can be recorded in it.")


class OtherContent(Refused):
    """A record of the same id says something else."""

    code = "mobilisation.other-content"
    message = _(
        "A record with this number exists and says something else. "
        "Compare the two and record the difference as a correction."
    )


class ReversedAlready(Refused):
    """A record can be taken back once."""

    code = "mobilisation.reversed-already"
    message = _("This record was taken back before. Read the list again.")


class ReasonMissing(Refused):
    """Whoever takes a record back says why."""

    code = "mobilisation.reason-missing"
    message = _("Say in a few words why the record is taken back.")
    status = 422


class DatesCrossed(Refused):
    """A period cannot end before it begins."""

    code = "mobilisation.dates-crossed"
    message = _("The last day (%(to)s) lies before the first (%(from)s).")
    status = 422


class ExcusedAlready(Refused):
    """One excuse for each day."""

    code = "mobilisation.excused-already"
    message = _(
        "This person is excused from %(from)s to %(to)s already. "
        "Take that excuse back before recording another for the same days."
    )


class ReleasedAlready(Refused):
    """A stay ends once."""

    code = "mobilisation.released-already"
    message = _("This stay ended on %(day)s already.")


class ReportsForSelfOnly(Refused):
    """A member without a place to answer for reports in for nobody else."""

    code = "mobilisation.self-only"
    message = _(
        "You can report in only for yourself. Others are reported in by the community or the team."
    )
    status = 403


# Those who speak for a community when somebody offers help there.
ACCEPTS_FOR_COMMUNITY = frozenset({Role.SECRETARY, Role.COMMUNITY_WORKER, Role.STREET, Role.SYSTEM})


def check_acceptance(role: Role) -> None:
    """Refuse that anybody but the community accepts a person who was not sent."""
    if role not in ACCEPTS_FOR_COMMUNITY:
        raise NotAccepted()


def check_period(first: date, last: date, *, field: str) -> None:
    """Refuse a period that ends before it begins."""
    if last < first:
        raise DatesCrossed(field=field, **{"from": first, "to": last})


def check_reason(reason: str) -> str:
    """Return the reason without blanks around it, cut to what is kept; refuse an empty one."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return reason.strip()[:LONGEST_REASON]


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
