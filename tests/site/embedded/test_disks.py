"""A full disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.embedded.servers import AS_ROOT, ask, copy_of
from xiachen.site.embedded import errors
from xiachen.site.embedded.cluster import Cluster


@pytest.fixture
def small_disk(town: Path) -> Iterator[Path]:
    """A disk of 80 MB that can be filled."""
    disk = town / "disk"
    disk.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=80m,mode=755", "none", str(disk)]
    if not AS_ROOT or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path, *, leave: int) -> Path:
    filling = disk / "filling"
    filling.write_bytes(b"0" * (shutil.disk_usage(disk).free - leave))
    return filling


def test_a_full_disk_leaves_nothing_half_made(small_disk: Path) -> None:
    filling = fill(small_disk, leave=15 << 20)
    with pytest.raises(errors.NoSpace, match="Free some space"):
        Cluster(small_disk / "data", durable=False).start()
    assert {path.name for path in small_disk.iterdir()} <= {filling.name, ".data.lock"}


def test_a_start_on_a_full_disk_says_so_and_works_after_it_was_cleared(
    small_disk: Path, running: Cluster
) -> None:
    os.kill(running.pid() or 0, signal.SIGKILL)
    time.sleep(0.3)
    copies: list[Cluster] = []
    cluster = copy_of(running, small_disk / "data", copies)
    filling = fill(small_disk, leave=0)
    with pytest.raises(errors.NoSpace):
        cluster.start()
    filling.unlink()
    cluster.start()
    assert ask(cluster, "SELECT 1") == [(1,)]
    cluster.stop()
