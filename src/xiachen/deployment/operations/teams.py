"""Teams: formed, led, sent to a community, disbanded."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from xiachen.base import clock
from xiachen.base.errors import Forbidden, Invalid, NotFound, Outcome
from xiachen.deployment import rules
from xiachen.deployment.models import (
    Assignment,
    Membership,
    Squad,
    SquadMember,
    Team,
    TeamPost,
)
from xiachen.deployment.operations.assigning import AssignmentEntry, assign_teams
from xiachen.deployment.operations.forming import TeamEntry, form_teams
from xiachen.deployment.operations.holding import hold_team
from xiachen.deployment.operations.joining import MembershipEntry, join_teams
from xiachen.deployment.queries import teams as queries
from xiachen.people.queries.branches import branches
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def form_team(
    scope: Scope,
    *,
    type: str,
    name: str,
    formed_on: date,
    organisation: UUID | None = None,
    parent: UUID | None = None,
    branch: UUID | None = None,
    at: datetime,
) -> Team:
    """
    Form a team, or one within another; who leads a team forms sub-teams of it only.

    :raises UnknownType: the type is not on the list
    :raises NameTaken: the parent, or the incident, has a team of this name
    """
    entry = TeamEntry(
        type=type,
        name=name,
        formed_on=formed_on,
        organisation=organisation,
        parent=parent,
        branch=branch,
    )
    (outcome,) = form_teams(scope, entries=[entry], at=at)
    if outcome.refusal:
        raise outcome.refusal
    return Team.objects.get(pk=outcome.id)


@transaction.atomic
def add_members(
    scope: Scope,
    *,
    team: UUID,
    members: Sequence[UUID],
    from_day: date,
    post: str = TeamPost.MEMBER,
) -> list[Outcome]:
    """
    Put people into a team and answer for each; they stay in the other teams they are in.

    :raises TwoLeaders: among the outcomes, where the team has a leader
    """
    scope.require(Can.FORM_TEAMS)
    if post not in TeamPost.values:
        raise Invalid(field="post", reason=post)
    hold_team(scope, team=team, day=from_day)
    return join_teams(
        scope,
        entries=[
            MembershipEntry(team=team, member=one, from_day=from_day, post=post) for one in members
        ],
    )


@transaction.atomic
def set_post(scope: Scope, *, team: UUID, member: UUID, post: str, day: date) -> Membership:
    """
    Give a member of a team another post from a day on.

    :raises TwoLeaders: somebody else leads the team
    :raises NotInTeam: the person is not in it
    """
    scope.require(Can.FORM_TEAMS)
    if post not in TeamPost.values:
        raise Invalid(field="post", reason=post)
    locked = hold_team(scope, team=team, day=day)
    held = Membership.objects.filter(team=locked, member=member, to_day=None).first()
    if held is None:
        raise rules.NotInTeam(field="member")
    if held.post == post:
        return held
    rules.check_period(held.from_day, day, field="day")
    _check_one_leader(locked, post)
    if held.from_day < day:
        held.to_day = day - timedelta(days=1)
        held.save(update_fields=["to_day"])
        held = Membership(team=locked, member_id=member, from_day=day)
    held.post = post
    held.save()
    audit.record(scope, "deployment.set-post", subject=member, targets=(team, held.pk))
    return held


@transaction.atomic
def remove_member(scope: Scope, *, team: UUID, member: UUID, last_day: date) -> Membership:
    """
    End a person's place in a team; squads of the team lose the person through re-forming.

    :raises NotInTeam: the person is not in it
    """
    scope.require(Can.FORM_TEAMS)
    locked = hold_team(scope, team=team, day=last_day)
    held = Membership.objects.filter(team=locked, member=member, to_day=None).first()
    if held is None:
        raise rules.NotInTeam(field="member")
    rules.check_period(held.from_day, last_day, field="last_day")
    held.to_day = last_day
    held.save(update_fields=["to_day"])
    audit.record(scope, "deployment.remove-member", subject=member, targets=(team, held.pk))
    return held


@transaction.atomic
def assign_team(scope: Scope, *, team: UUID, community: int, from_day: date) -> Assignment:
    """
    Send a team to a community from a day on.

    :raises AssignedAlready: it works there
    :raises TeamElsewhere: it works in another community and has no sub-teams to divide it
    """
    entry = AssignmentEntry(team=team, community=community, from_day=from_day)
    (outcome,) = assign_teams(scope, entries=[entry])
    if outcome.refusal:
        raise outcome.refusal
    held = Assignment.objects.filter(team=team, community=community, from_day=from_day)
    return held.get(to_day=None)


@transaction.atomic
def end_assignment(scope: Scope, *, team: UUID, community: int, last_day: date) -> Assignment:
    """
    End a team's work in a community.

    :raises NotAssigned: it does not work there
    """
    scope.require(Can.FORM_TEAMS, community=community)
    locked = hold_team(scope, team=team, day=last_day)
    held = Assignment.objects.filter(team=locked, community=community, to_day=None).first()
    if held is None:
        raise rules.NotAssigned(field="community")
    rules.check_period(held.from_day, last_day, field="last_day")
    held.to_day = last_day
    held.save(update_fields=["to_day"])
    audit.record(scope, "deployment.end-assignment", community=community, targets=(team, held.pk))
    return held


@transaction.atomic
def disband_team(scope: Scope, *, team: UUID, last_day: date, at: datetime) -> Team:
    """
    End a team on a day: who is in it, where it works and its squads end with it.

    Whoever may form a team here may disband it. The people stay where they were sent.

    :raises TeamsWithin: teams within it still stand
    :raises NotOver: the day lies ahead
    """
    scope.require(Can.FORM_TEAMS)
    locked = hold_team(scope, team=team, day=last_day)
    _check_above(scope, locked)
    if last_day > clock.local_day(at):
        raise rules.NotOver(field="last_day", day=last_day)
    if within := locked.children.filter(disbanded_on=None).count():
        raise rules.TeamsWithin(count=within)
    members = Membership.objects.filter(team=locked, to_day=None)
    places = Assignment.objects.filter(team=locked, to_day=None)
    began = [
        *members.values_list("from_day", flat=True),
        *places.values_list("from_day", flat=True),
    ]
    rules.check_period(max([locked.formed_on, *began]), last_day, field="last_day")
    _dissolve_squads(team, min(at, clock.on_day(last_day, time.max)))
    members.update(to_day=last_day)
    places.update(to_day=last_day)
    locked.disbanded_on = last_day
    locked.save(update_fields=["disbanded_on"])
    audit.record(scope, "deployment.disband-team", targets=(team,))
    return locked


@transaction.atomic
def link_branch(scope: Scope, *, team: UUID, branch: UUID | None, day: date) -> Team:
    """
    Say which temporary branch stands in a team, or that none does.

    :raises NotFound: no branch of that id stands on the day and has people whom the scope reaches
    """
    scope.require(Can.FORM_TEAMS)
    locked = hold_team(scope, team=team, day=day)
    if branch is None:
        locked.branch = None
    else:
        standing = branches(scope, incident=locked.incident_id, day=day)
        locked.branch = standing.filter(pk=branch).first()
        if locked.branch is None:
            raise NotFound(field="branch")
    locked.save(update_fields=["branch"])
    audit.record(scope, "deployment.link-branch", targets=(team, *filter(None, [locked.branch_id])))
    return locked


def _dissolve_squads(team: UUID, moment: datetime) -> None:
    """Dissolve what stands of a team's squads, one community after the other."""
    standing = Squad.objects.filter(team=team, dissolved_at=None)
    for community in sorted(set(standing.values_list("community_id", flat=True))):
        places = SquadMember.objects.filter(community=community, team=team, left_at=None)
        places.update(left_at=Greatest(moment, F("joined_at")))
        here = standing.filter(community=community)
        here.update(dissolved_at=Greatest(moment, F("formed_at")))


def _check_above(scope: Scope, team: Team) -> None:
    """Refuse to disband for whoever leads the team itself and nothing above it."""
    if team.parent_id is None:
        allowed = scope.allows(Can.DISPATCH)
    else:
        allowed = queries.teams(scope).filter(pk=team.parent_id).exists()
    if not allowed:
        raise Forbidden(field="team")


def _check_one_leader(team: Team, post: str) -> None:
    if post != TeamPost.LEADER:
        return
    if Membership.objects.filter(team=team, post=TeamPost.LEADER, to_day=None).exists():
        raise rules.TwoLeaders(field="post")
