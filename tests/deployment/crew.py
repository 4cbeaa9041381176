"""A team of eleven, sent to one community, with everybody reported in."""

from dataclasses import dataclass
from uuid import UUID

from tests.mobilisation.cast import EVE, FIRST, HERE, MORNING, Cast
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_join_on_the_spot import join
from tests.mobilisation.test_report_in import entry, report
from tests.world import World
from xiachen.deployment.models import Team
from xiachen.deployment.operations.teams import add_members, assign_team, form_team
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Crew:
    """The team and its people; the first leads it."""

    cast: Cast
    team: Team

    @property
    def people(self) -> list[UUID]:
        return [*self.cast.people, self.cast.neighbour]

    @property
    def leader(self) -> Scope:
        return self.cast.leader(self.team.pk)

    @property
    def grids(self) -> list[UUID]:
        return [grid.pk for grid in self.cast.world.grids]


def make_crew(world: World) -> Crew:
    """Send ten, let the eleventh join, and put all of them into one team at work here."""
    cast = Cast(world=world)
    send(cast)
    join(cast)
    report(cast.secretary, *map(entry, cast.people))
    team = form_team(
        cast.organiser,
        type="work-team",
        name="支援工作组",
        formed_on=EVE,
        organisation=cast.department.pk,
        at=MORNING,
    )
    scope = cast.organiser
    assert add_members(scope, team=team.pk, members=cast.people[:1], from_day=EVE, post="leader")[
        0
    ].new
    outcomes = add_members(scope, team=team.pk, members=cast.people[1:], from_day=EVE)
    assign_team(scope, team=team.pk, community=HERE, from_day=EVE)
    outcomes += add_members(
        cast.leader(team.pk), team=team.pk, members=[cast.neighbour], from_day=FIRST
    )
    assert all(outcome.new for outcome in outcomes), [str(one.refusal) for one in outcomes]
    return Crew(cast=cast, team=team)
