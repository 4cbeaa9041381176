"""The attendance board of a community: the funnel, and everybody with the time of the sign-in."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from xiachen.attendance.models.records import CheckIn, CheckOut, GapKind
from xiachen.attendance.queries import records
from xiachen.attendance.queries.funnels import Funnel, Gathered, Line, SignIn, gather
from xiachen.attendance.queries.stays import OneStay, Pair, stays_on
from xiachen.attendance.rules import evidence
from xiachen.base.errors import Forbidden
from xiachen.deployment.queries.squads import squads_of
from xiachen.deployment.queries.teams import assignments, memberships
from xiachen.incidents import queries as incidents
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.people.queries import members as people
from xiachen.people.queries.fitness import off_duty_among
from xiachen.places.models import Community
from xiachen.privacy.scope import Can, Scope

# What a board can be narrowed to: the steps of the funnel, and its lists.
SHOWN = (
    "expected",
    "reported",
    "present",
    "worked",
    "late",
    "not-present",
    "not-working",
    "unsigned",
    "doubtful",
    "off-duty",
    "others",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardStay:
    """
    A stay of somebody on the board: how it began, and how it ended if it has.

    :param further: sign-ins that lie within it
    """

    check_in: CheckIn
    check_out: CheckOut | None
    further: tuple[CheckIn, ...] = ()

    @classmethod
    def of(cls, stay: OneStay) -> "BoardStay":
        """Return a stay as the board shows it."""
        return cls(check_in=stay.came, check_out=stay.left, further=tuple(stay.arrivals[1:]))

    @property
    def hours(self) -> str:
        """Return in words how long it was; empty while one end is missing."""
        if self.check_out is None:
            return ""
        length = self.check_out.occurred_at - self.check_in.occurred_at
        hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """
    A person on the board, with what is known of the day.

    :param name: as the reader may see it; empty for somebody whom the scope does not reach
    :param stays: those of the day here, the earliest first
    :param off_duty: whether the person must not work on the day; never why
    """

    member: UUID
    name: str
    expected: bool
    reported: bool
    worked: bool
    seen_elsewhere: bool
    stays: tuple[BoardStay, ...] = ()
    off_duty: bool = False

    @property
    def check_in(self) -> CheckIn | None:
        """Return the first sign-in of the day, by which being late is judged."""
        return self.stays[0].check_in if self.stays else None

    @property
    def check_out(self) -> CheckOut | None:
        """Return the sign-out that ended the last stay; None while the person is here."""
        return self.stays[-1].check_out if self.stays else None

    @property
    def evidence(self) -> str:
        """Return how it is known that the person came, and left if that is known otherwise."""
        ends = [evidence.in_words(one.method, one.near) for one in self._ends]
        return " → ".join(words for words in dict.fromkeys(ends) if words)

    @property
    def doubtful(self) -> bool:
        """Tell whether the leader should have a look at the sign-in or the sign-out."""
        return any(one.doubtful for one in self._ends)

    @property
    def _ends(self) -> list[CheckIn | CheckOut]:
        return [one for stay in self.stays for one in (stay.check_in, stay.check_out) if one]

    @property
    def sign_in(self) -> SignIn | None:
        """Return the time of the sign-in that stands."""
        if self.check_in is None:
            return None
        return SignIn(self.check_in.occurred_at, self.check_in.deadline)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLine:
    """
    A line of a list to verify, with the name.

    :param goes_with: sign-ins that are taken back with the one of the line
    :param left: the sign-out of the stay that the one of the line began
    :param before: the sign-in of the stay before, which that sign-out would end instead
    """

    name: str
    line: Line
    goes_with: tuple[CheckIn, ...] = ()
    left: CheckOut | None = None
    before: CheckIn | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A team or squad by which a board can be narrowed."""

    key: str
    label: str
    members: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """
    The attendance of a community on a day.

    :param off_duty: how many people must not work on the day
    :param doubtful: how many people's sign-in or sign-out the leader should have a look at
    :param known: how the sign-ins are known and how many are, the best proven first
    """

    community: Community
    day: date
    funnel: Funnel
    people: list[Person]
    options: list[Option]
    not_present: list[NamedLine]
    not_working: list[NamedLine]
    off_duty: int
    doubtful: int
    known: list[tuple[str, int]]

    @property
    def address(self) -> str:
        """Return the query that opens this community's board again."""
        return f"?community={self.community.pk}"

    @property
    def waiting(self) -> list[Person]:
        """Return those shown who have not signed in here and were not seen elsewhere."""
        return [one for one in self.people if not one.check_in and not one.seen_elsewhere]

    @property
    def staying(self) -> list[Person]:
        """Return those shown who are here: signed in, and not out since."""
        return [one for one in self.people if one.check_in and not one.check_out]

    @property
    def gone(self) -> list[Person]:
        """Return those shown who were here and have left; they may come back."""
        return [one for one in self.people if one.check_out]

    @property
    def named(self) -> list[UUID]:
        """Return whom the board names."""
        lines = [one.line.member for one in (*self.not_present, *self.not_working)]
        return list(dict.fromkeys([one.member for one in self.people] + lines))


