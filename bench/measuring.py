"""What is measured, and the limit that the machine itself sets."""

import http.client
import io
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import psutil

from bench.client import Client, items
from bench.harm import inhabited
from bench.house import ROOT, House, new_home
from xiachen.site.database import embedded_cluster

_REQUESTS = 600
_FULL_LIST = 658_001


@dataclass(frozen=True)
class Line:
    """A figure, its budget and the bare limit, all in one unit."""

    name: str
    measured: float
    unit: str
    budget: float | None = None
    bare: float | None = None
    bare_name: str = ""
    at_least: float | None = None

    @property
    def missed(self) -> bool:
        """Whether the figure is outside its budget."""
        over = self.budget is not None and self.measured > self.budget
        return over or (self.at_least is not None and self.measured < self.at_least)

    def __str__(self) -> str:
        budget = f"≤ {self.budget:g}" if self.budget is not None else ""
        budget = f"≥ {self.at_least:g}" if self.at_least is not None else budget
        bare = f"{self.bare:.2f}" if self.bare is not None else ""
        ratio = f"{self.measured / self.bare:.2g}×" if self.bare else ""
        named = f"{self.name} ({self.unit})" if self.name else ""
        mark = "  MISSED" if self.missed else ""
        return (
            f"{named:44} {self.measured:12.2f} {budget:>10} {bare:>12} {ratio:>7}  "
            f"{self.bare_name}{mark}"
        )


def machine() -> str:
    """Return on what it was measured."""
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


@contextmanager
def _demonstration() -> Iterator[House]:
    home = new_home()
    house = House(home, database="drill_s0")
    try:
        house.start("run")
        yield house
    finally:
        house.stop()
        shutil.rmtree(home, ignore_errors=True)


def start() -> list[Line]:
    """Warm `make run` until ready, beside starting and stopping the bare database server."""
    with _demonstration() as house:
        house.stop()
        warm = []
        for _round in range(3):
            warm.append(house.start("run"))
            house.stop()
        began = time.monotonic()
        house.cluster.start()
        bare = time.monotonic() - began
        house.cluster.stop()
        django = _seconds(lambda: house.run("-c", "import django; django.setup()"))
    return [
        Line("warm run until ready", min(warm), "s", 6, bare, "PostgreSQL alone"),
        Line("  of it, loading Django once", django, "s"),
    ]


def _seconds(what: Callable[[], object]) -> float:
    began = time.monotonic()
    what()
    return time.monotonic() - began


def memory() -> list[Line]:
    """Proportional memory of everything that runs idle, beside PostgreSQL and granian bare."""
    with _demonstration() as house:
        time.sleep(5)
        parts = {name: _pss([process]) for name, process in house.processes().items()}
        whole = _pss(house.everything())
    with hello() as (empty, _port):
        bare = _pss([empty, *empty.children(recursive=True)])
    home = new_home()
    cluster = embedded_cluster(home)
    cluster.start()
    try:
        server = psutil.Process(cluster.pid() or 0)
        bare += _pss([server, *server.children(recursive=True)])
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    lines = [Line("idle memory of all processes", whole, "MB", 600, bare, "granian + PostgreSQL")]
    return lines + [Line(f"  {name}", size, "MB") for name, size in parts.items()]


def _pss(processes: list[psutil.Process]) -> float:
    return sum(process.memory_full_info().pss for process in processes) / 1e6


_HELLO = """
def application(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]
"""


@contextmanager
def hello() -> Iterator[tuple[psutil.Process, int]]:
    """Run a view that does nothing in the same server."""
    from bench.house import free_port, wait_until

    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "hello.py").write_text(_HELLO)
        program = subprocess.Popen(
            [sys.executable, "-m", "xiachen.site.serving", "127.0.0.1", str(port)],
            env={**os.environ, "PYTHONPATH": f"{folder}:{ROOT}", "XIACHEN_WSGI": "hello"},
        )
        try:
            assert wait_until(lambda: _ask(port), 30)
            yield psutil.Process(program.pid), port
        finally:
            program.terminate()
            program.wait()


