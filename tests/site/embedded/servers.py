"""Clusters asked and copied."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from xiachen.site.embedded.cluster import Cluster

AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can become another account")


def ask(
    cluster: Cluster, sql: LiteralString, *, role: str = "postgres", database: str = "xiachen"
) -> list[tuple[object, ...]]:
    with psycopg.connect(cluster.dsn(role=role, database=database), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def copy_of(cluster: Cluster, data: Path, clusters: list[Cluster]) -> Cluster:
    shutil.copytree(cluster.data, data)
    for path in (data, *data.rglob("*")):
        cluster.account.hand_over(path)
    clusters.append(Cluster(data, durable=False))
    return clusters[-1]
