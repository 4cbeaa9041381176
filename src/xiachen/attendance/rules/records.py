"""What is late, and who of those expected reported in, was on site and worked."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Forbidden, NotFound, Outcome, Refused
from xiachen.privacy.scope import Can, Scope

DEADLINE = "attendance.deadline"
DEFAULT_DEADLINE = "08:30"

# A phone's clock may be a little ahead; what lies further ahead has not happened.
CLOCK_TOLERANCE = timedelta(minutes=5)

LONGEST_KIND = 40
LONGEST_NOTE = 200
# What one person can have done and served in one go; more is a slip of the finger.
MOST_TIMES, MOST_SERVED = 1_000, 100_000

_MINUTE = timedelta(minutes=1)
# What a device says that has lost its clock: the beginnings of its own reckoning.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class InFuture(Refused):
    """The stated time lies ahead of the clock."""

    code = "attendance.in-future"
    message = _("This time has not come yet. If it is right, check the clock of the device.")
    status = 422


class LongAgo(Refused):
    """The stated time lies before anything of ours."""

    code = "attendance.long-ago"
    message = _("The time lies long before the operation. Check the clock of the device.")
    status = 422


class OtherContent(Refused):
    """A record of the same id says something else."""

    code = "attendance.other-content"
    message = _(
        "A record with this number exists and says something else. "
        "Compare the two and record the difference as a correction."
    )


class SignedInAlready(Refused):
    """One sign-in for each person, community and day."""

    code = "attendance.signed-in-already"
    message = _(
        "This person has signed in at %(time)s already. "
        "If the time is wrong, correct it; a second sign-in is not needed."
    )


class OnlyOneself(Refused):
    """Who leads nobody signs in, claims and finishes for nobody else."""

    code = "attendance.only-oneself"
    message = _("You can do this only for yourself. The team leader or the community can do it.")
    status = 403


class UnknownPerson(Refused):
    """A sign-in needs somebody who is registered."""

    code = "attendance.unknown-person"
    message = _("This person is not registered. Register the person first, then sign in.")
    status = 404


class OutsideOperation(Refused):
    """The operation works in an explicit list of communities."""

    code = "attendance.outside-operation"
    message = _(
        "This community is not part of the operation. "
        "Headquarters must include it before people sign in here."
    )


class CorrectedAlready(Refused):
    """A record is corrected once; the next correction is about the row in its place."""

    code = "attendance.corrected-already"
    message = _("This record was corrected meanwhile. Read the list again.")


class OtherDay(Refused):
    """A correction keeps the day."""

    code = "attendance.other-day"
    message = _(
        "The new time lies on another day than the sign-in (%(day)s). "
        "Take this sign-in back and sign the person in on the right day."
    )
    status = 422


class WrongAmount(Refused):
    """Work counts for somebody, and serves nobody or some."""

    code = "attendance.wrong-amount"
    message = _("Give 1 to 1,000 person-times of work and 0 to 100,000 persons served.")
    status = 422


class KindMissing(Refused):
    """Work is of a kind."""

    code = "attendance.kind-missing"
    message = _("Choose what kind of work it was.")
    status = 422


class ReasonMissing(Refused):
    """Whoever changes a record says why."""

    code = "attendance.reason-missing"
    message = _("Say in a few words why the record is changed.")
    status = 422


class WordsMissing(Refused):
    """An answer says something."""

    code = "attendance.words-missing"
    message = _("Write what the person or the liaison says.")
    status = 422


class NotOnTheList(Refused):
    """Only a line of a list to verify is answered."""

    code = "attendance.not-on-the-list"
    message = _("This person is not on this list on this day. Read the list again.")


class ExcusesNobody(Refused):
    """Whether an answer excuses is said by those who verify or excuse, not by the person."""

    code = "attendance.excuses-nobody"
    message = _(
        "Your answer is recorded without excusing; the liaison or the community decides that. "
        "Leave “excuses” empty."
    )
    status = 403


def check_time(occurred_at: datetime, at: datetime) -> None:
    """Refuse a time that cannot have happened yet."""
    if is_ahead(occurred_at, at):
        raise InFuture(field="occurred_at")


def check_reason(reason: str) -> str:
    """Return the reason without blanks around it; refuse an empty one."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return reason.strip()


