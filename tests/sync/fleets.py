"""A small fleet in the town: virtual phones before the real door, on a clock that is played."""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from tests.attendance.town import EVENING
from tests.oracle import ORACLE
from tests.sync.back_office import Desk, kept_since_struck_off, mended, settled
from tests.sync.door import DoorClient
from tests.sync.holding import Holding
from tests.world import FENGLIN, SENT, WORKERS
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.base import clock
from xiachen.drill.phones.clocks import DAY, HOUR, MINUTE, PhoneClock, PlayedCourse
from xiachen.drill.phones.contact import Declined, Unheard
from xiachen.drill.phones.fleet import Crashing
from xiachen.drill.phones.ledger import Ledger, Verdict
from xiachen.drill.phones.network import CALM, Answer, Network, NoAnswer, Request, Weather
from xiachen.drill.phones.packs import drop_all, parts
from xiachen.drill.phones.packs import held as held_docs
from xiachen.drill.phones.phone import Phone
from xiachen.drill.phones.storage import Crashed, Doc, Enrolled, Storage
from xiachen.privacy.scope import Role, Scope
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, Receipt
from xiachen.sync.operations.invitations import invite
from xiachen.sync.rules.occurred import milliseconds, moment_of

# Whose phones there are; some people have two, and the last two share one.
HOLDERS = ("local", "leader", "leader", "head", "head", "local", "third", "fourth")
_ON_ONE_PHONE = (6, 7)
# Long enough for whatever waits a day for another phone's record.
_ROUNDS = 12


class TownDoor:
    """
    The real door, asked without the network.

    :ivar dying: the server's process ends in the next request, before its commit
    """

    def __init__(self) -> None:
        self.client = DoorClient()
        self.dying = False

    def send(self, request: Request) -> Answer:
        if self.dying:
            self.dying = False
            with transaction.atomic():
                self.send_on(request)
                transaction.set_rollback(True)
            raise NoAnswer("the server died")
        return self.send_on(request)

    def send_on(self, request: Request) -> Answer:
        """Ask the door itself."""
        with ORACLE.revealing():  # a pack tells a leader whom to call
            heard = self.client.generic(
                request.method,
                request.path,
                request.body,
                request.headers["Content-Type"],
                headers=dict(request.headers),
            )
        headers = {name.lower(): value for name, value in heard.items()}
        return Answer(heard.status_code, headers, heard.content)


@dataclass
class TrueTimes(Ledger):
    """A witness who knows when everything was."""

    course: PlayedCourse = field(default_factory=lambda: PlayedCourse(0))
    moments: dict[UUID, int] = field(default_factory=dict)

    def recorded(self, device: UUID, item: UUID, kind: str, body: Mapping[str, Any]) -> None:
        """Something is about to be stored, now."""
        super().recorded(device, item, kind, body)
        self.moments[item] = self.course.now()


