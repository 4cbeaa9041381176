"""The street's own part of the first page: its communities' forces, and who could help whom."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from django.db.models import Count

from xiachen.attendance.queries import records
from xiachen.command.queries.homes.home import Asked, Home
from xiachen.deployment.models import MoveState, TeamMove
from xiachen.deployment.queries.moves import moves
from xiachen.deployment.queries.strength import Force, strength
from xiachen.deployment.rules import ANSWER_WITHIN, pairings
from xiachen.figures.figure import Cutoff
from xiachen.places.models import Community
from xiachen.privacy.scope import Can, Scope

LINES = 50
PROPOSALS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    A community's people today.

    :param on_site: who has signed in there today
    """

    force: Force
    on_site: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A community with more people than it wants, and a near one that lacks them."""

    giving: Community
    receiving: Community
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetHome(Home):
    """
    The forces of the street's communities, the largest gap first, surplus beside.

    :param proposals: the largest gap with the nearest surplus, and so on
    :param open_moves: moves that wait for an answer, the oldest first; true where for too long
    """

    template: ClassVar[str] = "command/homes/street.html"

    day: date
    lines: list[Line]
    wanted: int
    there: int
    gap: int
    surplus: int
    on_site: int
    proposals: list[Proposal]
    open_moves: list[tuple[TeamMove, bool]]
    asks: bool
    number: int
    pages: int


def home(scope: Scope, *, day: date, at: datetime, asked: Asked) -> StreetHome:
    """Return the forces of the street's communities, the largest gap first."""
    forces = sorted(
        strength(scope, day=day), key=lambda one: (-one.gap, -one.surplus, one.community.pk)
    )
    on_site = _on_site(scope, records.end_of(scope, day), forces)
    pages = max(1, -(-len(forces) // LINES))
    number = min(max(1, asked.number), pages)
    waiting = moves(scope).filter(state=MoveState.ASKED).order_by("asked_at", "pk")
    return StreetHome(
        day=day,
        lines=[
            Line(force=one, on_site=on_site.get(one.community.pk, 0))
            for one in forces[(number - 1) * LINES : number * LINES]
        ],
        wanted=sum(one.wanted or 0 for one in forces),
        there=sum(one.belonging for one in forces),
        gap=sum(one.gap for one in forces),
        surplus=sum(one.surplus for one in forces),
        on_site=sum(on_site.values()),
        proposals=_proposals(forces),
        open_moves=[(one, one.asked_at + ANSWER_WITHIN <= at) for one in waiting[:PROPOSALS]],
        asks=scope.allows(Can.MOVE_TEAMS),
        number=number,
        pages=pages,
    )


def _on_site(scope: Scope, cutoff: Cutoff, forces: list[Force]) -> dict[int, int]:
    """Count who has signed in, once in each community."""
    here = records.check_ins(scope, cutoff).filter(
        community_id__in=[one.community.pk for one in forces]
    )
    counted = here.order_by().values("community_id").annotate(n=Count("member", distinct=True))
    return dict(counted.values_list("community_id", "n"))


def _proposals(forces: list[Force]) -> list[Proposal]:
    places = {one.community.pk: one.community for one in forces}
    found = pairings(
        {one.community.pk: one.gap for one in forces if one.gap},
        {one.community.pk: one.surplus for one in forces if one.surplus},
        most=PROPOSALS,
    )
    return [
        Proposal(giving=places[giving], receiving=places[receiving], people=people)
        for giving, receiving, people in found
    ]
