"""The funnel of a day: 应报到 ≥ 报到 ≥ 到岗 ≥ 干事, and the lists that explain its gaps."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext, ngettext

from xiachen.attendance.models.records import Answer, CheckIn, GapKind, WorkRecord
from xiachen.attendance.queries import records
from xiachen.attendance.rules import records as rules
from xiachen.figures import numbers
from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.mobilisation.queries.report_ins import report_ins
from xiachen.privacy.scope import Scope

Pair = tuple[int, UUID]  # a community and a person there


@dataclass(frozen=True, slots=True)
class SignIn:
    """A time of signing in beside the deadline that held; in words as a person says it."""

    at: datetime
    deadline: datetime

    @property
    def minutes_late(self) -> int:
        """Return minutes after the deadline; 0 when in time."""
        late = rules.lateness(self.at, self.deadline)
        return rules.minutes_late(late) if late else 0

    def __str__(self) -> str:
        time = numbers.clock_at(self.at)
        minutes = self.minutes_late
        if not minutes:
            return time
        late = _lateness(minutes)
        return gettext("%(time)s, %(late)s") % {"time": time, "late": late}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A person at a community on a day, with the sign-in that stands and what was said."""

    community: int
    member: UUID
    check_in: CheckIn | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def excused(self) -> bool:
        """Tell whether an answer excuses the line, so that it no longer counts."""
        return any(said.excuses for said in self.answers)

    @property
    def sign_in(self) -> SignIn | None:
        """Return the time of the sign-in that stands."""
        if self.check_in is None:
            return None
        return SignIn(self.check_in.occurred_at, self.check_in.deadline)

    @property
    def minutes_late(self) -> int:
        """Return begun minutes after the deadline; 0 when in time or not signed in."""
        return self.sign_in.minutes_late if self.sign_in else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """
    A day's funnel. Its numbers count people once; its lists have a line for each community.

    `not_present` and `not_working` are to be verified: nobody is judged by them. Lines that an
    answer excuses stay on them and count in neither `not_present_count` nor `not_working_count`.

    :param unexpected: signed in or worked and reported in, but excused that day or not enrolled
    :param unreported: signed in or worked without a report-in
    :param unsigned: reported in and worked without a sign-in
    :param elsewhere: reported in here, seen in another community only
    :param working_elsewhere: on site here, worked in another community only
    """

    day: date
    as_of: datetime
    expected: int
    reported: int
    present: int
    worked: int
    on_time: int
    late: tuple[Line, ...]
    not_present: tuple[Line, ...]
    not_working: tuple[Line, ...]
    unexpected: tuple[Line, ...]
    unreported: tuple[Line, ...]
    unsigned: tuple[Line, ...]
    elsewhere: tuple[Line, ...]
    working_elsewhere: tuple[Line, ...]

    @property
    def not_present_count(self) -> int:
        """Count those reported in and seen nowhere, without those excused (只报到不到岗)."""
        return _people(line for line in self.not_present if not line.excused)

    @property
    def not_working_count(self) -> int:
        """Count those on site without work, without those excused (只到岗不干事)."""
        return _people(line for line in self.not_working if not line.excused)


