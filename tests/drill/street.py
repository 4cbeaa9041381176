"""One virtual phone before a server of paper."""

import random
from dataclasses import dataclass
from uuid import UUID

from tests.drill.paper import Paper
from xiachen.drill.phones.clocks import PhoneClock, PlayedCourse
from xiachen.drill.phones.ledger import Ledger
from xiachen.drill.phones.network import Network
from xiachen.drill.phones.phone import Phone
from xiachen.drill.phones.storage import Storage

NOW = 1_583_020_800_000
HERE = 420111002044


@dataclass
class Street:
    """One phone, enrolled, before a server of paper."""

    course: PlayedCourse
    paper: Paper
    network: Network
    phone: Phone
    device: UUID
    ledger: Ledger

    def record(self, number: int = 1) -> list[UUID]:
        return [
            self.phone.record(self.device, "attendance.check-in", {"n": n}, community=HERE)
            for n in range(number)
        ]

    def wait(self, milliseconds: int) -> None:
        self.course.go_on(milliseconds)


def street(skew: int = 0, storage: Storage | None = None) -> Street:
    course, chance, ledger = PlayedCourse(NOW), random.Random(1), Ledger()
    paper = Paper(course)
    network = Network(paper, chance)
    phone = Phone(
        storage=storage or Storage(),
        clock=PhoneClock(course, skew),
        door=network,
        chance=chance,
        witness=ledger,
    )
    return Street(course, paper, network, phone, phone.enrol("welcome"), ledger)


def held_in_order(place: Street) -> list[int]:
    return sorted(event["seq"] for event in place.paper.held.values())
