"""The town's first day from the arrival to the evening, played through the operations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tests.attendance.town import Town, arrive, clock_at, entry
from tests.world import BEFORE, DAY, FENGLIN, MORNING, World
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.operations.check_ins import check_in, correct_check_in
from xiachen.base import clock
from xiachen.command.models import Bulletin
from xiachen.command.operations.bulletins import issue_bulletin
from xiachen.deployment.operations.squads import form_squads
from xiachen.deployment.operations.teams import add_members, assign_team, form_team
from xiachen.mobilisation.operations.duties import oblige
from xiachen.needs.operations.claims import claim_task, finish_task
from xiachen.needs.operations.tasks import confirm_task, issue_task
from xiachen.people.operations.branches import form_branch
from xiachen.privacy.scope import Role, Scope

DEADLINE_KEPT = clock_at(8, 12)
NIGHT = clock_at(23, 0)
# After midnight: the whole of DAY has passed.
NEXT_MIDNIGHT = clock.on_day(DAY, clock_at(0, 0).time()).replace(day=2, hour=0)
NEXT_DAY = clock.on_day(DAY, clock_at(0, 0).time()).replace(day=2, hour=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstDay:
    """The town after its first day, and what tests do to it."""

    town: Town
    team: UUID

    @property
    def headquarters(self) -> Scope:
        return self.town.headquarters

    def issue(
        self,
        at: datetime = NEXT_DAY,
        reason: str = "",
        division: int = FENGLIN,
        until: datetime | None = None,
    ) -> Bulletin:
        return issue_bulletin(
            self.headquarters,
            division=division,
            day=DAY,
            at=at,
            reason=reason,
            occurred_until=until,
        )

    def take_back(self, member: UUID, at: datetime = NEXT_DAY) -> None:
        """Take a sign-in back: the person was not there."""
        held = CheckIn.objects.standing().get(member=member, day=DAY)
        correct_check_in(
            self.town.secretary,
            community=FENGLIN,
            check_in=held.pk,
            occurred_at=None,
            at=at,
            reason="并未到岗",
        )


def play(world: World, *, signed: int = 11, worked: int = 11) -> FirstDay:
    """Play the day: `signed` people sign in by 8:30, `worked` of them finish a task."""
    town = arrive(world)
    team = _team(world)
    people = town.people
    outcomes = check_in(
        town.worker,
        entries=[entry(one, DEADLINE_KEPT) for one in people[:signed]],
        at=clock_at(8, 40),
    )
    assert all(one.new for one in outcomes)
    for number, member in enumerate(people[:worked]):
        need = {0: "protective-supplies", 1: "vehicles"}.get(number)
        _work(town, member, kind=need or "patrol")
    return FirstDay(town=town, team=team)


def _team(world: World) -> UUID:
    organiser = world.scope(Role.ORGANISER)
    form_branch(
        organiser,
        incident=world.incident.pk,
        name="枫林临时党支部",
        approved_by=world.committee.pk,
        approved_on=BEFORE,
        members=world.sent,
        secretary=world.sent[0],
        deputies=[world.sent[1]],
    )
    team = form_team(
        organiser,
        type="work-team",
        name="枫林工作队",
        formed_on=DAY,
        organisation=world.bureau.pk,
        at=MORNING,
    )
    added = add_members(organiser, team=team.pk, members=[*world.sent, world.local], from_day=DAY)
    assert all(one.new for one in added), [str(one.refusal) for one in added]
    assign_team(organiser, team=team.pk, community=FENGLIN, from_day=DAY)
    form_squads(organiser, community=FENGLIN, team=team.pk, count=4, at=clock_at(9, 0))
    return team.pk


def _work(town: Town, member: UUID, *, kind: str) -> None:
    task = issue_task(
        town.secretary, community=FENGLIN, kind=kind, title="第一天", at=clock_at(9, 30)
    )
    claim_task(town.worker, community=FENGLIN, task=task.pk, member=member, at=clock_at(9, 40))
    finish_task(town.worker, community=FENGLIN, task=task.pk, member=member, at=clock_at(16, 0))
    confirm_task(town.secretary, community=FENGLIN, task=task.pk, at=clock_at(17, 0))


def oblige_bureau(world: World) -> None:
    """Oblige the bureau and its party members to report in where they live."""
    oblige(
        world.system,
        document=world.document.pk,
        organisations=[world.bureau.pk],
        from_day=BEFORE,
        at=MORNING,
    )