class Entry(Protocol):
    """What entries of sign-ins and of work have in common."""

    @property
    def id(self) -> UUID: ...
    @property
    def community(self) -> int: ...
    @property
    def member(self) -> UUID: ...
    @property
    def occurred_at(self) -> datetime: ...


AnyEntry = TypeVar("AnyEntry", bound=Entry)


def once_each(
    entries: Sequence[AnyEntry], settle: Callable[[Sequence[AnyEntry]], Mapping[UUID, Outcome]]
) -> list[Outcome]:
    """Settle each id of a list once; when it comes again in the same list it is known by then."""
    first: dict[UUID, AnyEntry] = {}
    for entry in entries:
        first.setdefault(entry.id, entry)
    settled = settle(list(first.values()))
    outcomes: list[Outcome] = []
    told: set[UUID] = set()
    for entry in entries:
        outcome = settled[entry.id]
        if entry is not first[entry.id] and entry != first[entry.id]:
            outcome = Outcome(entry.id, refusal=OtherContent())
        elif entry.id in told and outcome.new:
            outcome = Outcome(entry.id)
        told.add(entry.id)
        outcomes.append(outcome)
    return outcomes


class OfIncident(Protocol):
    """A record that counts in an incident."""

    @property
    def incident_id(self) -> UUID: ...


AnyRecord = TypeVar("AnyRecord", bound=OfIncident)


def by_incident(rows: Iterable[AnyRecord]) -> Iterable[tuple[UUID, list[AnyRecord]]]:
    """Return records by the incident in which they count."""
    groups: dict[UUID, list[AnyRecord]] = {}
    for row in rows:
        groups.setdefault(row.incident_id, []).append(row)
    return groups.items()


def incident_of(scope: Scope) -> UUID:
    """Return the incident in which the scope acts; refuse a scope without one."""
    if scope.incident is None:
        raise NotFound(field="incident")
    return scope.incident


def check_answer(scope: Scope, *, words: str, excuses: bool) -> None:
    """Refuse an empty answer, and one that excuses by somebody who cannot decide that."""
    if not words.strip():
        raise WordsMissing(field="words")
    if excuses and not (scope.allows(Can.VERIFY) or scope.allows(Can.EXCUSE)):
        raise ExcusesNobody(field="excuses")


def refusal_of(
    scope: Scope,
    entry: Entry,
    *,
    can: Can,
    known: Set[UUID],
    communities: Set[tuple[UUID, int]],
    at: datetime,
) -> Refused | None:
    """
    Return why an entry cannot be recorded, or None.

    Whoever signs in alone may do so in every community of the operation.

    :param can: what the role must be allowed to do
    :param known: who of the entries' people is registered
    :param communities: which of the entries' communities belong to which operation
    """
    if scope.incident is None:
        return NotFound(field="incident")
    if not (scope.allows(can) and (scope.covers(entry.community) or entry.member == scope.member)):
        return Forbidden()
    if (scope.incident, entry.community) not in communities:
        return OutsideOperation(field="community")
    if not may_act_for(scope, entry.member):
        return OnlyOneself(field="member")
    if entry.member not in known:
        return UnknownPerson(field="member")
    if is_ahead(entry.occurred_at, at):
        return InFuture(field="occurred_at")
    if entry.occurred_at < _EARLIEST:
        return LongAgo(field="occurred_at")
    return None


def work_refusal(*, kind: str, times: int, persons_served: int) -> Refused | None:
    """Return why work of a kind and of such amounts cannot be recorded, or None."""
    if not 1 <= len(kind) <= LONGEST_KIND:
        return KindMissing(field="kind")
    if not 1 <= times <= MOST_TIMES:
        return WrongAmount(field="times")
    if not 0 <= persons_served <= MOST_SERVED:
        return WrongAmount(field="persons_served")
    return None


