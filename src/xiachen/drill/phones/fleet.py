"""Many virtual phones at once, in a few threads; each phone belongs to one of them."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from xiachen.drill.phones.clocks import PhoneClock, RealCourse
from xiachen.drill.phones.ledger import Ledger, Verdict
from xiachen.drill.phones.network import Door, Network, Weather
from xiachen.drill.phones.outbox import waiting
from xiachen.drill.phones.phone import Phone
from xiachen.drill.phones.storage import Crashed, Storage

_THREADS = 4

Turn = Callable[[Phone], None]


@dataclass
class Crashing:
    """Lets an app crash now and then, before or after what it stores is on the disk."""

    chance: random.Random
    likely: float = 0.0

    def __call__(self, moment: str) -> None:
        """:raises Crashed: in this moment"""
        if self.likely and self.chance.random() < self.likely:
            raise Crashed(moment)


@dataclass
class Fleet:
    """
    Phones with one ledger over them.

    :ivar skew: how far the phones' clocks are wrong at most, in milliseconds
    """

    seed: int
    weather: Weather = field(default_factory=Weather)
    crashing: float = 0.0
    skew: int = 0
    phones: list[Phone] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    failures: list[BaseException] = field(default_factory=list)

    def add(self, door: Door, *, app: str | None = None) -> Phone:
        """Put one more phone into the fleet; its chance follows from the fleet's seed."""
        chance = random.Random(f"{self.seed} {len(self.phones)}")
        phone = Phone(
            storage=Storage(failing=Crashing(chance, self.crashing)),
            clock=PhoneClock(RealCourse(), chance.randint(-self.skew, self.skew)),
            door=Network(door, chance, self.weather),
            chance=chance,
            witness=self.ledger,
            **({"app": app} if app else {}),
        )
        self.phones.append(phone)
        return phone

    @contextmanager
    def driven(self, turn: Turn, *, threads: int = _THREADS, rest: float = 0.01) -> Iterator[None]:
        """
        Give each phone its turn again and again during the block.

        :param turn: what a phone does when it has its turn; a crash in it opens the app anew
        :param rest: seconds between two turns of one thread, so that the fleet takes little
        """
        done = threading.Event()
        drivers = [
            threading.Thread(
                target=self._drive, args=(self.phones[n::threads], turn, rest, done), daemon=True
            )
            for n in range(min(threads, len(self.phones)))
        ]
        for driver in drivers:
            driver.start()
        try:
            yield
        finally:
            done.set()
            for driver in drivers:
                driver.join(120)
        if self.failures:
            raise self.failures[0]

    def _drive(
        self, phones: Sequence[Phone], turn: Turn, rest: float, done: threading.Event
    ) -> None:
        try:
            while not done.is_set():
                for phone in phones:
                    phone.surviving(lambda phone=phone: turn(phone))  # type: ignore[misc]
                    if done.wait(rest):
                        return
        except BaseException as failure:
            self.failures.append(failure)

    def crash(self, likely: float) -> None:
        """Let the apps crash that often, of the times when they store something."""
        for phone in self.phones:
            failing = phone.storage.failing
            if isinstance(failing, Crashing):
                failing.likely = likely

    def calm(self) -> None:
        """End the bad weather and the crashes; what is late arrives."""
        self.crash(0)
        self.weather.offline = self.weather.lost = self.weather.unheard = 0
        self.weather.doubled = self.weather.late = self.weather.cut = self.weather.seconds = 0
        for phone in self.phones:
            network = phone.line.door
            if isinstance(network, Network):
                network.let_late_arrive()

    def finish(self, seconds: float = 60) -> bool:
        """Let every phone send what it has; tell whether all outboxes became empty in time."""
        self.calm()
        until = time.monotonic() + seconds
        left = [(phone, device) for phone in self.phones for device in phone.devices]
        while left and time.monotonic() < until:
            left = [(phone, device) for phone, device in left if not _emptied(phone, device)]
        return not left

    def unsent(self) -> list[UUID]:
        """Return what stands in outboxes."""
        return [
            event.id
            for phone in self.phones
            for device in phone.devices
            for event in waiting(phone.storage, device)
        ]

    def verdict(self, held: Sequence[UUID]) -> Verdict:
        """Compare what the phones were told with what the database holds."""
        return self.ledger.verdict(held, self.unsent())


def _emptied(phone: Phone, device: UUID) -> bool:
    phone.line.quiet_until = 0
    phone.sync(device)
    if phone.unsent(device) == 0:
        return True
    time.sleep(0.01)
    return False
