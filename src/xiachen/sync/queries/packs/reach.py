"""What somebody's phone may hold: the union of all roles that the person has on the day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from xiachen.base.postgres.planning import planned_once
from xiachen.deployment.queries.scopes import scope_of
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.residents import Appointment
from xiachen.people.queries.accounts import grants_of
from xiachen.privacy.scope import Can, Role, Scope
from xiachen.sync.queries.devices import KnownDevice

ME = "me"

# Asked with every pull, hence in plain SQL.
_APPOINTED = f"""
    select distinct held.community_id, held.grid_id, held.building_id
    from unnest(%(lows)s::bigint[], %(highs)s::bigint[]) as place (low, high)
    join {Appointment._meta.db_table} as held on held.community_id between place.low and place.high
    where (held.member = %(member)s or held.substitute = %(member)s)
    and held.from_day <= %(day)s and (held.to_day is null or held.to_day >= %(day)s)
    order by 1, 2, 3
"""

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
    with planned_once() as cursor:
        cursor.execute(
            _APPOINTED,
            {
                "member": member,
                "day": day,
                "lows": [low for one in seeing for low, _high in one.places],
                "highs": [high for one in seeing for _low, high in one.places],
            },
        )
        rows = cursor.fetchall()
    return tuple(
        Ground(
            community=community,
            grid=grid,
            building=building,
            scope=next(one for one in seeing if one.covers(community)),
        )
        for community, grid, building in rows
    )
