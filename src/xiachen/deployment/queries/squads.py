"""Reads of squads: who stands in them, now or at a moment, and in which grid they work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from xiachen.deployment.models import Squad, SquadMember
from xiachen.figures.figure import Cutoff
from xiachen.people.queries.members import shown_names
from xiachen.privacy.scope import Scope


@dataclass(slots=True, kw_only=True)
class SquadLine:
    """A squad as it stands: its people, and the grid it works in."""

    squad: Squad
    members: list[UUID]
    names: list[str]

    @property
    def people(self) -> list[tuple[UUID, str]]:
        """Return who stands in it, each with the name."""
        return list(zip(self.members, self.names, strict=True))


def squads_of(
    scope: Scope, *, community: int, team: UUID | None = None, at: datetime | None = None
) -> list[SquadLine]:
    """Return the squads that stand in a community, now or at a moment, by number."""
    if not scope.covers(community) or not scope.incident:
        return []
    rows = Squad.objects.filter(_stood(at, "formed_at", "dissolved_at"), community=community)
    rows = rows.filter(incident=scope.incident)
    if team is not None:
        rows = rows.filter(team=team)
    places = SquadMember.objects.filter(_stood(at, "joined_at", "left_at"), community=community)
    found = list(
        rows.select_related("grid")
        .prefetch_related(Prefetch("members", queryset=places.order_by("joined_at", "pk")))
        .order_by("team", "number")
    )
    return squad_lines(scope, found)


def squad_lines(scope: Scope, squads: Sequence[Squad]) -> list[SquadLine]:
    """Return squads, read with their members, with names as the scope may see them."""
    held = {squad.pk: [place.member for place in squad.members.all()] for squad in squads}
    names = shown_names(scope, {one for members in held.values() for one in members})
    return [
        SquadLine(
            squad=squad,
            members=held[squad.pk],
            names=[names.get(member, "") for member in held[squad.pk]],
        )
        for squad in squads
    ]


def squads_at(scope: Scope, cutoff: Cutoff) -> QuerySet[Squad]:
    """Return the squads that stood at the cut-off, with the people they had then."""
    if scope.incident != cutoff.incident:
        return Squad.objects.none()
    moment = cutoff.occurred_until
    places = SquadMember.objects.filter(_stood(moment, "joined_at", "left_at"), scope.within())
    rows = Squad.objects.filter(_stood(moment, "formed_at", "dissolved_at"), scope.within())
    rows = rows.filter(incident=cutoff.incident).select_related("community", "grid")
    return rows.prefetch_related(Prefetch("members", queryset=places.order_by("joined_at", "pk")))


def squads_elsewhere(scope: Scope, *, community: int, members: Iterable[UUID]) -> set[UUID]:
    """Return those of some people who stand in a squad of another community; for checks."""
    rows = SquadMember.objects.filter(left_at=None, member__in=list(members))
    return set(rows.exclude(community=community).values_list("member", flat=True))


def _stood(at: datetime | None, start: str, end: str) -> Q:
    """What stands now, or stood at a moment."""
    if at is None:
        return Q(**{end: None})
    return Q(**{f"{start}__lte": at}) & (Q(**{end: None}) | Q(**{f"{end}__gt": at}))
