"""From a grant to its scope: asked with every request, before there is one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from xiachen.base.postgres.planning import planned_once
from xiachen.deployment.models import Assignment, Membership, Team
from xiachen.mobilisation.queries.stays import enrolled_in, places_of_member
from xiachen.people.models.accounts import Grant
from xiachen.people.models.periods import standing_on
from xiachen.people.queries.units import organisations_below
from xiachen.places.rules.codes import ranges_of
from xiachen.privacy.scope import EVERYWHERE, Role, Scope

Ranges = tuple[tuple[int, int], ...]

_BELOW = f"""
    with recursive below(id) as (
        select unnest(%s::uuid[])
        union
        select team.id from {Team._meta.db_table} as team join below on team.parent_id = below.id
    )
"""
_LED = f"""
    {_BELOW}
    select
        array(select id from below),
        array(
            select distinct community_id from {Assignment._meta.db_table}
            where team_id in (select id from below)
            and from_day <= %s and (to_day is null or to_day >= %s) order by community_id
        ),
        array(
            select member_id from {Membership._meta.db_table}
            where team_id in (select id from below)
        )
"""


@dataclass(frozen=True, slots=True)
class Led:
    """What a role reaches through the teams it leads."""

    teams: frozenset[UUID] = frozenset()
    places: Ranges = ()
    members: frozenset[UUID] = frozenset()


def scope_of(grant: Grant, *, day: date, incident: UUID | None = None) -> Scope:
    """
    Resolve a grant into the bare ids and ranges of a scope, as they are on a day.

    A role that leads teams reaches the communities to which they are assigned, somebody without a
    place of their own those where they are enrolled. It stands here, as high as it must and as low
    as it can: above people and enrolments, below everything that acts.

    It is made with every request and costs one statement at most for each of a grant's team, unit
    and person, and none for a place. Whoever is enrolled there is not read but left to be asked
    for: they are thousands in a district, and a check-in needs none of them.

    :param incident: the one looked at, for a role that was given for every incident
    """
    role, own = Role(grant.role), grant.account.member_id
    incident = grant.incident or incident
    stays: Ranges = ()
    if role is Role.MEMBER and own is not None:
        stays = places_of_member(own, incident=incident, day=day)
    return assembled(
        Scope(account=grant.account_id, role=role, incident=incident, member=own),
        led=_led(grant.team, day),
        division=grant.division,
        stays=stays,
        organisations=organisations_below(grant.organisation_id),
        day=day,
    )


def assembled(
    scope: Scope,
    *,
    led: Led,
    division: int | None,
    stays: Ranges,
    organisations: frozenset[UUID],
    day: date,
) -> Scope:
    """
    Return a scope with what its grant reaches; the one place that says what that is.

    :param scope: who asks, in which role and incident
    :param led: reached through the team that was granted
    :param division: the granted one; 0 is everywhere
    :param stays: where somebody without a place of their own is enrolled on the day
    """
    places = led.places
    if division is not None:
        places += EVERYWHERE if division == 0 else ranges_of(division)
    fellows: Callable[[], QuerySet[Any, Any]] | None = None
    if scope.role is Role.MEMBER and scope.member is not None:
        places += stays
        fellows = partial(team_mates, scope.member, day)
    elif scope.role is not Role.MEMBER and scope.incident is not None:
        fellows = partial(enrolled_in, places, incident=scope.incident)
    return replace(
        scope,
        places=tuple(dict.fromkeys(places)),
        organisations=organisations,
        teams=led.teams,
        members=led.members,
        fellows=fellows,
    )


def teams_below(teams: Iterable[UUID]) -> frozenset[UUID]:
    """Return some teams and all teams within them."""
    with planned_once() as cursor:
        cursor.execute(f"{_BELOW} select id from below", [list(teams)])
        return frozenset(row[0] for row in cursor.fetchall())


def _led(team: UUID | None, day: date) -> Led:
    """Read a team with all teams within it: where they work, and who is or was in them."""
    if team is None:
        return Led()
    with planned_once() as cursor:
        cursor.execute(_LED, [[team], day, day])
        teams, communities, members = cursor.fetchone()
    return Led(frozenset(teams), tuple((one, one) for one in communities), frozenset(members))


def team_mates(member: UUID, day: date) -> QuerySet[Membership, UUID]:
    """Return the ids of those who are in a team with somebody on a day."""
    theirs = Membership.objects.filter(standing_on(day), member_id=member).values("team_id")
    rows = Membership.objects.filter(standing_on(day), team_id__in=theirs)
    return rows.values_list("member_id", flat=True)
