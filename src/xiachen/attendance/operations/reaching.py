"""Whom those who ask reach on the day of what they record: nobody writes about strangers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.rules.records import Entry
from xiachen.base import clock
from xiachen.base.owned.bulk import spelt
from xiachen.base.postgres.planning import planned_once
from xiachen.deployment.models import Membership
from xiachen.mobilisation.models.stays import Enrolment, Release
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.privacy.scope import Role, Scope

_DAY = timedelta(days=1)
_TEAM, _STAY, _SEEN, _HOME = range(4)

# One statement, which answers with nothing but what ties a person to somebody: a morning's records
# are of people by the thousand, and of most of them one tie is known.
_TIES = f"""
    with asked (member, incident, community, day, n) as (
        select * from unnest(
            %s::uuid[], %s::uuid[], %s::bigint[], %s::date[]
        ) with ordinality
    )
    select n, {_TEAM}, null::bigint, team_id
    from asked join {Membership._meta.db_table} as joined on joined.member_id = asked.member
    where team_id = any(%s::uuid[])
        and from_day <= day and (to_day is null or to_day >= day)
    union all
    select n, {_STAY}, stay.community_id, null
    from asked join {Enrolment._meta.db_table} as stay
        on stay.member_id = asked.member and stay.incident_id = asked.incident
    where from_day <= day and not void and not exists (
        select from {Enrolment._meta.db_table} as later where later.reverses_id = stay.id
    ) and not exists (
        select from {Release._meta.db_table} as ended
        where ended.enrolment_id = stay.id and ended.last_day < day and not ended.void
            and not exists (
                select from {Release._meta.db_table} as later where later.reverses_id = ended.id
            )
    )
    union all
    select n, {_SEEN}, null, null
    from asked where exists (
        select from {CheckIn._meta.db_table} as seen
        where seen.community_id = asked.community and seen.incident_id = asked.incident
            and seen.member = asked.member and seen.day between asked.day - 1 and asked.day
            and not void and not exists (
                select from {CheckIn._meta.db_table} as later
                where later.community_id = seen.community_id and later.reverses_id = seen.id
            )
    )
    union all
    select n, {_HOME}, place, unit
    from asked join {Member._meta.db_table} as member on member.id = asked.member
    left join {Organisation._meta.db_table} as unit on unit.id = member.organisation_id
    cross join lateral (
        values (unit.division, unit.id), (member.home_community_id, null)
    ) as home (place, unit)
    where home.place is not null or home.unit is not null
"""


class _Tie(NamedTuple):
    """What ties a person to a team, a place or a unit on the day of an entry."""

    kind: int
    place: int | None
    party: UUID | None

    def holds(self, scope: Scope) -> bool:
        if self.kind == _SEEN:
            return True
        if self.kind == _TEAM:
            return self.party in scope.teams
        near = self.place is not None and scope.covers(self.place)
        if self.kind == _STAY:
            return near
        return not scope.teams and (near or self.party in scope.organisations)


@dataclass(frozen=True, slots=True)
class Reach:
    """What ties the people whom entries name to somebody, by entry; read for all at once."""

    ties: Mapping[UUID, Sequence[_Tie]]

    @classmethod
    def of(cls, scopes: Mapping[UUID, Scope], entries: Sequence[Entry]) -> "Reach":
        """Read what is known; nothing of those who write about themselves."""
        asked = [one for one in entries if not _is_plain(scopes[one.id], one)]
        ties: dict[UUID, list[_Tie]] = defaultdict(list)
        for number, kind, place, party in _rows(scopes, asked) if asked else ():
            ties[asked[number - 1].id].append(_Tie(kind, place, party))
        return cls(ties)

    def holds(self, scope: Scope, one: Entry) -> bool:
        """
        Tell whether somebody may write about an entry's person.

        They may about themselves, about those of their teams and those who belong to the operation
        in their places on that day, and about whoever signed in there on that day or the eve. A
        role that was given for a place and for no team reaches those who live or are employed
        there, and those of its units, as everywhere else.
        """
        return _is_plain(scope, one) or any(tie.holds(scope) for tie in self.ties.get(one.id, ()))


def _is_plain(scope: Scope, one: Entry) -> bool:
    """Tell whether nothing need be known: of oneself, and of background work."""
    return one.member == scope.member or scope.role is Role.SYSTEM


def _rows(scopes: Mapping[UUID, Scope], asked: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """Return the number of the entry, from 1, and what makes a tie."""
    teams: frozenset[UUID] = frozenset().union(*(scopes[one.id].teams for one in asked))
    given = [
        spelt(one.member for one in asked),
        spelt(scopes[one.id].incident for one in asked),
        spelt(one.community for one in asked),
        spelt(clock.local_day(one.occurred_at) for one in asked),
        spelt(teams),
    ]
    with planned_once() as cursor:
        cursor.execute(_TIES, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
