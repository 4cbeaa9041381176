"""Processes beside the tests: other programs of the folder, and ones that have no part in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.site.embedded.servers import AS_ROOT
from xiachen.site.embedded.cluster import Cluster


def program(town: Path, body: str) -> subprocess.Popen[str]:
    """Another program that has a cluster of the shared folder."""
    lines = [
        "import os, sys, time",
        "from pathlib import Path",
        "from xiachen.site.embedded.cluster import Cluster",
        "from xiachen.site.embedded.guard import stop_with_program",
        f"cluster = Cluster(Path({str(town)!r}) / 'shared', durable=False)",
        body,
    ]
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(lines)], stdout=subprocess.PIPE, text=True
    )


def ended(other: subprocess.Popen[str]) -> int:
    other.communicate(timeout=20)
    return other.returncode


def sleeper(cluster: Cluster) -> subprocess.Popen[bytes]:
    """A process that has nothing to do with us, of the very account that runs the server."""
    return subprocess.Popen(["sleep", "60"], user=cluster.account.uid if AS_ROOT else None)
