"""PostgreSQL's own programs: those that run, and those that PG_BIN names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.site.embedded.servers import ask
from xiachen.site.embedded import errors
from xiachen.site.embedded.cluster import Cluster

OLD_BINARIES = Path("/usr/lib/postgresql/15/bin")


def test_a_dump_goes_through_open_files_and_comes_back(running: Cluster, town: Path) -> None:
    ask(running, "CREATE TABLE street AS SELECT '静安' AS name", role="xiachen_owner")
    url = running.url(role="xiachen_owner", database="xiachen")
    with (town / "dump").open("w+b") as dump:
        running.run("pg_dump", "--format=custom", url, stdout=dump)
        ask(running, "DROP TABLE street", role="xiachen_owner")
        dump.seek(0)
        running.run("pg_restore", f"--dbname={url}", "--table=street", stdin=dump)
    assert ask(running, "SELECT name FROM street", role="xiachen_owner")
    ask(running, "DROP TABLE street", role="xiachen_owner")


def test_a_failing_programs_words_are_kept_out_of_the_message(running: Cluster) -> None:
    url = running.url(role="postgres", database="xiachen")
    with pytest.raises(errors.ProgramFailed) as failure:
        running.run("psql", "-v", "ON_ERROR_STOP=1", "-c", "SELECT 'canary'::int", url)
    assert "canary" in failure.value.output and "canary" not in str(failure.value)


@pytest.mark.skipif(not (OLD_BINARIES / "initdb").exists(), reason="PostgreSQL 15 is not here")
def test_postgresql_15_from_pg_bin_does_as_well(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(OLD_BINARIES))
    cluster = Cluster(town / "fifteen", durable=False)
    cluster.start()
    try:
        assert str(ask(cluster, "SHOW server_version")[0][0]).startswith("15.")
        assert ask(cluster, "SELECT similarity('静安寺街道', '静安街道') > 0.3") == [(True,)]
    finally:
        cluster.stop()
    monkeypatch.delenv("PG_BIN")
    with pytest.raises(errors.DataOlder):
        Cluster(cluster.data).start()


def test_a_pg_bin_without_programs_is_named(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(town))
    with pytest.raises(errors.BinariesMissing, match="set PG_BIN"):
        Cluster(town / "never").start()
