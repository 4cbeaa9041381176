"""The program that holds a folder: one at a time, and the server ends with it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.site.embedded.strangers import ended, program
from xiachen.site.embedded import errors
from xiachen.site.embedded.cluster import Cluster
from xiachen.site.embedded.instance import only_instance


def test_a_second_program_on_the_same_folder_is_told_which_one_runs(town: Path) -> None:
    holding = program(
        town,
        "from xiachen.site.embedded.instance import only_instance\n"
        f"with only_instance(Path({str(town)!r})): print('held', flush=True); time.sleep(60)",
    )
    assert holding.stdout is not None and holding.stdout.readline() == "held\n"
    refused = pytest.raises(errors.SecondInstance, match=rf"process {holding.pid}\)")
    try:
        with refused, only_instance(town):
            pass
    finally:
        holding.kill()
        ended(holding)
    with only_instance(town):
        assert (town / "instance.lock").read_text() == f"{os.getpid()}\n"


def test_a_server_left_behind_does_not_hold_the_folder(town: Path, running: Cluster) -> None:
    running.stop()
    killed = program(
        town,
        "from xiachen.site.embedded.instance import only_instance\n"
        f"with only_instance(Path({str(town)!r})): cluster.start(); os.kill(os.getpid(), 9)",
    )
    ended(killed)
    assert running.is_running()
    with only_instance(town):
        pass


@pytest.mark.parametrize("ending", ["end of the program", "SIGTERM", "SIGINT", "SIGHUP"])
def test_the_server_stops_with_its_program(running: Cluster, town: Path, ending: str) -> None:
    wait = "" if ending == "end of the program" else "time.sleep(60)"
    guarded = program(
        town,
        "cluster.start(); stop_with_program(cluster)\n"
        "if os.fork() == 0: sys.exit()\n"
        "os.wait(); print(cluster.is_running(), flush=True)\n" + wait,
    )
    assert guarded.stdout is not None and guarded.stdout.readline() == "True\n"
    if wait:
        guarded.send_signal(signal.Signals[ending])
    guarded.communicate(timeout=10)
    assert not running.is_running()


def test_a_killed_program_leaves_a_server_that_the_next_adopts(
    running: Cluster, town: Path
) -> None:
    running.stop()
    killed = program(town, "cluster.start(); stop_with_program(cluster); os.kill(os.getpid(), 9)")
    ended(killed)
    left = running.pid()
    running.start()
    assert left is not None and running.pid() == left