def may_act_for(scope: Scope, member: UUID) -> bool:
    """Tell whether the scope may sign in, claim and finish for a person: oneself, or as a lead."""
    return member == scope.member or scope.allows(Can.SEE_PEOPLE)


def lateness(occurred_at: datetime, deadline: datetime) -> timedelta | None:
    """
    Return how long after the deadline somebody signed in, in whole seconds; None when in time.

    8:30:00 and every fraction of that second is in time for 8:30; 8:30:01 is late.
    """
    after = occurred_at.replace(microsecond=0) - deadline
    return after if after > timedelta() else None


def minutes_late(late: timedelta) -> int:
    """
    Return a lateness as a person reckons it: whole minutes by the two clocks that are shown.

    9:42 is 72 minutes after 8:30 up to its last second; seconds after 8:30 are one minute, as
    late is never "0 minutes".
    """
    return max(1, late // _MINUTE)


def deadline_time(value: object) -> time:
    """
    Read the time of day of the parameter `attendance.deadline`, such as "08:30".

    :raises ValueError: it is not one
    """
    if not isinstance(value, str):
        raise ValueError("not a time of day")
    read = time.fromisoformat(value)
    if read.tzinfo is not None or read.microsecond:
        raise ValueError("not a time of day")
    return read


def is_ahead(occurred_at: datetime, at: datetime) -> bool:
    """Tell whether a time lies so far ahead that it cannot have happened."""
    return occurred_at > at + CLOCK_TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """
    The funnel of one day as sets of people: each of the first four lies within the one before.

    Who does not fit is in a set beside it and never dropped. Whoever signed in or worked here is
    in one of `present`, `unsigned`, `unexpected` and `unreported`, and nobody is in two of them.
    The gaps add up: `reported` is `present`, `unsigned`, `elsewhere` and `not_present` together,
    and `present` is `worked`, `working_elsewhere` and `not_working` together.

    :param unexpected: signed in or worked and reported in, but excused that day or not enrolled
    :param unreported: signed in or worked without a report-in
    :param unsigned: reported in and worked without a sign-in
    :param elsewhere: reported in here, seen in another community only
    :param working_elsewhere: on site here, worked in another community only
    :param not_present: reported in, not seen anywhere that day; to be verified
    :param not_working: on site, no work recorded; to be verified
    """

    expected: frozenset[UUID]
    reported: frozenset[UUID]
    present: frozenset[UUID]
    worked: frozenset[UUID]
    unexpected: frozenset[UUID]
    unreported: frozenset[UUID]
    unsigned: frozenset[UUID]
    elsewhere: frozenset[UUID]
    working_elsewhere: frozenset[UUID]
    not_present: frozenset[UUID]
    not_working: frozenset[UUID]


def steps(
    *,
    expected: Set[UUID],
    reported: Set[UUID],
    present: Set[UUID],
    worked: Set[UUID],
    elsewhere: Set[UUID] = frozenset(),
    worked_elsewhere: Set[UUID] = frozenset(),
) -> Steps:
    """
    Put a day's people into the funnel.

    Whoever worked was there: work without a sign-in is a line of its own and no absence.

    :param elsewhere: who signed in, in another community
    :param worked_elsewhere: who worked, in another community; they are on no list to verify
    """
    came = expected & reported
    on_site = came & present
    idle = on_site - worked
    seen = present | worked
    absent = came - seen
    seen_elsewhere = elsewhere | worked_elsewhere
    return Steps(
        expected=frozenset(expected),
        reported=frozenset(came),
        present=frozenset(on_site),
        worked=frozenset(on_site & worked),
        unexpected=frozenset((seen & reported) - expected),
        unreported=frozenset(seen - reported),
        unsigned=frozenset((came & worked) - present),
        elsewhere=frozenset(absent & seen_elsewhere),
        working_elsewhere=frozenset(idle & worked_elsewhere),
        not_present=frozenset(absent - seen_elsewhere),
        not_working=frozenset(idle - worked_elsewhere),
    )
