"""A folder for the clusters, one cluster shared by the tests, and copies of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.site.embedded.servers import copy_of
from xiachen.site.embedded.cluster import Cluster


@pytest.fixture(scope="module")
def town() -> Iterator[Path]:
    """A short folder that every account may enter; pytest's own is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="xiachen-embedded-", dir="/tmp")).resolve()
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shared(town: Path) -> Iterator[Cluster]:
    """One cluster for the tests that leave a cluster as whole as they found it."""
    cluster = Cluster(town / "shared", durable=False)
    cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture
def running(shared: Cluster) -> Cluster:
    shared.start()
    return shared


@pytest.fixture
def made(town: Path, shared: Cluster) -> Iterator[Callable[[str], Cluster]]:
    """Clusters of their own, copied from a stopped one because that is faster than initdb."""
    clusters: list[Cluster] = []

    def make(name: str) -> Cluster:
        shared.stop()
        return copy_of(shared, town / name, clusters)

    yield make
    for cluster in clusters:
        cluster.stop()
        shutil.rmtree(cluster.data)
