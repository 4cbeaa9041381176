"""From a grant to its scope: asked with every request, before there is one."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import connection

from xiachen.deployment.models import Assignment, Membership
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.people.models.accounts import Grant
from xiachen.people.models.periods import standing_on
from xiachen.people.queries.units import organisations_below
from xiachen.places.rules.codes import ranges_of
from xiachen.privacy.scope import EVERYWHERE, Role, Scope


def scope_of(grant: Grant, *, day: date, incident: UUID | None = None) -> Scope:
    """
    Resolve a grant into the bare ids and ranges of a scope, as they are on a day.

    A role that leads teams reaches the communities to which they are assigned, somebody without a
    place of their own those where they are enrolled. It stands here, as high as it must and as low
    as it can: above people and enrolments, below everything that acts.

    :param incident: the one looked at, for a role that was given for every incident
    """
    role, own = Role(grant.role), grant.account.member_id
    incident = grant.incident or incident
    teams = teams_below(grant.team)
    places = communities_of_teams(teams, day=day)
    if grant.division is not None:
        places += EVERYWHERE if grant.division == 0 else ranges_of(grant.division)
    members = members_of_teams(teams)
    if role is Role.MEMBER and own is not None:
        places += mobilisation.places_of_member(own, incident=incident, day=day)
        members |= _team_mates(own, day)
    else:
        members |= mobilisation.members_enrolled(places, incident=incident)
    return Scope(
        account=grant.account_id,
        role=role,
        places=tuple(dict.fromkeys(places)),
        incident=incident,
        organisations=organisations_below(grant.organisation_id),
        teams=teams,
        member=own,
        members=members,
    )


def _team_mates(member: UUID, day: date) -> frozenset[UUID]:
    """Return who is in a team with somebody on a day."""
    theirs = Membership.objects.filter(standing_on(day), member_id=member).values("team_id")
    rows = Membership.objects.filter(standing_on(day), team_id__in=theirs)
    return frozenset(rows.values_list("member_id", flat=True))


def teams_below(team: UUID | None) -> frozenset[UUID]:
    """Return a team and all teams within it; of none, nothing. For making a scope."""
    if team is None:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(
            "with recursive below(id) as (select %s::uuid union "
            "select child.id from deployment_team child join below on child.parent_id = below.id) "
            "select id from below",
            [team],
        )
        return frozenset(row[0] for row in cursor.fetchall())


def communities_of_teams(teams: Iterable[UUID], *, day: date) -> tuple[tuple[int, int], ...]:
    """Return where some teams work on a day, as ranges of one; for making a scope."""
    rows = Assignment.objects.filter(standing_on(day), team__in=list(teams))
    found = sorted(set(rows.values_list("community_id", flat=True)))
    return tuple((community, community) for community in found)


def members_of_teams(teams: Iterable[UUID]) -> frozenset[UUID]:
    """Return everybody who is or was in some teams; for making a scope."""
    rows = Membership.objects.filter(team__in=list(teams))
    return frozenset(rows.values_list("member_id", flat=True))
