"""The first start, the next ones, and the settings that a server starts with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.site.embedded.servers import ask
from tests.site.embedded.strangers import ended, program
from xiachen.site.embedded.cluster import Cluster


def test_a_first_start_makes_the_database_its_roles_and_extensions(running: Cluster) -> None:
    roles = ask(
        running,
        "SELECT rolname, rolsuper, rolcreatedb, rolcanlogin FROM pg_roles"
        " WHERE rolname !~ '^pg_' ORDER BY 1",
    )
    assert roles == [
        ("postgres", True, True, True),
        ("xiachen_app", False, False, True),
        ("xiachen_owner", False, True, True),
    ]
    assert ask(running, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname='xiachen'")
    for database in ("xiachen", "template1"):
        extensions = ask(running, "SELECT extname FROM pg_extension", database=database)
        assert {("pg_trgm",), ("btree_gist",)} <= set(extensions)


def test_the_owner_makes_tables_and_the_application_cannot(running: Cluster) -> None:
    ask(running, "CREATE TABLE owned (id int)", role="xiachen_owner")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(running, "CREATE TABLE mine (id int)", role="xiachen_app")
    ask(running, "DROP TABLE owned", role="xiachen_owner")


def test_the_server_listens_in_a_closed_folder_only(running: Cluster) -> None:
    assert ask(running, "SHOW listen_addresses") == [("",)]
    assert running.socket_directory.stat().st_mode & 0o777 == 0o700
    assert len(str(running.socket_directory)) < 60


def test_similarity_sees_chinese_letters_as_letters(running: Cluster) -> None:
    sql: LiteralString = "SELECT similarity('静安寺街道', '静安街道')"
    [(similar,)] = ask(running, sql)
    assert isinstance(similar, float) and similar > 0.3
    ask(running, "CREATE DATABASE blind TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    ask(running, "CREATE EXTENSION pg_trgm", database="blind")
    assert ask(running, sql, database="blind") == [(0.0,)]
    ask(running, "DROP DATABASE blind")


def test_a_second_start_finds_the_server_running(running: Cluster) -> None:
    before = running.pid()
    Cluster(running.data, durable=False).start()
    assert running.pid() == before


def test_stopping_twice_is_harmless_and_a_warm_start_keeps_the_data(running: Cluster) -> None:
    ask(running, "CREATE TABLE kept AS SELECT 7 AS seven")
    running.stop()
    running.stop()
    assert not running.is_running() and running.pid() is None
    assert not running.socket_directory.exists()
    running.start()
    assert ask(running, "SELECT seven FROM kept") == [(7,)]
    ask(running, "DROP TABLE kept")


def test_two_starters_of_a_new_folder_come_to_one_server(town: Path) -> None:
    cluster = Cluster(town / "raced", durable=False)
    body = "Cluster(cluster.data.with_name('raced'), durable=False).start()"
    starters = [program(town, body) for _ in range(2)]
    try:
        assert [ended(starter) for starter in starters] == [0, 0]
        assert cluster.is_running()
        assert not (town / ".raced.half-made").exists()
    finally:
        cluster.stop()


def test_settings_are_the_callers_but_for_the_door_and_the_log(running: Cluster) -> None:
    assert ask(running, "SHOW shared_buffers") == [("128MB",)]
    running.stop()
    Cluster(running.data, durable=False, settings={"shared_buffers": "32MB"}).start()
    assert ask(running, "SHOW shared_buffers") == [("32MB",)]
    running.stop()
    with pytest.raises(ValueError, match="listen_addresses"):
        Cluster(running.data, settings={"listen_addresses": "*"}).start()


def test_a_server_that_would_forget_is_restarted_for_lasting_data(running: Cluster) -> None:
    assert ask(running, "SHOW fsync") == [("off",)]
    Cluster(running.data, durable=True).start()
    assert ask(running, "SHOW fsync") == [("on",)]
    assert ask(running, "SHOW full_page_writes") == [("on",)]
    running.stop()


def test_a_socket_swept_from_tmp_is_made_again(running: Cluster) -> None:
    shutil.rmtree(running.socket_directory)
    assert not running.is_running()
    running.start()
    assert ask(running, "SELECT 1") == [(1,)]


def test_our_callers_environment_leads_nobody_elsewhere(
    running: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "/nowhere", "PGOPTIONS": "-c x"}.items():
        monkeypatch.setenv(name, value)
    running.stop()
    running.start()
    said = running.run(
        "psql", "-Atc", "SELECT '中'", running.url(role="postgres", database="xiachen")
    )
    assert said.stdout == "中\n"


def test_the_log_carries_no_values(running: Cluster) -> None:
    ask(running, "CREATE TABLE named (name text UNIQUE)", role="xiachen_owner")
    ask(running, "GRANT ALL ON named TO xiachen_app", role="xiachen_owner")
    for role in ("xiachen_app", "xiachen_owner", "postgres"):
        with psycopg.connect(running.dsn(role=role, database="xiachen"), autocommit=True) as c:
            for _ in range(2):
                try:
                    c.execute("INSERT INTO named VALUES (%s)", ["canary-张三"])
                except psycopg.errors.UniqueViolation as duplicate:
                    assert "canary-张三" in str(duplicate)
    with pytest.raises(psycopg.errors.InvalidDatetimeFormat, match="canary"):
        ask(running, "SELECT 'canary-李四'::date", role="xiachen_app")
    ask(running, "DROP TABLE named", role="xiachen_owner")
    log = running.log.read_text()
    assert "unique constraint" in log, "the superuser's errors are logged, without their detail"
    assert "canary" not in log
