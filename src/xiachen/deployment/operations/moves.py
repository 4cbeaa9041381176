"""
A team, or some of its people, moves to another community.

The street or the organising office asks. The community that gives people up is asked for its
consent, since it is the one that will be short of them; the one that receives them is told.
Nothing happens by itself: what is not answered stays open and is shown to everybody concerned.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from xiachen.base import clock
from xiachen.deployment import rules
from xiachen.deployment.models import (
    Assignment,
    Membership,
    MoveState,
    Squad,
    SquadMember,
    Team,
    TeamMove,
)
from xiachen.deployment.operations.holding import hold_team
from xiachen.deployment.queries import moves as queries
from xiachen.deployment.queries.scopes import teams_below
from xiachen.deployment.queries.teams import works_here
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.operations.moves import move as stays_follow
from xiachen.mobilisation.operations.releases import Ground
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.mobilisation.rules.stays import OutsideIncident
from xiachen.people.models.members import Member
from xiachen.people.queries.members import shown_names
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope, system_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePage:
    """
    A move as it stands.

    :param people: whom the community may choose from, by name; only for whoever answers
    """

    move: TeamMove
    here: int
    people: list[tuple[UUID, str]]
    answers: bool
    takes_back: bool
    overdue: bool


@transaction.atomic
def ask_move(
    scope: Scope,
    *,
    team: UUID,
    giving: int,
    receiving: int,
    people: int | None = None,
    from_day: date,
    reason: str,
    at: datetime,
) -> TeamMove:
    """
    Ask a community to let a team, or some of its people, go to another from a day on.

    :param people: how many; None is the whole team with the teams within it
    :raises MoveAsked: somebody has asked for the team there, and waits for the answer
    :raises NotAssigned: the team does not work there
    :raises TooFewHere: it has not sent so many people there
    """
    scope.require(Can.MOVE_TEAMS, community=giving)
    scope.require(Can.MOVE_TEAMS, community=receiving)
    incident = mobilisation.working_incident(scope)
    if giving == receiving:
        raise rules.SamePlace(field="receiving")
    reason = rules.check_words(reason, field="reason")
    if not mobilisation.included(scope, community=receiving, day=from_day):
        raise OutsideIncident(field="receiving")
    locked = hold_team(scope, team=team, day=from_day)
    if not works_here(scope, team=team, community=giving, day=from_day):
        raise rules.NotAssigned(field="team")
    here = queries.sent_there(scope, teams=[team], community=giving, day=from_day).count()
    if people is not None and people > here:
        raise rules.TooFewHere(field="people", here=here, asked=people)
    asked = TeamMove(
        incident=incident,
        team=locked,
        giving_id=giving,
        receiving_id=receiving,
        people=people,
        from_day=from_day,
        reason=reason,
        asked_by=scope.account,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError as error:
        raise rules.MoveAsked(field="team") from error
    audit.record(scope, "deployment.ask-move", community=giving, targets=(asked.pk, team))
    return asked


@transaction.atomic
def answer_move(
    scope: Scope,
    *,
    move: UUID,
    agrees: bool,
    words: str = "",
    members: Collection[UUID] = (),
    first_day: date | None = None,
    at: datetime,
) -> TeamMove:
    """
    Let the people go, or say why not; letting them go moves the team and ends their stays here.

    Of a whole team everybody goes who was sent here. Some of a team become a team within it, so
    that both halves are found where they work.

    :param members: who goes, where some of the team are asked for
    :param first_day: their first day there, where it is later than asked for
    :raises MoveAnswered: it was answered before, or taken back
    :raises ChooseWho: not as many were chosen as are asked for, or others than the team's
    :raises TooEarly: the day lies before the one asked for, or before the team's second day here
    """
    found = _asked(scope, move)
    scope.require(Can.RELEASE_TEAMS, community=found.giving_id)
    mobilisation.working_incident(scope)
    gone: Sequence[Enrolment] = ()
    if agrees:
        gone = _carry_out(scope, found, set(members), first_day or found.from_day, at)
    else:
        words = rules.check_words(words)
    found.state = MoveState.AGREED if agrees else MoveState.DECLINED
    found.answer = words.strip()[: rules.LONGEST_WORDS]
    found.answered_by, found.answered_at = scope.account, at
    found.save()
    audit.record(
        scope,
        "deployment.answer-move",
        community=found.giving_id,
        targets=(found.pk, found.team_id, *(stay.member_id for stay in gone)),
    )
    return found


@transaction.atomic
def take_back_move(scope: Scope, *, move: UUID, at: datetime) -> TeamMove:
    """
    Take a request back that nobody has answered.

    :raises MoveAnswered: it was answered before, or taken back
    """
    found = _asked(scope, move)
    scope.require(Can.MOVE_TEAMS, community=found.giving_id)
    found.state = MoveState.TAKEN_BACK
    found.answered_by, found.answered_at = scope.account, at
    found.save()
    audit.record(scope, "deployment.take-back-move", community=found.giving_id, targets=(found.pk,))
    return found


@transaction.atomic
def view_move(scope: Scope, *, move: UUID, day: date, at: datetime) -> MovePage:
    """
    Return a move with those who may go, and note whom the page named.

    :raises NotFound: the scope does not reach it
    """
    found = queries.move_of(scope, move)
    waits = found.state == MoveState.ASKED
    answers = waits and scope.allows(Can.RELEASE_TEAMS, community=found.giving_id)
    stays = queries.sent_there(
        scope, teams=[found.team_id], community=found.giving_id, day=max(day, found.from_day)
    )
    ids = list(stays.values_list("member_id", flat=True))
    chosen_from = ids if answers and found.people else []
    names = shown_names(scope, chosen_from)
    if names:
        audit.record(
            scope, "deployment.view-move", community=found.giving_id, targets=(move, *names)
        )
    return MovePage(
        move=found,
        here=len(ids),
        people=[(one, names.get(one, "")) for one in chosen_from],
        answers=answers,
        takes_back=waits and scope.allows(Can.MOVE_TEAMS, community=found.giving_id),
        overdue=waits and found.asked_at + rules.ANSWER_WITHIN <= at,
    )


def _asked(scope: Scope, move: UUID) -> TeamMove:
    """Return a move that waits, locked: of two answers the second finds it answered."""
    reached = queries.move_of(scope, move)
    found = TeamMove.objects.select_for_update(no_key=True).get(pk=reached.pk)
    if found.state != MoveState.ASKED:
        raise rules.MoveAnswered(field="move")
    return found


def _carry_out(
    scope: Scope, move: TeamMove, chosen: set[UUID], first: date, at: datetime
) -> Sequence[Enrolment]:
    """Move what was asked for, with the rights of both sides together; return the stays ended."""
    both = replace(system_scope(move.incident_id), account=scope.account)
    team = hold_team(both, team=move.team_id, day=first)
    if first < move.from_day:
        raise rules.TooEarly(field="first_day", day=move.from_day)
    stays = list(queries.sent_there(both, teams=[team.pk], community=move.giving_id, day=first))
    if move.people is not None:
        stays = _chosen(stays, chosen, move.people)
        moved = {_part(team, move, [stay.member_id for stay in stays], first).pk}
        held = Assignment.objects.none()
    else:
        moved = set(teams_below([team.pk]))
        held = Assignment.objects.filter(team__in=moved, community=move.giving_id, to_day=None)
        moved = {team.pk, *held.values_list("team_id", flat=True)}
    last = first - timedelta(days=1)
    _check_began([*held, *stays], last)
    held.update(to_day=last)
    _assign(moved, move.receiving_id, first)
    _leave_squads(move, stays, min(at, clock.on_day(last, time.max)))
    if stays:
        stays_follow(
            both,
            enrolments=[stay.pk for stay in stays],
            community=move.receiving_id,
            from_day=first,
            ground=Ground(words=move.reason),
            at=at,
        )
    return stays


def _chosen(stays: Sequence[Enrolment], chosen: set[UUID], people: int) -> list[Enrolment]:
    going = [stay for stay in stays if stay.member_id in chosen]
    if len(going) != people or len(chosen) != people:
        raise rules.ChooseWho(field="members", asked=people, chosen=len(chosen))
    return going


def _check_began(held: Sequence[Assignment | Enrolment], last: date) -> None:
    """Refuse to end before it began what would end."""
    begun = max((one.from_day for one in held), default=last)
    if begun > last:
        raise rules.TooEarly(field="first_day", day=begun + timedelta(days=1))


def _part(team: Team, move: TeamMove, members: Sequence[UUID], first: date) -> Team:
    """Return the team within the team that works there, with these people in it."""
    name = f"{team.name}·{move.receiving.name}"[:80]
    part, _ = Team.objects.get_or_create(
        incident_id=team.incident_id,
        parent=team,
        name=name,
        defaults={
            "type_id": team.type_id,
            "organisation_id": team.organisation_id,
            "formed_on": first,
        },
    )
    if part.disbanded_on is not None:
        part.disbanded_on = None
        part.save(update_fields=["disbanded_on"])
    Membership.objects.bulk_create(
        [Membership(team=part, member_id=one, from_day=first) for one in members],
        ignore_conflicts=True,
    )
    return part


def _assign(moved: Collection[UUID], community: int, first: date) -> None:
    Assignment.objects.bulk_create(
        [Assignment(team_id=one, community_id=community, from_day=first) for one in sorted(moved)],
        ignore_conflicts=True,
    )


def _leave_squads(move: TeamMove, stays: Sequence[Enrolment], moment: datetime) -> None:
    """End the places in squads of the community that is left; a squad left empty is dissolved."""
    rows = Member.objects.filter(pk__in=[stay.member_id for stay in stays]).order_by("pk")
    gone = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    here = SquadMember.objects.filter(community=move.giving_id, left_at=None)
    squads = set(here.filter(member__in=gone).values_list("squad_id", flat=True))
    here.filter(member__in=gone).update(left_at=Greatest(moment, F("joined_at")))
    empty = squads - set(here.filter(squad__in=squads).values_list("squad_id", flat=True))
    left = Squad.objects.filter(community=move.giving_id, pk__in=empty, dissolved_at=None)
    left.update(dissolved_at=Greatest(moment, F("formed_at")))