def _ask(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/", "{}")
        return connection.getresponse().read() == b"{}"
    except OSError:
        return False
    finally:
        connection.close()


def check_in() -> list[Line]:
    """Processor time of the server for one check-in through HTTP, beside hello and INSERT."""
    with hello() as (listener, port):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        server = listener.children()[0]

        def ask(_item: dict[str, object]) -> None:
            connection.request("POST", "/", "{}")
            connection.getresponse().read()

        bare, _times = _cost(server, ask, iter([{}] * _REQUESTS))
        connection.close()
    with inhabited() as (house, town):
        client = Client(house.port, town)
        client.sign_in()
        source = items(town, 0)
        for item in islice(source, 50):
            assert client.check_in(item)
        server = house.processes()["server"]
        cost, times = _cost(server, client.check_in, islice(source, _REQUESTS))
        client.close()
        insert = _insert_seconds(house)
    return [
        Line("check-in, processor time of the server", cost, "ms", 4, bare, "hello, same server"),
        Line("check-in, answered in (median)", times, "ms", None, insert, "one INSERT, committed"),
    ]


def _cost(
    process: psutil.Process,
    ask: Callable[[dict[str, object]], object],
    source: Iterator[dict[str, object]],
) -> tuple[float, float]:
    """Return processor milliseconds per request, and the median of its duration."""
    taken = []
    before = process.cpu_times()
    for item in source:
        began = time.perf_counter()
        ask(item)
        taken.append(time.perf_counter() - began)
    after = process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return spent * 1000 / len(taken), statistics.median(taken) * 1000


def _insert_seconds(house: House) -> float:
    with house.connect() as connection:
        connection.execute("create table bench_bare (id uuid primary key, at timestamptz)")
        taken = []
        for _row in range(200):
            began = time.perf_counter()
            connection.execute("insert into bench_bare values (gen_random_uuid(), now())")
            taken.append(time.perf_counter() - began)
        connection.execute("drop table bench_bare")
    return statistics.median(taken) * 1000


_PLAY = """
import sys, time
import django
django.setup()
import psutil
from django.db import connection
from xiachen.drill.operations.playing import play

connection.ensure_connection()
ours, theirs = psutil.Process(), psutil.Process(connection.connection.info.backend_pid)

def spent():
    return sum(sum(one.cpu_times()[:2]) for one in (ours, theirs))

before, began = spent(), time.monotonic()
played = play(sys.argv[1])
print(played.events, time.monotonic() - began, spent() - before)
"""
_BARE_ROW = "00000000-0000-7000-8000-{n:012d},{n},2020-03-01,2020-03-01 08:12:00+08,some words\n"


def play() -> list[Line]:
    """Play S0 into an empty, migrated database."""
    return _played("s0", budget=10)


def play_s3() -> list[Line]:
    """Play a city's mobilisation: ten thousand who apply, and those who go."""
    return _played("s3", budget=30)


def play_s4() -> list[Line]:
    """Play a province's departments: 44,000 volunteers in nested teams."""
    return _played("s4", budget=60)


def _played(scenario: str, *, budget: float) -> list[Line]:
    """Play a scenario beside copying as many rows as it writes into a bare table."""
    home = new_home()
    house = House(home, database=f"drill_{scenario}")
    try:
        house.cluster.start()
        with embedded_connection(house) as connection:
            connection.execute(f"create database {house.database}")
        house.environment["XIACHEN_AS_OWNER"] = "1"
        house.run("-m", "xiachen", "migrate", "--quiet")
        del house.environment["XIACHEN_AS_OWNER"]
        before = _rows_written(house)
        events, seconds, processor = map(float, house.run("-c", _PLAY, scenario).split())
        rows = _rows_written(house) - before
        bare = copy_rows_seconds(house, rows)
    finally:
        house.cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    name = f"playing {scenario.upper()}, {events:.0f} events"
    return [
        Line(name, seconds, "s", budget, bare, f"COPY of {rows:,} rows"),
        Line("  processor time of both sides", processor, "s"),
    ]


def _rows_written(house: House) -> int:
    with house.connect() as connection:
        found = connection.execute("select sum(n_tup_ins) from pg_stat_user_tables").fetchone()
    return int(found[0]) if found and found[0] else 0


def copy_rows_seconds(house: House, rows: int) -> float:
    """Return the seconds of copying so many rows into a bare table."""
    lines = "".join(_BARE_ROW.format(n=n) for n in range(rows))
    with house.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "create table bench_bare (id uuid primary key, community bigint, day date, "
            "at timestamptz, words text)"
        )
        began = time.perf_counter()
        with cursor.copy("copy bench_bare from stdin (format csv)") as copy:
            copy.write(lines)
        seconds = time.perf_counter() - began
        cursor.execute("drop table bench_bare")
    return seconds


def embedded_connection(house: House):  # type: ignore[no-untyped-def]
    """Connect to the maintenance database as the owner."""
    import psycopg

    from xiachen.site.embedded.making import OWNER_ROLE

    return psycopg.connect(house.cluster.dsn(role=OWNER_ROLE, database="postgres"), autocommit=True)


def divisions() -> list[Line]:
    """Load a list as long as the full edition, beside copying the same lines into a bare table."""
    home = new_home()
    house = House(home)
    try:
        house.cluster.start()
        house.run("-m", "xiachen", "migrate", "--quiet")
        lines = made_up_list(_FULL_LIST)
        path = home / "divisions-2030-10.csv"
        path.write_text(lines, "utf-8")
        seconds = _seconds(lambda: house.run("-m", "xiachen", "divisions", "load", str(path)))
        bare = _copy_seconds(house, lines)
    finally:
        house.cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    return [Line(f"loading {_FULL_LIST:,} divisions", seconds, "s", 60, bare, "COPY alone")]


def made_up_list(rows: int) -> str:
    """Return a list of divisions with so many rows; every name is made up."""
    out = io.StringIO()
    out.write("code,name\n")
    left = rows
    for province in range(11, 66):
        for city in range(1, 13):
            for county in range(1, 11):
                for town in range(0, 13):
                    for place in range(0, 20):
                        if left == 0:
                            return out.getvalue()
                        code = f"{province}{city:02d}{county:02d}{town:03d}{place:03d}"
                        name = _name_of(province, city, county, town, place)
                        if name:
                            out.write(f"{code},{name}\n")
                            left -= 1
    return out.getvalue()


def _name_of(province: int, city: int, county: int, town: int, place: int) -> str:
    if place:
        return f"试{town}街{place}社区居委会" if town else ""
    if town:
        return f"试{town}街道"
    if county > 1:
        return f"试{county}区"
    return ""


def _copy_seconds(house: House, lines: str) -> float:
    with house.connect() as connection, connection.cursor() as cursor:
        cursor.execute("create table bench_bare (code bigint, name text)")
        began = time.perf_counter()
        with cursor.copy("copy bench_bare from stdin (format csv, header)") as copy:
            copy.write(lines)
        seconds = time.perf_counter() - began
        cursor.execute("drop table bench_bare")
    return seconds


def tests() -> list[Line]:
    """The whole test run."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    seconds = time.monotonic() - began
    collect = _seconds(
        lambda: subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--collect-only"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
    )
    found = re.search(r"(\d+) passed", done.stdout)
    name = f"make test, {found[1] if found else 0} passed"
    return [Line(name, seconds, "s", 300, collect, "collecting alone")]
