"""What somebody's phone may hold: the union of all roles that the person has on the day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Q

from xiachen.deployment.queries.scopes import scope_of
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.periods import standing_on
from xiachen.people.models.residents import Appointment
from xiachen.people.queries.accounts import grants_of
from xiachen.privacy.scope import Can, Role, Scope, any_of
from xiachen.sync.queries.devices import KnownDevice

ME = "me"

_OF_THE_COMMUNITY = frozenset(
    {Role.SECRETARY, Role.COMMUNITY_WORKER, Role.GRID_HEAD, Role.DOCTOR, Role.POLICE}
)


@dataclass(frozen=True, slots=True)
class LedTeam:
    """A team that the person leads, with the scope of that role: it reaches the teams within."""

    team: UUID
    scope: Scope

    @property
    def part(self) -> str:
        """The name of its part."""
        return f"team:{self.team}"


@dataclass(frozen=True, slots=True)
class Ground:
    """
    A grid, or a building of it, to which the person is appointed as head or substitute.

    :ivar scope: of the role in which the person sees people there
    """

    community: int
    grid: UUID | None
    building: UUID | None
    scope: Scope

    @property
    def part(self) -> str:
        """The name of its part."""
        return f"grid:{self.community}:{self.grid or self.building}"


@dataclass(frozen=True, slots=True)
class Reach:
    """
    What one person may have on the phone on a day.

    :ivar own: the person as a member sent down, in all places of all roles
    :ivar scopes: of each role by itself
    :ivar posts: communities in which the person has a role of the community's own
    """

    own: Scope
    scopes: tuple[Scope, ...]
    roles: tuple[str, ...]
    posts: tuple[int, ...]
    teams: tuple[LedTeam, ...]
    grounds: tuple[Ground, ...]

    @property
    def parts(self) -> list[str]:
        """The names of all parts."""
        return [ME, *(one.part for one in self.teams), *(one.part for one in self.grounds)]


def person_of(scope: Scope, device: KnownDevice) -> Scope:
    """Return the scope of whoever holds a phone, before the roles are known; no place is in it."""
    return Scope(
        account=device.account,
        role=Role.MEMBER,
        incident=device.incident,
        member=device.member,
        second_factor=False,
    )


def reach_of(scope: Scope, *, day: date) -> Reach:
    """
    Return what the person of a scope may hold on a day.

    :param scope: of the account, its member and the incident; its role and places do not count
    """
    # The account was read when the phone proved who it is, and is not read again.
    account = Account(pk=scope.account, member_id=scope.member)
    held = []
    for grant in grants_of(scope.account, day=day):
        if grant.incident is None or grant.incident == scope.incident:
            grant.account = account
            own = replace(scope_of(grant, day=day, incident=scope.incident), second_factor=False)
            held.append((grant, own))
    scopes = [one for _grant, one in held]
    teams = _led(held)
    return Reach(
        own=_as_member(scope, scopes),
        scopes=tuple(scopes),
        roles=_roles(scopes, leads=bool(teams)),
        posts=tuple(
            grant.division
            for grant, one in held
            if grant.division and one.role in _OF_THE_COMMUNITY
        ),
        teams=teams,
        grounds=_grounds(scope.member, scopes, day),
    )


def _as_member(scope: Scope, scopes: Iterable[Scope]) -> Scope:
    """The person with the places of every role that takes part in the work."""
    places = [one for held in scopes if held.allows(Can.CLAIM_TASKS) for one in held.places]
    return Scope(
        account=scope.account,
        role=Role.MEMBER,
        incident=scope.incident,
        member=scope.member,
        places=tuple(dict.fromkeys(places)),
        second_factor=False,
    )


def _roles(scopes: Iterable[Scope], *, leads: bool) -> tuple[str, ...]:
    codes = dict.fromkeys(one.role.value for one in scopes)
    return (*codes, "leader") if leads else tuple(codes)


def _led(held: Iterable[tuple[Grant, Scope]]) -> tuple[LedTeam, ...]:
    found = {
        grant.team: LedTeam(grant.team, scope)
        for grant, scope in held
        if grant.team is not None and scope.allows(Can.CHECK_IN) and scope.allows(Can.SEE_PEOPLE)
    }
    return tuple(found.values())


def _grounds(member: UUID | None, scopes: Iterable[Scope], day: date) -> tuple[Ground, ...]:
    """An appointment says of which doors; a role that sees people there says that they may be."""
    seeing = [one for one in scopes if one.places and one.allows(Can.SEE_PEOPLE)]
    if member is None or not seeing:
        return ()
    rows = Appointment.objects.filter(
        Q(member=member) | Q(substitute=member),
        any_of(one.within() for one in seeing),
        standing_on(day),
    ).order_by("community", "post", "from_day", "pk")
    return tuple(
        Ground(
            community=row.community_id,
            grid=row.grid_id,
            building=row.building_id,
            scope=next(one for one in seeing if one.covers(row.community_id)),
        )
        for row in rows
    )
