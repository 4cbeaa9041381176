"""Of whom something can be asked: units, teams, people in charge and communities of the scope."""

from collections.abc import Sequence
from datetime import date

from xiachen.deployment.models import Membership, TeamPost
from xiachen.deployment.queries.teams import teams
from xiachen.incidents import queries as incidents
from xiachen.people.models.accounts import Grant
from xiachen.people.models.members import Member
from xiachen.people.models.periods import standing_on
from xiachen.people.queries.members import members_reached, shown_name
from xiachen.people.queries.units import organisations_reached
from xiachen.places.queries.communities import communities_by_id
from xiachen.privacy.scope import ROLE_NAMES, Can, Role, Scope

UNIT, TEAM, PERSON, COMMUNITY = "unit", "team", "person", "community"
KINDS = (UNIT, TEAM, PERSON, COMMUNITY)

# Whoever holds one of these answers for others.
_IN_CHARGE = (Role.LIAISON, Role.TEAM_LEADER, Role.SECRETARY)


def can_be_asked(scope: Scope, *, kind: str, day: date) -> list[tuple[str, str]]:
    """Return whom of a kind the scope can ask, by key and name."""
    scope.require(Can.SUPERVISE)
    if kind == UNIT:
        return [(str(one.pk), one.name) for one in organisations_reached(scope)]
    if kind == TEAM:
        rows = teams(scope).filter(disbanded_on=None).order_by("name")
        return [(str(one.pk), one.name) for one in rows]
    if kind == COMMUNITY:
        listed = incidents.communities_of(scope, day=day)
        places = communities_by_id(scope, listed)
        return [(str(code), places[code].name) for code in listed if code in places]
    return [(str(one.pk), said) for one, said in people_in_charge(scope, day=day)]


def people_in_charge(scope: Scope, *, day: date) -> Sequence[tuple[Member, str]]:
    """Return leaders of teams, liaisons and secretaries whom the scope reaches, with their part."""
    leads = Membership.objects.filter(
        standing_on(day), post=TeamPost.LEADER, team__in=teams(scope)
    ).values_list("member_id", "team__name")
    part = dict(leads)
    held = Grant.objects.filter(
        standing_on(day), role__in=_IN_CHARGE, waits=False, account__member__isnull=False
    )
    for member, role in held.values_list("account__member_id", "role"):
        if member:
            part.setdefault(member, str(ROLE_NAMES[Role(role)]))
    rows = members_reached(scope).filter(pk__in=part).select_related("organisation")
    return [
        (
            one,
            " · ".join(
                filter(None, (shown_name(scope, one.pk, one.name), _unit(one), part[one.pk]))
            ),
        )
        for one in rows.order_by("sort_key", "pk")
    ]


def _unit(one: Member) -> str:
    return one.organisation.short_name or one.organisation.name if one.organisation else ""
