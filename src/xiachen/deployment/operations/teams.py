"""Teams: formed, led, sent to a community, disbanded."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from xiachen.base import clock
from xiachen.base.errors import Forbidden, Invalid, NotFound, Outcome, Refused
from xiachen.deployment import rules
from xiachen.deployment.models import (
    Assignment,
    Membership,
    Squad,
    SquadMember,
    Team,
    TeamPost,
    TeamType,
)
from xiachen.deployment.queries import teams as queries
from xiachen.incidents.models import Incident
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation, PartyOrganisation
from xiachen.people.queries.branches import branches
from xiachen.people.queries.members import members_by_id
from xiachen.people.queries.units import organisations_below
from xiachen.places.models import Community
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

_CHUNK = 1000


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
    scope.require(Can.FORM_TEAMS)
    incident = mobilisation.working_incident(scope)
    if not name.strip():
        raise Invalid(field="name", reason="")
    kind = TeamType.objects.filter(code=type).first()
    if kind is None:
        codes = TeamType.objects.order_by("code").values_list("code", flat=True)
        raise rules.UnknownType(field="type", type=type[:40], known=", ".join(codes))
    above = _locked(scope, parent, formed_on, field="parent") if parent else None
    if above is None and not scope.allows(Can.DISPATCH):
        raise Forbidden(field="parent")
    team = Team(
        incident=incident,
        type=kind,
        name=name.strip(),
        parent=above,
        organisation=_organisation(organisation),
        branch=_branch(incident, branch),
        formed_on=formed_on,
    )
    try:
        with transaction.atomic():
            team.save(force_insert=True)
    except IntegrityError as error:
        raise rules.NameTaken(field="name") from error
    audit.record(scope, "deployment.form-team", targets=(team.pk,))
    return team


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
    locked = _locked(scope, team, from_day)
    roll = _Roll(scope, locked, members, from_day, post)
    outcomes = [roll.add(one) for one in members]
    Membership.objects.bulk_create(roll.new, batch_size=_CHUNK)
    new = [outcome.id for outcome in outcomes if outcome.new]
    if new:
        audit.record(scope, "deployment.add-members", targets=(team, *new))
    return outcomes


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
    locked = _locked(scope, team, day)
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
    locked = _locked(scope, team, last_day)
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
    scope.require(Can.FORM_TEAMS, community=community)
    locked = _locked(scope, team, from_day)
    if not Community.objects.filter(pk=community).exists():
        raise NotFound(field="community")
    _check_assignments(locked, community, from_day)
    made = Assignment.objects.create(team=locked, community_id=community, from_day=from_day)
    audit.record(scope, "deployment.assign-team", community=community, targets=(team, made.pk))
    return made


@transaction.atomic
def end_assignment(scope: Scope, *, team: UUID, community: int, last_day: date) -> Assignment:
    """
    End a team's work in a community.

    :raises NotAssigned: it does not work there
    """
    scope.require(Can.FORM_TEAMS, community=community)
    locked = _locked(scope, team, last_day)
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
    locked = _locked(scope, team, last_day)
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
    locked = _locked(scope, team, day)
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


def _locked(scope: Scope, team: UUID, day: date, *, field: str = "team") -> Team:
    """Return a team that the scope reaches, locked, so that two leaders wait for each other."""
    reached = queries.teams(scope).filter(pk=team)
    found = Team.objects.select_for_update(no_key=True).filter(pk__in=reached.values("pk")).first()
    if found is None:
        raise NotFound(field=field)
    if found.disbanded_on is not None and found.disbanded_on <= day:
        raise rules.Disbanded(field=field, day=found.disbanded_on)
    return found


def _organisation(organisation: UUID | None) -> Organisation | None:
    if organisation is None:
        return None
    found = Organisation.objects.filter(pk=organisation).first()
    if found is None:
        raise NotFound(field="organisation")
    return found


def _branch(incident: Incident, branch: UUID | None) -> PartyOrganisation | None:
    if branch is None:
        return None
    found = PartyOrganisation.objects.filter(pk=branch, incident=incident.pk).first()
    if found is None:
        raise NotFound(field="branch")
    return found


def _known(scope: Scope, team: Team, members: Sequence[UUID]) -> set[UUID]:
    """Return those whom the scope reaches, who belong to its places, or are of the team's unit."""
    wanted = set(members)
    units = organisations_below(team.organisation_id)
    own = Member.objects.filter(pk__in=wanted, organisation__in=units)
    known = set(own.order_by().values_list("pk", flat=True))
    # Thousands are within reach: only those who are still looked for are asked for.
    if left := wanted - known:
        known |= set(members_by_id(scope, left))
    if left := wanted - known:
        here = mobilisation.enrolments(scope, incident=team.incident_id)
        known |= set(here.filter(member__in=left).order_by().values_list("member_id", flat=True))
    return known


class _Roll:
    """Who is in a team, read once for a list of people, and who joins it with the list."""

    def __init__(
        self, scope: Scope, team: Team, members: Sequence[UUID], from_day: date, post: str
    ) -> None:
        self.new: list[Membership] = []
        self._team, self._from_day, self._post = team, from_day, post
        self._known = _known(scope, team, members)
        self._held: dict[UUID, list[Membership]] = defaultdict(list)
        for one in Membership.objects.filter(team=team, member__in=self._known):
            self._held[one.member_id].append(one)

    def add(self, member: UUID) -> Outcome:
        """Answer for one person of the list."""
        try:
            if member not in self._known:
                raise NotFound(field="members")
            if self._is_in(member):
                return Outcome(id=member)
            self._check_leader()
        except Refused as refusal:
            return Outcome(id=member, refusal=refusal)
        made = Membership(
            team=self._team, member_id=member, from_day=self._from_day, post=self._post
        )
        self._held[member].append(made)
        self.new.append(made)
        return Outcome(id=member, new=True)

    def _is_in(self, member: UUID) -> bool:
        for one in self._held[member]:
            if rules.overlap(one.from_day, one.to_day, self._from_day, None):
                if (one.from_day, one.to_day, one.post) == (self._from_day, None, self._post):
                    return True
                raise rules.InTeamAlready(field="members")
        return False

    def _check_leader(self) -> None:
        if self._post == TeamPost.LEADER and self.new:
            raise rules.TwoLeaders(field="post")
        _check_one_leader(self._team, self._post)


def _check_one_leader(team: Team, post: str) -> None:
    if post != TeamPost.LEADER:
        return
    if Membership.objects.filter(team=team, post=TeamPost.LEADER, to_day=None).exists():
        raise rules.TwoLeaders(field="post")


def _check_assignments(team: Team, community: int, from_day: date) -> None:
    divided = team.children.exists()
    for held in Assignment.objects.filter(team=team):
        if not rules.overlap(held.from_day, held.to_day, from_day, None):
            continue
        if held.community_id == community:
            raise rules.AssignedAlready(field="community", **{"from": held.from_day})
        if not divided:
            raise rules.TeamElsewhere(field="community", **{"from": held.from_day})