@dataclass
class Stairwell:
    """Phones and people of one run; `devices` in the order of HOLDERS."""

    course: PlayedCourse
    door: TownDoor
    chance: random.Random
    phones: list[Phone]
    devices: list[UUID]
    members: list[UUID]
    desk: Desk
    ledger: TrueTimes = field(default_factory=TrueTimes)

    def record(self, n: int, kind: str, **body: Any) -> None:
        self.phone(n).surviving(
            lambda: self.phone(n).record(self.devices[n], kind, body, community=FENGLIN)
        )

    def phone(self, n: int) -> Phone:
        return self.phones[n]

    def push(self, n: int) -> None:
        self._ask(n, self.phone(n).push_all)

    def pull(self, n: int) -> None:
        self._ask(n, self.phone(n).pull)

    def _ask(self, n: int, what: Callable[[UUID], object]) -> None:
        """Ask at once, however long the phone would wait; a crash opens the app anew."""
        self.phone(n).line.quiet_until = 0
        with suppress(Declined, Unheard):
            self.phone(n).surviving(lambda: what(self.devices[n]))

    def weather(self, n: int, weather: Weather) -> None:
        self._network(n).weather = weather

    def pack(self, n: int) -> dict[str, set[Doc]]:
        """
        Return what a device holds, by parts.

        What is the device's own in its person's part, numbers and the link of the pass, is left
        out; other parts are the same for all who may read them, to the last number.
        """
        storage, device = self.phone(n).storage, self.devices[n]
        return {
            part: {
                _shared(doc) if part == "me" else doc
                for doc in held_docs(storage, device, part).values()
            }
            for part in parts(storage, device)
        }

    def late(self, n: int) -> None:
        self._network(n).let_late_arrive(1)

    def crash_soon(self, n: int, commits: int, moment: str) -> None:
        """Let the app crash when it stores something for the so-manieth time from now on."""
        left = commits

        def fail(when: str) -> None:
            nonlocal left
            if when == moment:
                left -= 1
                if left < 0:
                    self.phone(n).storage.failing = None
                    raise Crashed(when)

        self.phone(n).storage.failing = fail

    def finish(self) -> None:
        """Let the weather clear, everything late arrive, and every phone send all it has."""
        for n in range(len(self.devices)):
            self.phone(n).storage.failing = None
            self.weather(n, CALM)
            self._network(n).let_late_arrive()
        busy = list(range(len(self.devices)))
        for _round in range(_ROUNDS):
            for n in busy:
                self.push(n)
            busy = [n for n in busy if self.phone(n).unsent(self.devices[n])]
            # What waits for another phone's record is offered again, until it waits no more.
            self.course.go_on(10 * HOUR)
        for n in range(len(self.devices)):
            self.pull(n)

    def back_up(self) -> None:
        """Make a backup, and tell the phones what it holds."""
        self.desk.back_up(self.devices)

    def restore(self) -> None:
        """Put the last backup in the place of the database, as yesterday's; with a new epoch."""
        self.desk.restore()

    def _network(self, n: int) -> Network:
        network = self.phone(n).line.door
        assert isinstance(network, Network)
        return network

    def verdict(self) -> Verdict:
        unsent = [item for one in self.phones for item in one.storage.outbox.rows()]
        kept = [*held(), *settled(), *kept_since_struck_off()]
        return self.ledger.verdict(kept, unsent)


def _shared(doc: Doc) -> Doc:
    return replace(doc, version=0, body="" if doc.kind == "pass" else doc.body)


def held() -> list[UUID]:
    """Return the id of each event that the database holds, as often as it does."""
    return list(Receipt.objects.values_list("id", flat=True))


@dataclass
class Enlisted:
    """What all runs of a test begin with."""

    course: PlayedCourse
    enrolled: list[Enrolled]
    desk: Scope

    def begin(self, number: int, seed: int) -> Stairwell:
        """Give the first so many devices new phones."""
        course, chance, door = self.course, random.Random(seed), TownDoor()
        ledger = TrueTimes(course=course)
        phones: list[Phone] = []
        for n, enrolled in enumerate(self.enrolled[:number]):
            if n == _ON_ONE_PHONE[1]:
                phones.append(phones[_ON_ONE_PHONE[0]])
            else:
                phones.append(_phone(course, door, random.Random(f"{seed} {n}"), ledger))
            phones[n].keep(replace(enrolled))
        people = [one.member for one in self.enrolled[:number]]
        devices = [one.device for one in self.enrolled[:number]]
        return Stairwell(course, door, chance, phones, devices, people, Desk(self.desk), ledger)


def _phone(course: PlayedCourse, door: TownDoor, chance: random.Random, ledger: Ledger) -> Phone:
    # From right to more than a year wrong, either way.
    skew = chance.choice((0, 3 * MINUTE, -9 * HOUR, 400 * DAY, -400 * DAY))
    return Phone(
        storage=Storage(failing=Crashing(chance)),
        clock=PhoneClock(course, skew),
        door=Network(door, chance),
        chance=chance,
        witness=ledger,
    )


