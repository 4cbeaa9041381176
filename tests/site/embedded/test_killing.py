"""Killed servers, and notes that they left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.site.embedded.servers import ask
from tests.site.embedded.strangers import sleeper
from xiachen.site.embedded import processes
from xiachen.site.embedded.cluster import Cluster


def test_a_killed_server_starts_again_with_what_was_committed(
    made: Callable[[str], Cluster],
) -> None:
    cluster = Cluster(made("killed").data, durable=True)
    cluster.start()
    ask(cluster, "CREATE TABLE kept (round int)")
    for count in range(1, 4):
        ask(cluster, "INSERT INTO kept VALUES (1)")
        os.kill(cluster.pid() or 0, signal.SIGKILL)
        cluster.start()
        assert ask(cluster, "SELECT count(*) FROM kept") == [(count,)]


def test_a_killed_servers_busy_child_does_not_prevent_the_start(running: Cluster) -> None:
    with psycopg.connect(running.dsn(role="postgres", database="xiachen")) as busy:
        child = busy.info.backend_pid
        busy.pgconn.send_query(b"DO $$ BEGIN LOOP END LOOP; END $$")
        time.sleep(0.1)
        os.kill(running.pid() or 0, signal.SIGKILL)
        running.start()
        busy.close()
    assert running.is_running()
    assert child not in processes.all_in(running.data, running.account)


def name_in_stale_note(cluster: Cluster, pid: int) -> None:
    note = cluster.data / "postmaster.pid"
    folder = cluster.socket_directory
    note.write_text(f"{pid}\n{cluster.data}\n1700000000\n5432\n{folder}\n\n  1 2\nready   \n")
    cluster.account.hand_over(note)


@pytest.mark.parametrize("looks", ["with /proc", "without /proc"])
def test_a_stale_note_harms_nobody_and_prevents_nothing(
    running: Cluster, looks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if looks == "without /proc":
        monkeypatch.setattr(processes, "PROC", Path("/nowhere"))
    running.stop()
    victim = sleeper(running)
    try:
        name_in_stale_note(running, victim.pid)
        assert not running.is_running() and running.pid() is None
        running.stop()
        running.start()
        assert running.is_running() and running.pid() != victim.pid
        running.stop()
        assert victim.poll() is None
    finally:
        victim.kill()
        victim.wait()


def test_a_stale_note_that_names_another_server_leaves_it_running(
    made: Callable[[str], Cluster], shared: Cluster
) -> None:
    other = made("other")
    other.start()
    name_in_stale_note(shared, other.pid() or 0)
    shared.stop()
    assert other.is_running()
    shared.start()
    assert other.is_running() and shared.is_running() and shared.pid() != other.pid()


def test_without_proc_a_kill_is_recovered_and_a_live_server_adopted(
    running: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PROC", Path("/nowhere"))
    before = running.pid()
    running.start()
    assert before is not None and running.pid() == before
    os.kill(before, signal.SIGKILL)
    running.start()
    assert running.is_running()


def test_a_killed_process_that_nobody_has_buried_is_not_taken_for_a_server(
    running: Cluster,
) -> None:
    dead = subprocess.Popen([running.binaries / "postgres", "--version"], stdout=subprocess.DEVNULL)
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    assert not processes.seems_postgres(dead.pid)
    assert dead.wait() == 0
