"""A whole site in its own folder: it runs once, ends whole, and comes back after every end."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from bench.house import House, new_home, wait_until

from xiachen.privacy import struck_off
from xiachen.privacy.struck_off import Kind
from xiachen.sync import epoch

# One house for all of them, though runs go side by side.
pytestmark = pytest.mark.xdist_group("running")


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A site that began from nothing: no folder, no tables."""
    house = House(new_home())
    try:
        house.start()
        yield house
    finally:
        house.stop()
        shutil.rmtree(house.home, ignore_errors=True)


@pytest.fixture
def running(house: House) -> House:
    if house.program is None or house.program.poll() is not None:
        house.start()
    return house


def command(house: House, *arguments: str) -> subprocess.CompletedProcess[str]:
    import sys

    return subprocess.run(
        [sys.executable, "-m", "xiachen", *arguments],
        env=house.environment,
        capture_output=True,
        text=True,
    )


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def all_gone(processes: list[psutil.Process]) -> bool:
    return not [one for one in processes if one.is_running() and one.status() != "zombie"]


def test_a_second_instance_is_refused_and_the_first_goes_on(running: House) -> None:
    done = command(running, "serve", "--port", "1")
    assert done.returncode == 1
    assert "already runs" in done.stderr
    assert answers(running.port)


def test_restoring_under_a_running_site_is_refused(running: House, tmp_path: Path) -> None:
    backup = tmp_path / "x.dump"
    backup.write_bytes(b"no matter")
    done = command(running, "restore", str(backup))
    assert done.returncode == 1
    assert "already runs" in done.stderr


def test_all_processes_together_need_less_than_600_megabytes(running: House) -> None:
    used = sum(one.memory_full_info().pss for one in running.everything())
    assert used < 600e6


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_nothing_running(running: House, number: signal.Signals) -> None:
    everything = running.everything()
    assert len(everything) >= 5
    assert running.program is not None
    running.program.send_signal(number)
    assert running.program.wait(30) == 0
    assert wait_until(lambda: all_gone(everything), 5)
    assert not answers(running.port)


def test_killed_it_leaves_nothing_running_and_comes_back(running: House) -> None:
    everything = running.everything()
    assert running.program is not None
    os.kill(running.program.pid, signal.SIGKILL)
    running.program.wait()
    assert wait_until(lambda: all_gone(everything), 15)
    running.start()
    assert answers(running.port)


def test_an_older_backup_comes_back_under_a_new_epoch(running: House) -> None:
    folder = running.home / "backups"
    with running.connect() as connection:
        connection.execute("create table marks (word text); insert into marks values ('before')")
    assert command(running, "backup", str(folder)).returncode == 0
    with running.connect() as connection:
        connection.execute("insert into marks values ('after')")
    first = epoch.epoch(running.home)
    running.stop()
    done = command(running, "restore", str(next(folder.glob("*.dump"))), "--drop-former")
    assert done.returncode == 0, done.stderr
    running.start()
    with running.connect() as connection:
        assert connection.execute("select word from marks").fetchall() == [("before",)]
    assert epoch.epoch(running.home) != first
    proof = command(running, "audit", "verify")
    assert proof.returncode == 0, proof.stdout


def test_what_was_struck_off_since_the_backup_does_not_come_back(running: House) -> None:
    folder = running.home / "struck"
    opened, closed = uuid4(), uuid4()
    with running.connect() as connection:
        for id in (opened, closed):
            connection.execute(
                "insert into people_account (id, username, email, password, language, is_active, "
                "demonstration, created_at) values (%s, %s, '', '', 'en', true, false, now())",
                [id, f"u{id.hex[:12]}"],
            )
    assert command(running, "backup", str(folder)).returncode == 0
    struck_off.note(
        running.home, Kind.ACCOUNT, [str(closed)], by=closed, at=datetime(2020, 3, 1, tzinfo=UTC)
    )
    running.stop()
    done = command(running, "restore", str(next(folder.glob("*.dump"))), "--drop-former")
    assert done.returncode == 0, done.stderr
    assert "phones 0, links 0, accounts 1" in done.stdout + done.stderr
    running.start()
    with running.connect() as connection:
        active = dict(connection.execute("select id, is_active from people_account").fetchall())
        noted = connection.execute(
            "select targets from privacy_auditentry where action = 'privacy.strike-off-again'"
        ).fetchall()
    assert (active[opened], active[closed]) == (True, False)
    assert noted == [([closed],)]


def test_what_is_no_backup_and_what_is_newer_changes_nothing(running: House) -> None:
    folder = running.home / "newer"
    with running.connect() as connection:
        connection.execute(
            "insert into django_migrations (app, name, applied) values "
            "('places', '9999_from_the_future', now())"
        )
        command(running, "backup", str(folder))
        connection.execute("delete from django_migrations where name like '9999%'")
    running.stop()
    before = epoch.epoch(running.home)
    nothing = running.home / "nothing.dump"
    nothing.write_bytes(b"PGDMP but no more")
    words = {nothing: "not a whole backup", next(folder.glob("*.dump")): "newer version"}
    for file, expected in words.items():
        done = command(running, "restore", str(file))
        assert done.returncode == 1
        assert expected in done.stderr
    assert epoch.epoch(running.home) == before


def test_the_doctor_fails_a_site_that_would_lose_what_it_acknowledged(running: House) -> None:
    healthy = command(running, "doctor")
    assert "fsync is on" in healthy.stdout
    assert "The background worker is alive." in healthy.stdout
    assert healthy.returncode == 0, healthy.stdout
    with running.connect("postgres") as connection:
        connection.execute("alter system set synchronous_commit = off")
        connection.execute("select pg_reload_conf()")
        time.sleep(0.3)
        try:
            ill = command(running, "doctor")
        finally:
            connection.execute("alter system reset synchronous_commit")
            connection.execute("select pg_reload_conf()")
    assert ill.returncode == 1
    assert "synchronous_commit is off" in ill.stdout
    assert command(running, "doctor", "--production").returncode == 1
