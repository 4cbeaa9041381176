"""
How fast the server takes in what phones recorded, load generator included.

Each figure stands beside bare INSERT and COPY on the same database in the same run. Events are
sealed and requests signed before the time begins: a phone does that on its own processor.
"""

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from bench import bare, load
from bench.house import House, new_home
from bench.load import Heard, Prepared
from bench.measuring import Line
from bench.muster import Mustered, muster
from xiachen.drill.phones.clocks import MINUTE

BATCH = 50
_BATCHES = 600  # 30,000 events
# As many as the bare inserts have clients, and as a morning has.
_AT_ONCE = (8, 16, 32)
_LEADERS = 200
_SINGLES_A_SECOND = 600
_SINGLE_SECONDS = 20
_RUSH = 44_000
_RUSH_SECONDS = 60
_MILLION = 1_000_000
_PIECE = 1_000


@contextmanager
def mustered(people: int, leaders: int) -> Iterator[tuple[House, Mustered]]:
    """Have a house that serves, with people and their phones in it; remove it afterwards."""
    home = new_home()
    house = House(home)
    try:
        house.start()
        yield house, muster(house, people=people, leaders=leaders)
    finally:
        house.stop()
        shutil.rmtree(home, ignore_errors=True)


def push(scale: float) -> list[Line]:
    """Batches of fifty sign-ins from leaders' phones: few at a time, more, and many."""
    with mustered(round(5000 * scale) + 500, _LEADERS) as (house, town):
        rounds = Rounds(town)
        _check(load.at_once(house.port, list(rounds.batches(1)), connections=1), BATCH)
        found = [
            (phones, *_pushed(house, list(rounds.batches(round(_BATCHES * scale))), phones))
            for phones in _AT_ONCE
        ]
        inserts, copies = bare_rates(house)
        return [
            line
            for phones, heard, spent in found
            for line in _lines_of(phones, heard, spent, inserts, copies)
        ]


def _pushed(house: House, requests: list[Prepared], phones: int) -> tuple[Heard, list[Line]]:
    spent = Spent(house)
    heard = load.at_once(house.port, requests, connections=phones)
    lines = spent.lines(heard.accepted)
    _check(heard, len(requests) * BATCH)
    return heard, lines


def _lines_of(
    phones: int, heard: Heard, spent: list[Line], inserts: float, copies: float
) -> list[Line]:
    rate = heard.accepted / heard.seconds
    return [
        Line(
            f"push, batches of {BATCH}, {phones} phones at once, events",
            rate,
            "/s",
            at_least=6000,
            bare=inserts,
            bare_name="INSERT, 100 rows each, 8 clients",
        ),
        Line("", rate, "/s", bare=copies, bare_name="COPY, 100 rows each, 8 clients"),
        Line("  a batch answered in (p99)", heard.quantile(0.99), "ms"),
        *spent,
    ]