def communities_shown(scope: Scope, *, day: date) -> list[Community]:
    """Return the communities of the operation whose boards the scope can open, by number."""
    if scope.incident is None:
        return []
    numbers = set(incidents.communities_of(scope, incident=scope.incident, day=day))
    if scope.organisations:
        theirs = mobilisation.expected_on(scope, day=day)
        numbers |= set(theirs.order_by().values_list("community_id", flat=True))
    return list(Community.objects.filter(pk__in=numbers).order_by("pk"))


def board(scope: Scope, *, day: date, community: int, shown: str = "", group: str = "") -> Board:
    """
    Return a community's board.

    :param shown: a step of the funnel or a list: one of SHOWN; empty shows everybody
    :param group: key of a team or squad
    :raises Forbidden: the scope reaches nobody there
    """
    scope.require(Can.SEE_PEOPLE)
    place = next((one for one in communities_shown(scope, day=day) if one.pk == community), None)
    if place is None:
        raise Forbidden()
    cutoff = records.end_of(scope, day)
    gathered = gather(scope, cutoff=cutoff, community=community)
    stays = stays_on(scope, day, records.reached_by(scope), Q(community_id=community))
    options = _options(scope, community, day)
    kept = next((one.members for one in options if one.key == group), None)
    everybody = _people(scope, community, gathered, stays, day)
    funnel = gathered.funnel()
    return Board(
        community=place,
        day=day,
        funnel=funnel,
        people=[
            one
            for one in everybody
            if (kept is None or one.member in kept) and _fits(one, funnel, shown)
        ],
        options=options,
        not_present=_named(everybody, funnel.not_present),
        not_working=_named(everybody, funnel.not_working),
        off_duty=sum(one.off_duty for one in everybody),
        doubtful=sum(one.doubtful for one in everybody),
        known=_known(gathered.signed.values()),
    )


def named_line(
    scope: Scope,
    *,
    day: date,
    community: int,
    check_in: UUID | None = None,
    member: UUID | None = None,
    gap: str = "",
) -> NamedLine | None:
    """Return a person's line: the one of a standing sign-in, or the one on a list; or None."""
    if check_in is not None:
        return _line_of(scope, day, community, check_in)
    if not gap:
        return None
    funnel = gather(scope, cutoff=records.end_of(scope, day), community=community).funnel()
    lines = funnel.not_present if gap == GapKind.NOT_PRESENT else funnel.not_working
    found = next((line for line in lines if line.member == member), None)
    if found is None:
        return None
    return NamedLine(name=_name(scope, found.member), line=found)


def person(scope: Scope, *, day: date, community: int, check_out: UUID) -> Person | None:
    """Return somebody of the board from the stay on that a sign-out ended; or None."""
    for one in board(scope, day=day, community=community).people:
        for number, stay in enumerate(one.stays):
            if stay.check_out and stay.check_out.pk == check_out:
                return replace(one, stays=one.stays[number:])
    return None


