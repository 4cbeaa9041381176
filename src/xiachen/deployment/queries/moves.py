"""Reads of moves of teams: what was asked, who would go, who has waited too long."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.base.errors import NotFound
from xiachen.deployment.models import Membership, MoveState, TeamMove
from xiachen.deployment.queries.scopes import teams_below
from xiachen.deployment.rules import ANSWER_WITHIN
from xiachen.mobilisation.models.stays import Enrolment, EnrolmentSource
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.people.models.periods import standing_on
from xiachen.privacy.scope import Can, Role, Scope


def moves(scope: Scope) -> QuerySet[TeamMove]:
    """
    Return the moves of teams that the scope reaches, the latest first.

    Those from or to its places, and those of the teams that it leads.
    """
    if scope.incident is None or not (
        scope.allows(Can.SEE_PEOPLE) or scope.allows(Can.SEE_FIGURES)
    ):
        return TeamMove.objects.none()
    rows = TeamMove.objects.filter(incident=scope.incident)
    reach = scope.within("giving_id") | scope.within("receiving_id") | Q(team__in=scope.teams)
    if scope.role is Role.MEMBER:
        reach = Q(pk__in=[])
    rows = rows.filter(reach).select_related("team", "giving", "receiving")
    return rows.order_by("-asked_at", "-pk")


def move_of(scope: Scope, id: UUID) -> TeamMove:
    """
    Return one move.

    :raises NotFound: none of that id is reached
    """
    found = moves(scope).filter(pk=id).first()
    if found is None:
        raise NotFound(field="move")
    return found


def to_answer(scope: Scope) -> QuerySet[TeamMove]:
    """Return the moves that wait for the scope's own word, the oldest first."""
    if not scope.allows(Can.RELEASE_TEAMS):
        return TeamMove.objects.none()
    rows = moves(scope).filter(scope.within("giving_id"), state=MoveState.ASKED)
    return rows.order_by("asked_at", "pk")


def arriving(scope: Scope, *, day: date) -> QuerySet[TeamMove]:
    """Return the moves into the scope's places that are asked for, or agreed from a day on."""
    waits = Q(state=MoveState.ASKED) | Q(state=MoveState.AGREED, from_day__gte=day)
    return moves(scope).filter(waits, scope.within("receiving_id")).order_by("from_day", "pk")


def overdue(scope: Scope, *, at: datetime) -> QuerySet[TeamMove]:
    """Return the moves that have waited for an answer longer than they should."""
    return moves(scope).filter(state=MoveState.ASKED, asked_at__lte=at - ANSWER_WITHIN)


def sent_there(
    scope: Scope, *, teams: Iterable[UUID], community: int, day: date
) -> QuerySet[Enrolment]:
    """
    Return the open stays of a team's people in a community, with the teams within it.

    Only of those who were sent: who joined on the spot belongs to that community and stays.
    """
    if scope.incident is None:
        return Enrolment.objects.none()
    people = Membership.objects.filter(standing_on(day), team__in=teams_below(teams))
    rows = mobilisation.enrolled_on(scope, incident=scope.incident, day=day, community=community)
    rows = rows.filter(member__in=people.values("member_id"), releases=None)
    return rows.filter(source=EnrolmentSource.DISPATCHED).order_by("member__sort_key", "pk")
