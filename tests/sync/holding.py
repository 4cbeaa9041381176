"""
A day in Fenglin with people who hold phones.

The first of those sent leads a team of three at work in Fenglin; the second worker is head of the
first grid, in which a building has doors with residents; next door is another grid's building.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from tests.attendance.town import Town, arrive, clock_at
from tests.world import BEFORE, DAY, FENGLIN, LOCAL, MORNING, PASSWORD, WORKERS, World
from xiachen.base.ids import uuid7
from xiachen.deployment.operations.teams import add_members, assign_team, form_team
from xiachen.needs.models import Task
from xiachen.needs.operations.tasks import issue_task
from xiachen.people.models.accounts import Account
from xiachen.people.operations.accounts import give_grant, open_account
from xiachen.people.operations.appointments import appoint_grid_head
from xiachen.people.operations.residents import ResidentEntry, register_residents
from xiachen.places.operations.buildings import (
    BuildingEntry,
    HouseholdEntry,
    register_buildings,
    register_households,
)
from xiachen.places.operations.compounds import register_compound
from xiachen.privacy.envelopes import DeviceKey
from xiachen.privacy.scope import Role, system_scope
from xiachen.sync.models.devices import Device
from xiachen.sync.operations.packs import Pulled, PulledPart, pull
from xiachen.sync.queries.devices import KnownDevice, known_devices
from xiachen.sync.rules.packs import Held, state_hash

NOON = MORNING + timedelta(hours=4)
RESIDENTS = (("冯采薇", "15500010001"), ("褚明夷", "15500010002"), ("卫遥岑", ""))
ELSEWHERE = ("蒋闻笛", "15500010003")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The town on its first day, with a team and a grid."""

    town: Town
    team: UUID
    grid: UUID
    building: UUID
    doors: list[UUID]

    @property
    def world(self) -> World:
        return self.town.world

    @property
    def leader(self) -> UUID:
        return self.world.sent[0]

    def phone(self, member: UUID) -> "Phone":
        """Return a phone of somebody; who has no account gets one."""
        account = Account.objects.filter(member=member).first() or open_account(
            system_scope(), username=str(member), password=PASSWORD, member=member
        )
        device = Device.objects.create(
            id=uuid7(),
            account=account,
            member=member,
            incident=self.world.incident,
            key=DeviceKey.new().point,
            name="Redmi 9",
            app="1.0.0",
            enrolled_at=MORNING,
            last_contact=MORNING,
        )
        return Phone(device.pk)

    @property
    def local(self) -> "Phone":
        """The phone of somebody who joined, a member and nothing else."""
        return self.phone(self.world.members[LOCAL])

    @property
    def head(self) -> "Phone":
        """The phone of the head of the grid."""
        return self.phone(self.world.members[WORKERS[1]])


class Phone:
    """A phone that pulls, and applies what it gets as every client must."""

    def __init__(self, device: UUID) -> None:
        self.device = device
        self.parts: dict[str, dict[str, tuple[int, str, Mapping[str, object]]]] = {}
        self.cursors: dict[str, int] = {}
        self.complete: dict[str, bool] = {}
        self.pulls = 0

    @property
    def known(self) -> KnownDevice:
        return known_devices(system_scope(), [self.device])[self.device]

    def hash(self, part: str) -> str:
        return state_hash((id, version) for id, (version, *_rest) in self.parts[part].items())

    def held(self) -> dict[str, Held]:
        return {part: Held(self.cursors[part], self.hash(part)) for part in self.parts}

    def pull(self, at: datetime = NOON) -> Pulled:
        """Ask once, and apply the answer."""
        pulled = pull(
            system_scope(), device=self.known, held=self.held(), last=0, app="1.0.0", at=at
        )
        self.pulls += 1
        for name in pulled.purge:
            del self.parts[name], self.cursors[name], self.complete[name]
        for part in pulled.parts:
            self._apply(part)
        return pulled

    def _apply(self, part: PulledPart) -> None:
        docs = self.parts.setdefault(part.part, {})
        if part.rebuild:
            docs.clear()
        for doc, version in part.docs:
            docs[doc.id] = (version, doc.kind, doc.body)
        for id in part.gone:
            docs.pop(id, None)
        self.cursors[part.part] = part.cursor
        self.complete[part.part] = not part.more
        if not part.more:
            assert self.hash(part.part) == part.hash

    def bodies(self, kind: str, part: str | None = None) -> list[Mapping[str, object]]:
        """Return what the phone knows of a kind."""
        return [
            body
            for name, docs in self.parts.items()
            for _version, one, body in docs.values()
            if one == kind and part in (None, name)
        ]

    def one(self, kind: str) -> Mapping[str, object]:
        (body,) = self.bodies(kind)
        return body


