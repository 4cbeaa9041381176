"""A house with a fleet of virtual phones before it, and what is asked of both afterwards."""

import http.client
import random
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.house import House, new_home
from bench.inviting import invited
from bench.muster import Mustered, muster
from bench.stating import stated
from xiachen.drill.phones.clocks import SECOND, RealCourse
from xiachen.drill.phones.contact import Declined, Unheard
from xiachen.drill.phones.fleet import Fleet
from xiachen.drill.phones.ledger import Ledger, Verdict
from xiachen.drill.phones.network import Answer, Door, HttpDoor, NoAnswer, Request, Weather
from xiachen.drill.phones.phone import Phone
from xiachen.drill.phones.storage import Enrolled, Event

THREADS = 4
_PATIENCE = SECOND  # these phones have no hours to wait
_FACTS = {
    "attendance.check-in": "attendance_checkin",
    "attendance.work": "attendance_workrecord",
}


class HarmedDoor:
    """The real door, asked for a fault of the harness's server."""

    def __init__(self, door: Door, failpoint: str) -> None:
        self._door = door
        self._failpoint = failpoint

    def send(self, request: Request) -> Answer:
        """:raises OSError: nothing came back"""
        headers = {**request.headers, "X-Failpoint": self._failpoint}
        return self._door.send(replace(request, headers=headers))


class CutDoor:
    """Sends the request and hangs up before the answer: at once, or when the server has written."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self._port = port
        self._chance = chance

    def send(self, request: Request) -> Answer:
        """:raises NoAnswer: always"""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("POST", request.path, request.body, dict(request.headers))
            if self._chance.random() < 0.5 and connection.sock is not None:
                connection.sock.recv(1)
        except OSError:
            pass
        finally:
            connection.close()
        raise NoAnswer("cut")


@dataclass
class TrueTimes(Ledger):
    """A ledger that also knows when everything really was."""

    moments: dict[UUID, int] = field(default_factory=dict)

    def recorded(self, device: UUID, item: UUID, kind: str, body: Mapping[str, Any]) -> None:
        """Something is about to be stored, now."""
        super().recorded(device, item, kind, body)
        self.moments[item] = RealCourse().now()


@dataclass
class Crew:
    """
    A house, the fleet before it, and what each phone's person has done.

    The town may hold more people than the fleet has phones: these come later.
    """

    house: House
    town: Mustered
    fleet: Fleet
    door: Door
    works: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def let_others_in(self) -> list[Phone]:
        """Let a phone in for each of those who have none yet, by a link as everybody gets."""
        others = self.town.own[len(self.fleet.phones) :]
        phones = []
        for token in self._links([one.member for one in others]):
            phone = self.fleet.add(self.door)
            phone.enrol(token)
            phones.append(phone)
        return phones

    def let_in_again(self, phones: Sequence[Phone]) -> None:
        """Give new links to people whose phones a restored server has forgotten."""
        enrolled = [phone.enrolment(device) for phone in phones for device in phone.devices]
        links = self._links([str(one.member) for one in enrolled])
        for phone, former, token in zip(phones, enrolled, links, strict=True):
            phone.line.quiet_until = 0
            phone.enrol_again(former.device, token)

    def _links(self, members: Sequence[str]) -> list[str]:
        return invited(self.house, incident=self.town.incident, members=members)

    def turn(self, phone: Phone) -> None:
        """Sign in, or record some work; then offer it."""
        self.act(phone)
        self.offer(phone)

    def act(self, phone: Phone) -> None:
        """Sign in the first time, record work from then on."""
        (device,) = phone.devices
        member = str(phone.enrolment(device).member)
        place = self._place(phone)
        if self.works[id(phone)] == 0:
            body: dict[str, Any] = {"member": member, "method": "self"}
            phone.record(device, "attendance.check-in", body, community=place)
        else:
            body = {"member": member, "work": "patrol", "times": 1, "persons_served": 3}
            phone.record(device, "attendance.work", body, community=place)
        self.works[id(phone)] += 1

    def offer(self, phone: Phone) -> None:
        """Push what is due, without the patience of real phones."""
        (device,) = phone.devices
        line = phone.line
        if line.quiet_until > phone.clock.steady() + _PATIENCE:
            line.quiet_until = phone.clock.steady() + _PATIENCE
        if not line.is_quiet():
            with suppress(Declined, Unheard):
                phone.push_all(device)

    @contextmanager
    def lied_to(self) -> Iterator[None]:
        """Have the server acknowledge and throw away during the block."""
        networks = [phone.line.door for phone in self.fleet.phones]
        for phone in self.fleet.phones:
            phone.line.door = HarmedDoor(phone.line.door, "lie")
        yield
        for phone, network in zip(self.fleet.phones, networks, strict=True):
            phone.line.door = network

    def _place(self, phone: Phone) -> int:
        return self.town.own[self.fleet.phones.index(phone)].community

    def verdict(self) -> Verdict:
        """Compare what phones were told with what the database holds, receipts and records."""
        with self.house.connect() as connection:
            rows = connection.execute("select id, kind, code from sync_receipt").fetchall()
            held = [UUID(str(row[0])) for row in rows]
            for kind, table in _FACTS.items():
                facts = connection.execute(f"select id from {table}").fetchall()
                found = {UUID(str(row[0])) for row in facts}
                meant = {UUID(str(key)) for key, its, code in rows if its == kind and not code}
                # A receipt without its record is lost, a record without a receipt from nowhere.
                held = [one for one in held if one not in meant or one in found]
                held += list(found - meant)
        return self.fleet.verdict(held)

    def stated(self) -> dict[str, Any]:
        """Return what a bulletin would state now."""
        return stated(self.house)

    def offer_all_again(self) -> None:
        """Put every receipt back into the outboxes, as if the phones had been told nothing."""
        for phone in self.fleet.phones:
            with phone.storage.transaction():
                for item, receipt in phone.storage.receipts.rows().items():
                    phone.storage.receipts.remove(item)
                    phone.storage.outbox.put(item, _unsent(receipt))


def _unsent(receipt: Event) -> Event:
    return replace(receipt, acknowledged=0, epoch="")


@contextmanager
def manned(
    phones: int,
    *,
    seed: int,
    weather: Weather | None = None,
    crashing: float = 0.0,
    skew: int = 0,
    ledger: Ledger | None = None,
    later: int = 0,
    home: Path | None = None,
) -> Iterator[Crew]:
    """
    Have a house that serves, and so many enrolled phones; remove it afterwards.

    :param later: how many people more there are, who have no phone yet
    :param home: its folder; without one it begins in a new one, from nothing
    """
    home = home or new_home()
    house = House(home, extra={"XIACHEN_WSGI": "bench.door"})
    doors: list[HttpDoor] = []
    try:
        house.start()
        town = muster(house, people=phones + later, leaders=0)
        fleet = Fleet(seed, weather or Weather(), crashing=0, skew=skew, ledger=ledger or Ledger())
        doors += [HttpDoor("127.0.0.1", house.port) for _ in range(THREADS)]
        for n, armed in enumerate(town.own[:phones]):
            phone = fleet.add(doors[n % THREADS])
            phone.keep(
                Enrolled(
                    device=armed.device,
                    key=armed.key,
                    member=UUID(armed.member),
                    incident=town.incident,
                    name="",
                    seal_key=town.seal_key,
                )
            )
        fleet.crash(crashing)
        yield Crew(house, town, fleet, doors[0])
    finally:
        for door in doors:
            door.close()
        house.stop()
        shutil.rmtree(home, ignore_errors=True)
