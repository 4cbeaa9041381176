"""The town's people, arrived in Fenglin: ten sent, one joined, all reported in."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.world import DAY, FENGLIN, MORNING, World
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.work import WorkEntry, record_work
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.privacy.scope import Role, Scope

EVENING = datetime(2020, 3, 1, 12, 0, tzinfo=UTC)


def clock_at(hour: int, minute: int, second: int = 0) -> datetime:
    """Return a time of DAY as the town's clocks show it."""
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, second, tzinfo=UTC) - timedelta(
        hours=8
    )


def entry(
    member: UUID, occurred_at: datetime | None = None, *, community: int = FENGLIN
) -> CheckInEntry:
    return CheckInEntry(
        id=uuid7(),
        community=community,
        member=member,
        occurred_at=occurred_at or clock_at(8, 12),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """The world on its first day on site."""

    world: World

    @property
    def incident(self) -> UUID:
        return self.world.incident.pk

    @property
    def people(self) -> list[UUID]:
        """The eleven who are expected and have reported in."""
        return [*self.world.sent, self.world.local]

    @property
    def worker(self) -> Scope:
        """A community worker of Fenglin, who signs others in."""
        return self.world.scope(Role.COMMUNITY_WORKER)

    @property
    def secretary(self) -> Scope:
        """The secretary of Fenglin."""
        return self.world.scope(Role.SECRETARY)

    @property
    def headquarters(self) -> Scope:
        return self.world.scope(Role.HEADQUARTERS)

    @property
    def liaison(self) -> Scope:
        """The liaison of the bureau that sent the ten."""
        return self.world.scope(Role.LIAISON)

    @property
    def local(self) -> Scope:
        """The one who joined, with an account that reaches Fenglin."""
        return replace(self.world.scope(Role.MEMBER), places=((FENGLIN, FENGLIN),))

    @property
    def outsider(self) -> Scope:
        return self.world.stranger

    def sign_in(
        self, members: list[UUID] | None = None, occurred_at: datetime | None = None
    ) -> list[Outcome]:
        asked = self.people if members is None else members
        outcomes = check_in(
            self.worker, entries=[entry(one, occurred_at) for one in asked], at=EVENING
        )
        assert all(outcome.new for outcome in outcomes), [str(one.refusal) for one in outcomes]
        return outcomes

    def work(self, members: list[UUID], *, served: int = 0) -> None:
        outcomes = record_work(
            self.worker,
            entries=[
                WorkEntry(
                    id=uuid7(),
                    community=FENGLIN,
                    member=member,
                    task=uuid7(),
                    kind="patrol",
                    occurred_at=clock_at(15, 0),
                    persons_served=served,
                )
                for member in members
            ],
            at=EVENING,
        )
        assert all(outcome.new for outcome in outcomes)


def arrive(world: World) -> Town:
    """Send the ten on the document, let Local join, and report everybody in."""
    dispatch(
        world.scope(Role.ORGANISER),
        document=world.document.pk,
        organisation=world.bureau.pk,
        community=FENGLIN,
        members=world.sent,
        sent_on=DAY,
        at=MORNING,
    )
    secretary = world.scope(Role.SECRETARY)
    join_on_the_spot(
        secretary, community=FENGLIN, member=world.local, occurred_at=MORNING, at=MORNING
    )
    outcomes = report_in(
        secretary,
        entries=[
            ReportInEntry(
                id=uuid7(), community=FENGLIN, channel="unit", occurred_at=MORNING, member=member
            )
            for member in world.sent
        ],
        at=MORNING,
    )
    assert all(outcome.new for outcome in outcomes), [str(one.refusal) for one in outcomes]
    return Town(world=world)
