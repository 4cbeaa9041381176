"""Injuries within reach, each with the steps towards its claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.attendance.models.injuries import Injury, InjuryStep
from xiachen.attendance.queries.records import reached_by
from xiachen.attendance.rules import injuries as rules
from xiachen.base.errors import NotFound
from xiachen.people.queries.members import members_by_id, shown_names
from xiachen.places.queries.communities import communities_by_id
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A step with its last day, and the moment at which it was done."""

    step: rules.Step
    due: date
    done: InjuryStep | None
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InjuryLine:
    """
    An injury with where its claim stands.

    :param next: the first step that is not done
    """

    injury: Injury
    name: str
    unit: str
    community: str
    steps: list[StepLine]

    @property
    def next(self) -> StepLine | None:
        """Return the first step that waits."""
        return next((one for one in self.steps if one.done is None), None)

    @property
    def done(self) -> int:
        """Return how many steps are done."""
        return sum(one.done is not None for one in self.steps)

    @property
    def apply_by(self) -> date:
        """Return the last day on which the unit may apply."""
        return self.injury.day + rules.UNIT_APPLIES_WITHIN

    @property
    def person_by(self) -> date:
        """Return the last day on which the person may apply where the unit has not."""
        return self.injury.day + rules.PERSON_APPLIES_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class InjuryPage:
    """A page of injuries; `total` counts those on all pages."""

    lines: list[InjuryLine]
    total: int
    number: int
    pages: int


def injuries(scope: Scope) -> QuerySet[Injury]:
    """Return the injuries of the people within reach that stand, the latest first."""
    if scope.incident is None:
        return Injury.objects.none()
    reach = Q(member=scope.member) if scope.member else Q(pk__in=[])
    if scope.allows(Can.SEE_PEOPLE):
        reach |= reached_by(scope)
    rows: QuerySet[Injury] = Injury.objects.standing()
    return rows.filter(reach, incident=scope.incident).order_by("-occurred_at", "pk")


def injury(scope: Scope, *, community: int, injury: UUID) -> Injury:
    """
    Return one injury: one's own, or of somebody for whom the reader answers.

    :raises NotFound: there is none within reach
    """
    found = injuries(scope).filter(community_id=community, pk=injury).first()
    if found is None:
        raise NotFound()
    return found


def injury_line(scope: Scope, *, community: int, injury: UUID, day: date) -> InjuryLine:
    """Return one injury with its steps, as they stand on a day."""
    found = injuries(scope).filter(community_id=community, pk=injury).first()
    if found is None:
        raise NotFound()
    return _lines(scope, [found], day)[0]


def injury_page(scope: Scope, *, day: date, number: int, size: int) -> InjuryPage:
    """Return a page of injuries within reach, the latest first."""
    rows = injuries(scope)
    total = rows.count()
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    found = list(rows[(number - 1) * size : number * size])
    return InjuryPage(lines=_lines(scope, found, day), total=total, number=number, pages=pages)


def late_claims(scope: Scope, *, day: date) -> int:
    """Count the injuries within reach with a step that should have been done before the day."""
    found = _lines(scope, list(injuries(scope)), day)
    return sum(any(step.late for step in one.steps) for one in found)


def _lines(scope: Scope, rows: Sequence[Injury], day: date) -> list[InjuryLine]:
    people = members_by_id(scope, [row.member for row in rows])
    names = shown_names(scope, people)
    places = communities_by_id(scope, {row.community_id for row in rows})
    done: dict[tuple[UUID, str], InjuryStep] = {}
    ticked = InjuryStep.objects.standing().filter(
        injury__in=[row.pk for row in rows], community_id__in={row.community_id for row in rows}
    )
    for step in ticked:
        done[step.injury_id, step.step] = step
    return [
        InjuryLine(
            injury=row,
            name=names.get(row.member, ""),
            unit=str(people[row.member].organisation or "") if row.member in people else "",
            community=str(places.get(row.community_id, "")),
            steps=[
                StepLine(
                    step=step,
                    due=step.due(row.day),
                    done=(ticked_off := done.get((row.pk, step.code))),
                    late=ticked_off is None and step.due(row.day) < day,
                )
                for step in rules.steps_of(row.happened)
            ],
        )
        for row in rows
    ]
