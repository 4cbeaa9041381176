"""What the soak does to a house, and how it tells whether anything was lost."""

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from bench.client import Ledger, Phone
from bench.house import House, new_home, wait_until
from bench.town import Town, built

PARTS = ("server", "listener", "worker", "postgres", "supervisor")
_PEOPLE = 40
_BETWEEN_SECONDS = (0.05, 0.8)


@dataclass(frozen=True)
class Verdict:
    """What stands in the database beside what was acknowledged."""

    offered: int
    acknowledged: int
    missing: int
    doubled: int
    foreign: int
    errors: int

    @property
    def good(self) -> bool:
        """Nothing acknowledged is lost, nothing is there twice or from nowhere."""
        return self.missing == self.doubled == self.foreign == 0 and self.acknowledged > 0

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} acknowledged of {self.offered} offered "
            f"({self.errors} answers failed), {self.missing} missing, {self.doubled} doubled, "
            f"{self.foreign} from nowhere"
        )


@contextmanager
def inhabited(home: Path | None = None) -> Iterator[tuple[House, Town]]:
    """
    Have a house that serves, with the town in it; remove it afterwards.

    :param home: its folder; without one it begins in a new one, from nothing
    """
    home = home or new_home()
    house = House(home, extra={"XIACHEN_WSGI": "bench.door"})
    try:
        house.start()
        yield house, built(house.run("-m", "bench.town", str(_PEOPLE)))
    finally:
        house.stop()
        _remove(home)


def _remove(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def phones(
    house: House, town: Town, ledger: Ledger, *, number: int = 3, fault: str = ""
) -> Iterator[list[Phone]]:
    """Have phones offer check-ins during the block, some of them asking for a fault."""
    ledger.turn += 1
    # A day of its own for each phone of each turn: a person signs in once a day.
    first = ledger.turn * number
    busy = [Phone(house.port, town, ledger, first + n, fault) for n in range(number)]
    for phone in busy:
        phone.start()
    try:
        yield busy
    finally:
        for phone in busy:
            phone.done.set()
        for phone in busy:
            phone.join(60)
    failures = [phone.failure for phone in busy if phone.failure]
    if failures:
        raise failures[0]


class Acknowledging(Protocol):
    """Whoever notes what the site has acknowledged."""

    acknowledged: set[UUID]


def kill_at_random(
    house: House, ledger: Acknowledging, *, times: int, seed: int, parts: tuple[str, ...] = PARTS
) -> dict[str, int]:
    """End parts at moments of chance, each time after something new was acknowledged."""
    chance = random.Random(seed)
    killed: dict[str, int] = {}
    for _number in range(times):
        more_acknowledged(ledger)
        time.sleep(chance.uniform(*_BETWEEN_SECONDS))
        part = house.kill_one(parts, chance)
        killed[part] = killed.get(part, 0) + 1
    more_acknowledged(ledger)
    return killed


def more_acknowledged(ledger: Acknowledging, number: int = 1, seconds: float = 60) -> None:
    """Wait until the site has acknowledged so many more."""
    before = len(ledger.acknowledged)
    if not wait_until(lambda: len(ledger.acknowledged) >= before + number, seconds):
        raise AssertionError(f"the site acknowledged nothing for {seconds} s")


def verdict(house: House, ledger: Ledger) -> Verdict:
    """Compare what stands in the database with what was acknowledged and offered."""
    with house.connect() as connection:
        rows = connection.execute("select id from attendance_checkin").fetchall()
        pairs = connection.execute(
            "select count(*) from (select 1 from attendance_checkin "
            "group by member, day having count(*) > 1) d"
        ).fetchone()
    found: set[UUID] = {row[0] for row in rows}  # type: ignore[misc]
    return Verdict(
        offered=len(ledger.offered),
        acknowledged=len(ledger.acknowledged),
        missing=len(ledger.acknowledged - found),
        doubled=len(rows) - len(found) + (int(str(pairs[0])) if pairs else 0),
        foreign=len(found - ledger.offered),
        errors=ledger.errors,
    )