def enlist(holding: Holding, monkeypatch: pytest.MonkeyPatch) -> Enlisted:
    """Play the clock from the evening of the first day, and enrol a phone for each of HOLDERS."""
    # So early that the runs' days all lie before whatever the machine's own clock says.
    course = PlayedCourse(milliseconds(EVENING))
    monkeypatch.setattr(clock, "now", lambda: moment_of(course.now()))
    door = TownDoor()
    world = holding.world
    # Whoever has a role registers the own phone; for the others somebody else asks.
    askers: dict[str, tuple[Scope, UUID]] = {
        "local": (holding.town.local, world.local),
        "leader": (world.scope(Role.LIAISON), holding.leader),
        "head": (world.scope(Role.GRID_HEAD), world.members[WORKERS[1]]),
        "third": (world.system, world.members[SENT[4]]),
        "fourth": (world.system, world.members[SENT[5]]),
    }
    enrolled = []
    for holder in HOLDERS:
        scope, member = askers[holder]
        (invited,) = invite(scope, members=[member], at=clock.now())
        assert invited.token, invited.refusal
        # Not the same in every test: the server knows a device's key by heart.
        phone = _phone(course, door, random.Random(), Ledger())
        enrolled.append(phone.enrolment(phone.enrol(invited.token)))
    return Enlisted(course, enrolled, world.scope(Role.SECRETARY))


def check_replicas(run: Stairwell) -> None:
    """
    Hold that every phone of a person holds the same pack, and that a new one would read the same.

    :raises AssertionError: they differ
    """
    packs: dict[UUID, dict[str, set[Doc]]] = {}
    for n, device in enumerate(run.devices):
        if device in run.desk.struck_off:
            assert not run.pack(n), "a phone struck off holds something of others"
            continue
        held = run.pack(n)
        assert "me" in held, "nothing was read"
        former = packs.setdefault(run.members[n], held)
        assert former == held
        with run.phone(n).storage.transaction():
            drop_all(run.phone(n).storage, device)
        run.pull(n)
        assert run.pack(n) == held, "read anew it is another pack"


def check(run: Stairwell) -> None:
    """
    Hold that what phones were told is what the database holds, exactly once.

    :raises AssertionError: it is not
    """
    seen = run.verdict()
    assert seen.recorded == 0 or seen.acknowledged or seen.quarantined, str(seen)
    assert not [phone.storage.outbox.rows() for phone in run.phones if len(phone.storage.outbox)]
    assert not (seen.lost or seen.dropped or seen.doubled or seen.foreign), str(seen)
    receipts = {row.pk: row for row in Receipt.objects.all()}
    by_hand = set(settled())
    assert not by_hand & set(receipts), "taken in, and settled by a person"
    to_look_at = set(kept_since_struck_off())
    assert run.ledger.acknowledged - set(receipts) <= by_hand | to_look_at, str(seen)
    assert set(receipts) <= run.ledger.acknowledged, str(seen)
    for key, row in receipts.items():
        # Without a steady clock since the last contact a clock that was set may mislead.
        error = abs(milliseconds(row.occurred_at) - run.ledger.moments[key])
        assert error < MINUTE or not row.certain, f"{error} ms wrong"
    for kind, model in (("attendance.check-in", CheckIn), ("attendance.check-out", CheckOut)):
        rows = model.objects.filter(void=False).exclude(pk__in=mended())
        facts = list(rows.values_list("id", flat=True))
        meant = [key for key, row in receipts.items() if row.kind == kind and not row.code]
        assert sorted(facts) == sorted(meant), kind
    # The server's own mistakes would be kept like a phone's, and prove nothing.
    assert "sync.not-taken-in" not in run.ledger.quarantined.values()
    looked_at = set(Quarantined.objects.filter(settled_at=None).values_list("event", flat=True))
    assert looked_at == set(run.ledger.quarantined) - by_hand
    shown = {item for phone in run.phones for item in phone.storage.held.rows()}
    assert shown == looked_at, "a phone shows what is settled, or hides what is not"
    check_replicas(run)
    for device in Device.objects.filter(pk__in=run.devices):
        assert device.whole_upto == device.last_reported, "something of this phone is missing"