def _line_of(scope: Scope, day: date, community: int, check_in: UUID) -> NamedLine | None:
    """Return the line of a standing sign-in, with what changes when it is taken back."""
    found = stays_on(scope, day, records.reached_by(scope), Q(community_id=community))
    arrivals = (
        (row, stay, several[:number])
        for several in found.values()
        for number, stay in enumerate(several)
        for row in stay.arrivals
    )
    for row, stay, before in arrivals:
        if row.pk == check_in:
            begins = row == stay.came
            return NamedLine(
                name=_name(scope, row.member),
                line=Line(community=community, member=row.member, check_in=row),
                goes_with=tuple(stay.arrivals[1:]) if begins else (),
                left=stay.left if begins else None,
                before=before[-1].came if begins and before else None,
            )
    return None


def _name(scope: Scope, member: UUID) -> str:
    return people.shown_names(scope, [member]).get(member, "")


def _people(
    scope: Scope, community: int, gathered: Gathered, stays: Mapping[Pair, list[OneStay]], day: date
) -> list[Person]:
    expected, reported = (
        {member for _, member in pairs} for pairs in (gathered.expected, gathered.reported)
    )
    signed = {member for _, member in gathered.signed}
    worked = {member for _, member in gathered.work}
    elsewhere = {member for other, member in (gathered.seen | gathered.busy) if other != community}
    ids = expected | reported | signed | worked
    members = people.members_by_id(scope, ids)
    names = people.shown_names(scope, ids)
    away = off_duty_among(scope, members=ids, day=day)
    order = {pk: (member.sort_key, str(pk)) for pk, member in members.items()}
    return [
        Person(
            member=one,
            name=names.get(one, ""),
            expected=one in expected,
            reported=one in reported,
            worked=one in worked,
            seen_elsewhere=one in elsewhere,
            stays=tuple(BoardStay.of(stay) for stay in stays.get((community, one), ())),
            off_duty=one in away,
        )
        for one in sorted(ids, key=lambda pk: order.get(pk, ("~", str(pk))))
    ]


def _known(rows: Iterable[CheckIn]) -> list[tuple[str, int]]:
    """Return how sign-ins are known, in words with their number, the best proven first."""
    graded = Counter((row.method, row.near) for row in rows if row.method)
    order = sorted(graded, key=lambda one: (evidence.rank(*one), one))
    return [(evidence.in_words(*one), graded[one]) for one in order]


def _fits(one: Person, funnel: Funnel, shown: str) -> bool:
    came = one.expected and one.reported
    present = came and one.check_in is not None
    match shown:
        case "expected":
            return one.expected
        case "reported":
            return came
        case "present":
            return present
        case "worked":
            return present and one.worked
        case "late":
            return bool(one.sign_in and one.sign_in.minutes_late)
        case "not-present":
            return _among(one, funnel.not_present)
        case "not-working":
            return _among(one, funnel.not_working)
        case "unsigned":
            return _among(one, funnel.unsigned)
        case "doubtful":
            return one.doubtful
        case "off-duty":
            return one.off_duty
        case "others":
            return not came
    return True


def _among(one: Person, lines: Collection[Line]) -> bool:
    return any(line.member == one.member for line in lines)


def _named(everybody: Sequence[Person], lines: Collection[Line]) -> list[NamedLine]:
    by_member = {line.member: line for line in lines}
    return [
        NamedLine(name=one.name, line=by_member[one.member])
        for one in everybody
        if one.member in by_member
    ]


def _options(scope: Scope, community: int, day: date) -> list[Option]:
    teams = [
        Option(
            key=f"team-{row.team.pk}",
            label=row.team.name,
            members=frozenset(
                one.member_id for one in memberships(scope, team=row.team.pk, day=day)
            ),
        )
        for row in assignments(scope, day=day).filter(community=community)
    ]
    names = {option.key: option.label for option in teams}
    squads = [
        Option(
            key=f"squad-{one.squad.pk}",
            label=f"{names.get(f'team-{one.squad.team}', '')} {one.squad.number}".strip(),
            members=frozenset(one.members),
        )
        for one in squads_of(scope, community=community)
    ]
    return teams + squads