def sent_docs(pulled: Pulled) -> list[str]:
    """Return the kinds of the docs that went out."""
    return sorted(doc.kind for part in pulled.parts for doc, _version in part.docs)


def make_holding(world: World) -> Holding:
    """Let them arrive, form the team, and register the grid's doors."""
    town = arrive(world)
    team = _team(world)
    building, doors = _doors(world)
    appoint_grid_head(
        world.scope(Role.SECRETARY),
        community=FENGLIN,
        grid=world.grids[0].pk,
        member=world.members[WORKERS[1]],
        from_day=BEFORE,
    )
    return Holding(town=town, team=team, grid=world.grids[0].pk, building=building, doors=doors)


def _team(world: World) -> UUID:
    organiser = world.scope(Role.ORGANISER)
    team = form_team(
        organiser, type="work-team", name="枫林工作队", formed_on=BEFORE, at=MORNING
    ).pk
    leader, *others = world.sent[:3]
    add_members(organiser, team=team, members=[leader], from_day=BEFORE, post="leader")
    add_members(organiser, team=team, members=others, from_day=BEFORE)
    assign_team(organiser, team=team, community=FENGLIN, from_day=BEFORE)
    account = open_account(
        system_scope(), username="leader", password=PASSWORD, member=leader, demonstration=True
    )
    for role, reach in ((Role.MEMBER, {}), (Role.TEAM_LEADER, {"team": team})):
        give_grant(
            system_scope(),
            account=account.pk,
            role=role,
            incident=world.incident.pk,
            from_day=BEFORE,
            **reach,  # type: ignore[arg-type]
        )
    return team


def _doors(world: World) -> tuple[UUID, list[UUID]]:
    worker = world.scope(Role.COMMUNITY_WORKER)
    compound = register_compound(
        worker, community=FENGLIN, name="枫林苑", kind="old", at=MORNING
    ).pk
    houses = [
        BuildingEntry(compound=compound, number=f"{number}栋", grid=grid.pk, floors=6, units=2)
        for number, grid in enumerate(world.grids[:2], 1)
    ]
    register_buildings(worker, community=FENGLIN, entries=houses, at=MORNING)
    doors = [
        HouseholdEntry(building=house.id, unit="1", door=door)
        for house, door in ((houses[0], "101"), (houses[0], "102"), (houses[1], "101"))
    ]
    register_households(worker, community=FENGLIN, entries=doors, at=MORNING)
    lives = [(doors[0].id, RESIDENTS[0]), (doors[0].id, RESIDENTS[1]), (doors[1].id, RESIDENTS[2])]
    entries = [
        ResidentEntry(id=resident_id(name), household=door, name=name, phone=phone, invented=True)
        for door, (name, phone) in [*lives, (doors[2].id, ELSEWHERE)]
    ]
    outcomes = register_residents(worker, community=FENGLIN, entries=entries, at=MORNING)
    assert all(one.new for one in outcomes), [str(one.refusal) for one in outcomes]
    return houses[0].id, [one.id for one in doors]


def resident_id(name: str) -> UUID:
    return uuid5(UUID(int=DAY.toordinal()), name)


def issue(holding: Holding, people_wanted: int = 1) -> Task:
    return issue_task(
        holding.town.secretary,
        community=FENGLIN,
        kind="patrol",
        title="第三网格巡查",
        people_wanted=people_wanted,
        at=clock_at(8, 45),
    )
