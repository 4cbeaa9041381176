"""Those of a team or a community who can be certified, and whose certificate still says it all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet

from xiachen.attendance.models.certificates import Certificate
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.queries.boards import communities_shown
from xiachen.attendance.queries.certificates import Shown, standing
from xiachen.attendance.queries.hours import HoursLine, hours_lines, served_by
from xiachen.attendance.queries.records import end_of
from xiachen.attendance.rules.certificates import MOST_AT_ONCE, State, TooManyToCertify
from xiachen.deployment.models import Membership, Team
from xiachen.deployment.queries.scopes import teams_below
from xiachen.deployment.queries.teams import team_of, teams
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_reached
from xiachen.places.models import Community
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Whom certificates are for: a team with those within it, a community, or both at once."""

    team: UUID | None = None
    community: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedLine:
    """
    Somebody of the group: what was served, and the certificate that holds.

    :param further: whether the certificate tells of days after the one looked at
    """

    hours: HoursLine
    certificate: Certificate | None
    further: bool

    @property
    def is_current(self) -> bool:
        """Tell whether the certificate says what the records say now, or more than is looked at."""
        paper, total, work = self.certificate, self.hours.total, self.hours.service
        if self.further:
            return True
        return paper is not None and (
            (paper.minutes, paper.days, paper.days_without_sign_out, paper.last_day)
            == (total.minutes, total.days, total.days_without_sign_out, total.last_day)
            and (paper.times, paper.persons_served) == (work.times, work.persons_served)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """
    The people of a group who have been on duty, by name.

    :param total: how many they are; beyond MOST_AT_ONCE there are no lines
    """

    lines: list[CertifiedLine]
    total: int

    @property
    def too_many(self) -> bool:
        """Tell whether a smaller group has to be chosen."""
        return self.total > MOST_AT_ONCE

    @property
    def with_paper(self) -> int:
        """Return how many hold a certificate."""
        return sum(line.certificate is not None for line in self.lines)

    @property
    def wanting(self) -> int:
        """Return how many have none, or one that says less than the records do now."""
        return sum(not line.is_current for line in self.lines)

    @property
    def untimed(self) -> int:
        """Return how many have days without a sign-out, which count no time."""
        return sum(bool(line.hours.total.days_without_sign_out) for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedPage:
    """A page of the people of a group; `number` counts from 1."""

    found: Certified
    lines: list[CertifiedLine]
    number: int
    pages: int


def certified_page(
    scope: Scope, *, day: date, group: Group, number: int, size: int
) -> CertifiedPage:
    """Return a page of whom of a group the scope can certify; see `certified`."""
    found = certified(scope, day=day, group=group)
    page = Paginator(found.lines, size).get_page(number)
    return CertifiedPage(
        found=found,
        lines=list(page.object_list),
        number=page.number,
        pages=page.paginator.num_pages,
    )


def certified(scope: Scope, *, day: date, group: Group) -> Certified:
    """
    Return whom of a group the scope can certify, with what each has served up to a day.

    :raises Forbidden, NotFound: the role certifies nobody, or does not reach the team
    """
    people = _people(scope, day, group)
    total = people.count()
    if total > MOST_AT_ONCE:
        return Certified(lines=[], total=total)
    members = list(people.values_list("pk", flat=True))
    papers = standing(scope, members=members)
    return Certified(
        lines=[
            CertifiedLine(
                hours=line,
                certificate=(paper := papers.get(line.member)),
                further=paper is not None and paper.tells_further(day),
            )
            for line in hours_lines(scope, members, day=day)
        ],
        total=total,
    )


def papers_of(scope: Scope, *, day: date, group: Group) -> list[Shown]:
    """
    Return the certificates that people of a group hold, by name.

    :raises TooManyToCertify: they are more than are printed at once
    """
    members = members_of(scope, day=day, group=group)
    papers = standing(scope, members=members)
    return [
        Shown(certificate=papers[member], state=State.VALID)
        for member in members
        if member in papers
    ]


def members_of(scope: Scope, *, day: date, group: Group) -> list[UUID]:
    """
    Return whom of a group the scope can certify, by name.

    :raises TooManyToCertify: they are more than are certified at once
    """
    members = list(_people(scope, day, group).values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if len(members) > MOST_AT_ONCE:
        raise TooManyToCertify(most=MOST_AT_ONCE)
    return members


def groups(scope: Scope, *, day: date) -> tuple[Sequence[Team], Sequence[Community]]:
    """Return the teams with anybody ever in them, and the communities, to choose a group from."""
    anybody = Membership.objects.filter(team=OuterRef("pk"), from_day__lte=day)
    found = teams(scope).filter(Exists(anybody)).order_by("name", "pk")
    return list(found), communities_shown(scope, day=day)


def _people(scope: Scope, day: date, group: Group) -> QuerySet[Member]:
    scope.require(Can.CERTIFY)
    rows = served_by(scope, end_of(scope, day))
    rows = rows.filter(pk__in=members_reached(scope).order_by().values("pk"))
    if group.team:
        # Whoever was in the team has served in it, also after it was disbanded.
        below = teams_below([team_of(scope, id=group.team).pk])
        once = Membership.objects.filter(team__in=below, from_day__lte=day)
        rows = rows.filter(pk__in=once.values("member"))
    if group.community:
        came = CheckIn.objects.standing().filter(
            incident=scope.incident, community=group.community, day__lte=day
        )
        rows = rows.filter(pk__in=came.order_by().values("member"))
    return rows
