"""The data's folder: odd names, half-made ones, somebody else's, another version's."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.site.embedded.servers import ask
from tests.site.embedded.strangers import ended, program
from xiachen.site.embedded import errors
from xiachen.site.embedded.account import choose_account
from xiachen.site.embedded.cluster import Cluster


@pytest.mark.parametrize(
    "name",
    ["下沉 一线's data; 50% & more", "a-folder-far-below/" * 9 + "data"],
    ids=["odd", "long"],
)
def test_the_datas_folder_may_have_any_name(
    town: Path, made: Callable[[str], Cluster], name: str
) -> None:
    (town / name).parent.mkdir(parents=True, exist_ok=True)
    cluster = made(name)
    cluster.start()
    assert ask(cluster, "SELECT 1", role="xiachen_app") == [(1,)]
    with psycopg.connect(cluster.url(role="xiachen_app", database="xiachen")) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
    os.kill(cluster.pid() or 0, signal.SIGKILL)
    cluster.start()
    assert cluster.is_running()


@pytest.mark.parametrize("name", ["$(touch run)", "`id`", 'a"b', "a\\b", "a\nb"])
def test_a_name_that_a_shell_would_act_on_is_refused(town: Path, name: str) -> None:
    with pytest.raises(errors.DataNameUnusable, match="Choose another name"):
        Cluster(town / "names" / name).start()
    assert not (town / "names").exists()


def test_a_new_folder_of_any_name_is_made(town: Path) -> None:
    cluster = Cluster(town / "my documents" / "数据 库", durable=False)
    cluster.start()
    try:
        assert ask(cluster, "SELECT 1") == [(1,)]
    finally:
        cluster.stop()


def test_a_half_made_folder_is_made_anew(town: Path) -> None:
    cluster = Cluster(town / "halved", durable=False)
    starter = program(town, "Cluster(cluster.data.with_name('halved'), durable=False).start()")
    half = town / ".halved.half-made"
    while not (half / "PG_VERSION").exists():
        assert starter.poll() is None
        time.sleep(0.005)
    starter.kill()
    ended(starter)
    assert half.exists() and not cluster.data.exists()
    cluster.start()
    try:
        assert ask(cluster, "SELECT 1", role="xiachen_app") == [(1,)]
        assert not half.exists()
    finally:
        cluster.stop()


def test_a_folder_with_something_else_in_it_is_refused_untouched(town: Path) -> None:
    data = town / "letters"
    data.mkdir()
    (data / "letter.txt").write_text("dear")
    with pytest.raises(errors.DataForeign, match="letters is not empty"):
        Cluster(data).start()
    assert [path.name for path in data.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("version", "refusal"), [("99", errors.DataNewer), ("14", errors.DataOlder)]
)
def test_another_major_version_is_refused_and_told_what_to_do(
    town: Path, version: str, refusal: type[errors.EmbeddedError]
) -> None:
    data = town / f"version-{version}"
    data.mkdir()
    (data / "PG_VERSION").write_text(f"{version}\n")
    choose_account(None, town / "new").hand_over(data)
    with pytest.raises(refusal, match=rf"set PG_BIN|Set PG_BIN.*{version}"):
        Cluster(data).start()
