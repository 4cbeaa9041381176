"""How many people each community wants on a day, and how many it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xiachen.deployment.models import Assignment, Strength
from xiachen.figures.figure import Cutoff
from xiachen.incidents import queries as incidents
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.mobilisation.queries.report_ins import reported_in
from xiachen.people.models.periods import standing_on
from xiachen.places.models import Community
from xiachen.privacy.scope import Can, Scope

# What a list of communities can be narrowed to.
SHOWN = ("short", "surplus", "enough", "unsaid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """
    A community's people on a day, beside what it wants.

    :param said: the statement in force; None where the community has said nothing
    :param belonging: people who belong there on the day, excused or not
    :param reported: those of them who are expected and have reported in
    :param teams: teams assigned there
    """

    community: Community
    said: Strength | None
    belonging: int
    excused: int
    reported: int
    teams: int

    @property
    def wanted(self) -> int | None:
        """Return how many people are wanted; None where nothing was said."""
        return self.said.wanted if self.said else None

    @property
    def expected(self) -> int:
        """Return who of them is expected today."""
        return self.belonging - self.excused

    @property
    def gap(self) -> int:
        """Return how many people are still wanted (缺口)."""
        return max(0, (self.wanted or 0) - self.belonging)

    @property
    def surplus(self) -> int:
        """Return how many people there are beyond those wanted; where nothing was said, none."""
        return 0 if self.wanted is None else max(0, self.belonging - self.wanted)

    @property
    def enough(self) -> bool:
        """Tell whether the community has said “enough, thank you”."""
        return self.said is not None and self.said.enough

    @property
    def kind(self) -> str:
        """Return which of SHOWN it belongs to; empty for one that has just what it wants."""
        if self.said is None:
            return "unsaid"
        return "short" if self.gap else "surplus" if self.surplus else "enough"


def strength(scope: Scope, *, day: date, communities: Iterable[int] | None = None) -> list[Force]:
    """
    Return the people wanted and there on a day, for each community of the operation in the scope.

    Six statements, however many communities there are.

    :param communities: only these
    """
    if scope.incident is None or not (
        scope.allows(Can.SEE_FIGURES) or scope.allows(Can.SEE_PEOPLE)
    ):
        return []
    listed = set(incidents.communities_of(scope, day=day))
    if communities is not None:
        listed &= set(communities)
    cutoff = mobilisation.whole_day(scope, day)
    people = {
        row["community_id"]: row for row in _people(scope, cutoff, listed).iterator(chunk_size=2000)
    }
    reported = _counted(reported_in(scope, cutoff), listed, "member_id")
    teams = _counted(
        Assignment.objects.filter(standing_on(day), team__incident=scope.incident),
        listed,
        "team_id",
    )
    said = {one.community_id: one for one in statements(scope, cutoff)}
    nobody = {"belonging": 0, "away": 0}
    return [
        Force(
            community=place,
            said=said.get(place.pk),
            belonging=people.get(place.pk, nobody)["belonging"],
            excused=people.get(place.pk, nobody)["away"],
            reported=reported.get(place.pk, 0),
            teams=teams.get(place.pk, 0),
        )
        for place in Community.objects.filter(pk__in=listed).order_by("pk")
    ]


def statements(scope: Scope, cutoff: Cutoff) -> QuerySet[Strength]:
    """Return what each community of the scope had said by the cut-off for the day."""
    rows = _known(scope, cutoff).filter(scope.within())
    later = _known(scope, cutoff).filter(
        community_id=OuterRef("community_id"), from_day__gt=OuterRef("from_day")
    )
    return rows.filter(~Exists(later)).select_related("community").order_by("community_id", "pk")


def said_by(scope: Scope, *, community: int) -> list[Strength]:
    """Return everything a community has said that stands, the latest day first."""
    if scope.incident is None or not scope.covers(community):
        return []
    rows = Strength.objects.standing().filter(community=community, incident=scope.incident)
    return list(rows.order_by("-from_day"))


def people_wanted(scope: Scope, cutoff: Cutoff) -> dict[int, int]:
    """Return how many people each community of the scope lacks on the day; those that do."""
    wanted = dict(statements(scope, cutoff).values_list("community_id", "wanted"))
    there = _counted(mobilisation.belonging(scope, cutoff), wanted, "member_id")
    gaps = {place: number - there.get(place, 0) for place, number in wanted.items()}
    return {place: gap for place, gap in gaps.items() if gap > 0}


def _known(scope: Scope, cutoff: Cutoff) -> QuerySet[Strength]:
    if scope.incident != cutoff.incident:
        return Strength.objects.none()
    rows: QuerySet[Strength] = Strength.objects.standing(cutoff.marks)
    return rows.filter(incident_id=cutoff.incident, from_day__lte=cutoff.day)


def _people(scope: Scope, cutoff: Cutoff, listed: Iterable[int]) -> QuerySet:  # type: ignore[type-arg]
    """Count each community's people, and those excused, each person once."""
    rows = mobilisation.with_excuses(scope, cutoff).filter(community_id__in=listed)
    return (
        rows.order_by()
        .values("community_id")
        .annotate(
            belonging=Count("member_id", distinct=True),
            away=Count("member_id", distinct=True, filter=Q(is_excused=True)),
        )
    )


def _counted(rows: QuerySet, listed: Iterable[int], what: str) -> dict[int, int]:  # type: ignore[type-arg]
    """Count something of each community, each once."""
    here = rows.filter(community_id__in=list(listed)).order_by().values("community_id")
    return dict(here.annotate(n=Count(what, distinct=True)).values_list("community_id", "n"))
