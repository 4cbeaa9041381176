"""
From many accounts to their scopes, on the days of what they recorded.

The same as `scope_of` for each grant, in a constant number of statements: phones send by the
hundred at once, and a morning's records of a whole city are judged by the roles of that morning.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from xiachen.base.postgres.planning import planned_once
from xiachen.deployment.models import Assignment, Membership, Team
from xiachen.deployment.queries.scopes import Led, assembled
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.units import Organisation
from xiachen.privacy.scope import Role, Scope

_HELD = f"""
    select held.account_id, account.member_id, held.role, held.incident, held.division,
        held.organisation_id, held.team, held.from_day, held.to_day
    from {Grant._meta.db_table} as held
    join {Account._meta.db_table} as account on account.id = held.account_id
    where held.account_id = any(%s) and not held.waits
    and held.from_day <= %s and (held.to_day is null or held.to_day >= %s)
    order by held.from_day, held.id
"""
_BELOW = f"""
    with recursive below(root, id) as (
        select asked, asked from unnest(%s::uuid[]) as asked
        union
        select below.root, team.id from {Team._meta.db_table} as team
        join below on team.parent_id = below.id
    )
    select root, id from below
"""
_UNITS_BELOW = f"""
    with recursive below(root, id) as (
        select asked, asked from unnest(%s::uuid[]) as asked
        union
        select below.root, unit.id from {Organisation._meta.db_table} as unit
        join below on unit.parent_id = below.id
    )
    select root, id from below
"""
_ASSIGNED = f"""
    select team_id, community_id, from_day, to_day from {Assignment._meta.db_table}
    where team_id = any(%s) order by community_id
"""
_JOINED = f"select team_id, member_id from {Membership._meta.db_table} where team_id = any(%s)"
_STAYS = f"""
    select member_id, incident_id, community_id, from_day from {Enrolment._meta.db_table} as stay
    where member_id = any(%s) and incident_id = any(%s) and not void and not exists (
        select from {Enrolment._meta.db_table} as later where later.reverses_id = stay.id
    )
    order by community_id
"""


class Asking(NamedTuple):
    """An account, the incident it works in, and the day of what it recorded."""

    account: UUID
    incident: UUID
    day: date


class _Held(NamedTuple):
    account: UUID
    member: UUID | None
    role: str
    incident: UUID | None
    division: int | None
    organisation: UUID | None
    team: UUID | None
    from_day: date
    to_day: date | None

    def on(self, asking: Asking) -> bool:
        return (
            self.incident in (None, asking.incident)
            and self.from_day <= asking.day
            and (self.to_day is None or self.to_day >= asking.day)
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """What the scopes are made of, read for all of them at once."""

    teams: Mapping[UUID, frozenset[UUID]]
    assigned: Mapping[UUID, list[tuple[int, date, date | None]]]
    joined: Mapping[UUID, frozenset[UUID]]
    stays: Mapping[tuple[UUID, UUID], list[tuple[int, date]]]
    units: Mapping[UUID, frozenset[UUID]]

    def led(self, team: UUID | None, day: date) -> Led:
        """Return a team with those within it, where they work on a day, and who is or was there."""
        if team is None:
            return Led()
        within = self.teams[team]
        places = {
            (community, community)
            for one in within
            for community, first, last in self.assigned.get(one, ())
            if first <= day and (last is None or last >= day)
        }
        members = frozenset().union(*(self.joined.get(one, frozenset()) for one in within))
        return Led(within, tuple(sorted(places)), members)


def scopes_on(asked: Collection[Asking]) -> dict[Asking, list[Scope]]:
    """
    Return the scopes that accounts hold on days, the oldest grant first; of some of them, none.

    Made for phones: nobody has proven anything twice there.
    """
    if not asked:
        return {}
    days = [one.day for one in asked]
    held: dict[UUID, list[_Held]] = defaultdict(list)
    for row in _rows(_HELD, [list({one.account for one in asked}), max(days), min(days)]):
        grant = _Held(*row)
        held[grant.account].append(grant)
    read = _read([grant for grants in held.values() for grant in grants], asked)
    return {
        one: [_scope(grant, one, read) for grant in held.get(one.account, ()) if grant.on(one)]
        for one in asked
    }


def _scope(grant: _Held, asking: Asking, read: _Read) -> Scope:
    stays = read.stays.get((grant.member, asking.incident), ()) if grant.member else ()
    return assembled(
        Scope(
            account=grant.account,
            role=Role(grant.role),
            incident=asking.incident,
            member=grant.member,
            second_factor=False,
        ),
        led=read.led(grant.team, asking.day),
        division=grant.division,
        stays=tuple((one, one) for one, first in stays if first <= asking.day),
        organisations=read.units[grant.organisation] if grant.organisation else frozenset(),
        day=asking.day,
    )


def _read(held: Collection[_Held], asked: Collection[Asking]) -> _Read:
    teams = _trees(_BELOW, {grant.team for grant in held})
    within = list({team for found in teams.values() for team in found})
    assigned: dict[UUID, list[tuple[int, date, date | None]]] = defaultdict(list)
    joined: dict[UUID, set[UUID]] = defaultdict(set)
    if within:
        for team, community, first, last in _rows(_ASSIGNED, [within]):
            assigned[team].append((community, first, last))
        for team, member in _rows(_JOINED, [within]):
            joined[team].add(member)
    stays: dict[tuple[UUID, UUID], list[tuple[int, date]]] = defaultdict(list)
    people = {grant.member for grant in held if grant.role == Role.MEMBER and grant.member}
    if people:
        incidents = list({one.incident for one in asked})
        for member, incident, community, first in _rows(_STAYS, [list(people), incidents]):
            stays[member, incident].append((community, first))
    return _Read(
        teams=teams,
        assigned=assigned,
        joined={team: frozenset(found) for team, found in joined.items()},
        stays=stays,
        units=_trees(_UNITS_BELOW, {grant.organisation for grant in held}),
    )


def _trees(statement: str, roots: set[UUID | None]) -> dict[UUID, frozenset[UUID]]:
    asked = [one for one in roots if one is not None]
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for root, one in _rows(statement, [asked]) if asked else ():
        found[root].add(one)
    return {root: frozenset(below) for root, below in found.items()}


def _rows(statement: str, values: list[Any]) -> Iterable[tuple[Any, ...]]:
    with planned_once() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
