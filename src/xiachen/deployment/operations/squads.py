"""Squads: cut out of a team by rule, formed anew in one step, joined to grids."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.deployment import rules
from xiachen.deployment.models import Squad, SquadMember, Team
from xiachen.deployment.queries import teams as queries
from xiachen.deployment.queries.squads import squads_elsewhere
from xiachen.incidents.models import Incident
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.people.models.members import Member
from xiachen.places.models import Grid
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def form_squads(
    scope: Scope,
    *,
    community: int,
    team: UUID,
    count: int,
    smallest: int = 2,
    largest: int = 3,
    grids: Sequence[UUID] = (),
    at: datetime,
) -> list[Squad]:
    """
    Divide those of a team who are expected in the community today into squads, evenly.

    Squads that the team had there are dissolved in the same step. The first grid goes to the
    first squad, and so on; squads beyond the grids stand without one.

    :raises SplitImpossible: so many people do not make so many squads
    :raises InSquadElsewhere: some work in a squad of another community
    """
    scope.require(Can.FORM_TEAMS, community=community)
    incident = mobilisation.working_incident(scope)
    locked = _team(scope, team, community, at)
    people = queries.team_people_here(scope, team=team, community=community, at=at)
    sizes = rules.squad_sizes(len(people), count, smallest=smallest, largest=largest)
    if len(grids) > count:
        raise rules.MoreGridsThanSquads(field="grids", grids=len(grids), squads=count)
    places = _grids(community, grids)
    _lock_people(people)
    if elsewhere := squads_elsewhere(scope, community=community, members=people):
        raise rules.InSquadElsewhere(elsewhere)
    _dissolve(community, locked.pk, at)
    squads = _form(incident, community, locked.pk, rules.deal(people, sizes), places, at)
    audit.record(
        scope,
        "deployment.form-squads",
        community=community,
        targets=(team, *(squad.pk for squad in squads), *people),
    )
    return squads


@transaction.atomic
def join_grid(scope: Scope, *, community: int, squad: UUID, grid: UUID | None) -> Squad:
    """Let a squad work in a grid, or in none."""
    scope.require(Can.FORM_TEAMS, community=community)
    standing = _squad(scope, community, squad)
    (place,) = _grids(community, [grid]) if grid else (None,)
    standing.grid = place
    standing.save(update_fields=["grid"])
    audit.record(
        scope, "deployment.join-grid", community=community, targets=(squad, *filter(None, [grid]))
    )
    return standing


@transaction.atomic
def move_to_squad(
    scope: Scope, *, community: int, squad: UUID, member: UUID, at: datetime
) -> SquadMember:
    """
    Put a person into a squad; a place in another squad of the same team ends with it.

    :raises NotInTeam: the person is not in the squad's team
    :raises NotHere: the person does not belong to the community today
    :raises InSquadElsewhere: the person works in a squad of another community
    """
    scope.require(Can.FORM_TEAMS, community=community)
    standing = _squad(scope, community, squad)
    _team(scope, standing.team, community, at)
    _lock_people([member])
    _check_may_stand(scope, standing, member, at)
    held = SquadMember.objects.filter(
        community=community, team=standing.team, member=member, left_at=None
    ).first()
    if held is not None and held.squad_id == standing.pk:
        return held
    if held is not None:
        held.left_at = at
        held.save(update_fields=["left_at"])
    place = SquadMember.objects.create(
        community_id=community, squad=standing, team=standing.team, member=member, joined_at=at
    )
    audit.record(
        scope,
        "deployment.move-to-squad",
        community=community,
        subject=member,
        targets=(squad, place.pk),
    )
    return place


def _team(scope: Scope, team: UUID, community: int, at: datetime) -> Team:
    """Return the team, locked: of two who divide it at once the second waits."""
    reached = queries.teams(scope).filter(pk=team).values("pk")
    found = Team.objects.select_for_update(no_key=True).filter(pk__in=reached).first()
    if found is None:
        raise NotFound(field="team")
    if not queries.works_here(scope, team=team, community=community, day=clock.local_day(at)):
        raise rules.NotAssigned(field="team")
    return found


def _squad(scope: Scope, community: int, squad: UUID) -> Squad:
    found = (
        Squad.objects.filter(
            pk=squad, community=community, incident=scope.incident, dissolved_at=None
        ).first()
        if scope.incident
        else None
    )
    if found is None:
        raise NotFound(field="squad")
    return found


def _grids(community: int, grids: Sequence[UUID]) -> list[Grid]:
    found = {grid.pk: grid for grid in Grid.objects.filter(community=community, pk__in=grids)}
    if any(grid not in found for grid in grids):
        raise NotFound(field="grids")
    return [found[grid] for grid in grids]


def _lock_people(members: Sequence[UUID]) -> None:
    """Hold everybody until the end: nobody is put into squads of two communities at once."""
    rows = Member.objects.filter(pk__in=members).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def _check_may_stand(scope: Scope, squad: Squad, member: UUID, at: datetime) -> None:
    day = clock.local_day(at)
    team = queries.memberships(scope, team=squad.team, day=day)
    if member not in {one.member_id for one in team}:
        raise rules.NotInTeam(field="member")
    here = mobilisation.expected_on(scope, day=day, community=squad.community_id)
    if not here.filter(member=member).exists():
        raise rules.NotHere(field="member")
    if squads_elsewhere(scope, community=squad.community_id, members=[member]):
        raise rules.InSquadElsewhere([member])


def _dissolve(community: int, team: UUID, at: datetime) -> None:
    standing = Squad.objects.filter(community=community, team=team, dissolved_at=None)
    SquadMember.objects.filter(community=community, team=team, left_at=None).update(left_at=at)
    standing.update(dissolved_at=at)


def _form(
    incident: Incident,
    community: int,
    team: UUID,
    groups: Sequence[Sequence[UUID]],
    grids: Sequence[Grid],
    at: datetime,
) -> list[Squad]:
    squads = [
        Squad(
            community_id=community,
            incident=incident,
            team=team,
            number=number,
            grid=grids[number - 1] if number <= len(grids) else None,
            formed_at=at,
        )
        for number in range(1, len(groups) + 1)
    ]
    Squad.objects.bulk_create(squads)
    SquadMember.objects.bulk_create(
        SquadMember(community_id=community, squad=squad, team=team, member=member, joined_at=at)
        for squad, group in zip(squads, groups, strict=True)
        for member in group
    )
    return squads