def single(scale: float) -> list[Line]:
    """People signing themselves in, each on a connection of its own, six hundred a second."""
    number = round(_SINGLES_A_SECOND * _SINGLE_SECONDS * scale)
    with mustered(number, 0) as (house, town):
        requests = own_check_ins(town, number, 0)
        load.arriving(house.port, requests[: number // 10], seconds=_SINGLE_SECONDS * scale / 10)
        spent = Spent(house)
        rest = requests[number // 10 :]
        heard = load.arriving(house.port, rest, seconds=_SINGLE_SECONDS * scale * 0.9)
        lines = spent.lines(heard.accepted)
        _check(heard, len(rest))
        inserts, copies = bare_rates(house)
        rate = heard.accepted / heard.seconds
        return [
            Line(
                "single sign-ins, arriving at 600 a second",
                rate,
                "/s",
                at_least=_SINGLES_A_SECOND * 0.97,
                bare=inserts,
                bare_name="INSERT, 100 rows each, 8 clients",
            ),
            Line("", rate, "/s", bare=copies, bare_name="COPY, 100 rows each, 8 clients"),
            Line("  answered in (p50)", heard.quantile(0.5), "ms"),
            Line("  answered in (p99)", heard.quantile(0.99), "ms", budget=200),
            *lines,
        ]


def rush(scale: float) -> list[Line]:
    """A whole city signing in within one minute; phones that are put off come back."""
    number = round(_RUSH * scale)
    with mustered(number, 0) as (house, town):
        requests = own_check_ins(town, number, 0)
        spent = Spent(house)
        heard = load.arriving(house.port, requests, seconds=_RUSH_SECONDS * scale)
        lines = spent.lines(heard.accepted)
        _check(heard, number)
        inserts, copies = bare_rates(house)
        rate = heard.accepted / heard.seconds
        return [
            Line(
                f"{number:,} phones within {_RUSH_SECONDS * scale:.0f} s, all in after",
                heard.seconds,
                "s",
                budget=2 * _RUSH_SECONDS * scale,
            ),
            Line(
                "  sign-ins", rate, "/s", bare=inserts, bare_name="INSERT, 100 rows each, 8 clients"
            ),
            Line("", rate, "/s", bare=copies, bare_name="COPY, 100 rows each, 8 clients"),
            Line("  put off with a time to come back", heard.put_off, "times"),
            Line("  unheard, come back by themselves", heard.failed, "times"),
            Line("  a phone was done in (p50)", heard.quantile(0.5) / 1000, "s"),
            Line("  a phone was done in (p99)", heard.quantile(0.99) / 1000, "s"),
            *lines,
        ]


def flat(scale: float) -> list[Line]:
    """The server's memory over a million events."""
    events = round(_MILLION * scale)
    with mustered(5_000, _LEADERS) as (house, town):
        rounds = Rounds(town)
        inserts, copies = bare_rates(house)
        sizes: list[float] = []
        done, seconds = 0, 0.0
        every = max(BATCH, events // 10)
        spent = Spent(house)
        while done < events:
            piece = min(_PIECE, (events - done) // BATCH or 1)
            heard = load.at_once(house.port, list(rounds.batches(piece)), connections=8)
            _check(heard, piece * BATCH)
            done += piece * BATCH
            seconds += heard.seconds
            if done // every > len(sizes):
                sizes.append(house.processes()["server"].memory_full_info().pss / 1e6)
        return [
            Line(
                f"server's memory after {done:,} events",
                sizes[-1],
                "MB",
                budget=sizes[0] * 1.1,
                bare=sizes[0],
                bare_name=f"after the first {every:,}",
            ),
            Line("  the most of all the while", max(sizes), "MB"),
            Line("  events", done / seconds, "/s", bare=inserts, bare_name="INSERT, 100 rows each"),
            Line("", done / seconds, "/s", bare=copies, bare_name="COPY, 100 rows each"),
            *spent.lines(done),
        ]


class Rounds:
    """Leaders' phones that sign in everybody of their community, day after day."""

    def __init__(self, town: Mustered) -> None:
        self._town = town
        self._phones = [
            Prepared(one, town.seal_key, random.Random(n)) for n, one in enumerate(town.leaders)
        ]
        self._signed_in: dict[int, int] = {}
        self._turn = 0

    def batches(self, number: int) -> Iterator[bytes]:
        """Yield so many requests, the phones in turn."""
        stamp = _now() + MINUTE
        for _batch in range(number):
            phone = self._phones[self._turn % len(self._phones)]
            self._turn += 1
            community = phone.phone.community
            crowd, start = self._town.people[community], self._signed_in.get(community, 0)
            self._signed_in[community] = start + BATCH
            yield phone.push(
                [
                    load.check_in(crowd[k % len(crowd)], k // len(crowd), stamp - MINUTE)
                    for k in range(start, start + BATCH)
                ],
                stamp=stamp,
            )


def own_check_ins(town: Mustered, number: int, day: int) -> list[bytes]:
    """Return for each person's phone the request that signs the person in."""
    stamp = _now() + MINUTE
    return [
        Prepared(one, town.seal_key, random.Random(n)).push(
            [load.check_in(one.member, day, stamp - MINUTE)], stamp=stamp
        )
        for n, one in enumerate(town.own[:number])
    ]


def bare_rates(house: House) -> tuple[float, float]:
    """Return the rows per second of bare INSERT and of bare COPY."""
    return bare.insert_rate(house), bare.copy_rate(house)


class Spent:
    """Processor time of the server, of the database and of the load since this was made."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._own = time.process_time()
        self._before = self._now()

    def _now(self) -> dict[str, float]:
        spent: dict[str, float] = {}
        for name, process in self._house.processes().items():
            family = [process]
            if name == "postgres":
                family += process.children(recursive=True)
            spent[name] = sum(_seconds(one) for one in family)
        return spent

    def lines(self, events: int) -> list[Line]:
        """Return the microseconds per event, by who spent them."""
        own = time.process_time() - self._own
        after = self._now()
        spent = {name: after[name] - self._before.get(name, 0) for name in ("server", "postgres")}
        spent["load generator"] = own
        return [
            Line(f"  processor time an event, {name}", seconds / events * 1e6, "µs")
            for name, seconds in {**spent, "all": sum(spent.values())}.items()
        ]


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _check(heard: Heard, expected: int) -> None:
    """Measure nothing that was not taken in."""
    if heard.accepted != expected:
        raise RuntimeError(
            f"{heard.accepted} accepted of {expected}: {heard.others[:2] or 'refused'}"
        )


def _now() -> int:
    return time.time_ns() // 1_000_000