def funnel(
    scope: Scope,
    *,
    incident: UUID,
    day: date,
    community: int | None = None,
    cutoff: Cutoff | None = None,
) -> Funnel:
    """
    Return the funnel of a day, over everything in the scope or in one community.

    :param cutoff: as of another moment than the end of the day with all that was received
    """
    if scope.incident != incident or cutoff is None:
        cutoff = records.end_of(scope, day)
    gathered = gather(scope, cutoff=cutoff, community=community)
    return gathered.funnel()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The records of a day by community and person, from which funnel and board are made."""

    cutoff: Cutoff
    expected: frozenset[Pair]
    reported: frozenset[Pair]
    signed: dict[Pair, CheckIn]
    work: dict[Pair, list[WorkRecord]]
    said: dict[tuple[str, int, UUID], tuple[Answer, ...]]
    seen: frozenset[Pair]
    busy: frozenset[Pair]

    def steps(self) -> dict[int, rules.Steps]:
        """Put each community's people into the funnel."""
        pairs = {*self.expected, *self.reported, *self.signed, *self.work}
        return {
            community: rules.steps(
                expected=_of(community, self.expected),
                reported=_of(community, self.reported),
                present=_of(community, self.signed),
                worked=_of(community, self.work),
                elsewhere=_outside(community, self.seen),
                worked_elsewhere=_outside(community, self.busy),
            )
            for community in sorted({one for one, _ in pairs})
        }

    def funnel(self) -> Funnel:
        """Count each person once over the communities, and list each community's lines."""
        steps = self.steps()
        on_site = [self._line(c, m) for c, one in steps.items() for m in one.present]
        return Funnel(
            day=self.cutoff.day,
            as_of=self.cutoff.occurred_until,
            expected=_once(one.expected for one in steps.values()),
            reported=_once(one.reported for one in steps.values()),
            present=_once(one.present for one in steps.values()),
            worked=_once(one.worked for one in steps.values()),
            on_time=_people(line for line in on_site if not line.minutes_late),
            late=tuple(line for line in _sorted(on_site) if line.minutes_late),
            not_present=self._lines(steps, "not_present", GapKind.NOT_PRESENT),
            not_working=self._lines(steps, "not_working", GapKind.NOT_WORKING),
            unexpected=self._lines(steps, "unexpected"),
            unreported=self._lines(steps, "unreported"),
            unsigned=self._lines(steps, "unsigned"),
            elsewhere=self._lines(steps, "elsewhere"),
            working_elsewhere=self._lines(steps, "working_elsewhere"),
        )

    def _lines(self, steps: dict[int, rules.Steps], name: str, gap: str = "") -> tuple[Line, ...]:
        found = [
            self._line(community, member, gap)
            for community, one in steps.items()
            for member in getattr(one, name)
        ]
        return tuple(_sorted(found))

    def _line(self, community: int, member: UUID, gap: str = "") -> Line:
        return Line(
            community=community,
            member=member,
            check_in=self.signed.get((community, member)),
            answers=self.said.get((gap, community, member), ()),
        )


def gather(scope: Scope, *, cutoff: Cutoff, community: int | None = None) -> Gathered:
    """Read the day's records, in all communities of the scope or in one; eight statements."""
    here = Q() if community is None else Q(community_id=community)
    expected = _pairs(mobilisation.expected(scope, cutoff).filter(here), "member_id")
    reported = _pairs(report_ins(scope, cutoff).filter(here), "member")
    signed = {
        (row.community_id, row.member): row for row in records.check_ins(scope, cutoff).filter(here)
    }
    work: dict[Pair, list[WorkRecord]] = defaultdict(list)
    for row in records.works(scope, cutoff).filter(here):
        work[row.community_id, row.member].append(row)
    said: dict[tuple[str, int, UUID], tuple[Answer, ...]] = defaultdict(tuple)
    for one in records.answers(scope, cutoff).filter(here):
        said[one.gap, one.community_id, one.member] += (one,)
    in_doubt = {member for _, member in (reported & expected) - signed.keys()}
    idle = {member for _, member in signed.keys() - work.keys()}
    return Gathered(
        cutoff=cutoff,
        expected=expected,
        reported=reported,
        signed=signed,
        work=dict(work),
        said=dict(said),
        seen=_pairs(records.seen_anywhere(scope, cutoff, members=in_doubt), "member"),
        busy=_pairs(records.worked_anywhere(scope, cutoff, members=in_doubt | idle), "member"),
    )


def _lateness(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if hours:
        return gettext("late by %(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    words = ngettext("late by %(minutes)s minute", "late by %(minutes)s minutes", minutes)
    return words % {"minutes": minutes}


def _pairs(rows, person: str) -> frozenset[Pair]:  # type: ignore[no-untyped-def]
    return frozenset(rows.order_by().values_list("community_id", person))


def _of(community: int, pairs: Iterable[Pair]) -> frozenset[UUID]:
    return frozenset(member for one, member in pairs if one == community)


def _outside(community: int, pairs: Iterable[Pair]) -> frozenset[UUID]:
    return frozenset(member for one, member in pairs if one != community)


def _once(groups: Iterable[frozenset[UUID]]) -> int:
    return len(frozenset().union(*groups))


def _people(lines: Iterable[Line]) -> int:
    return len({line.member for line in lines})


def _sorted(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.community, line.member))
