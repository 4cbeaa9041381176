"""
The test run's own PostgreSQL: with fresh tables, used as the application's role, thrown away.

`db` wraps a test in a transaction that is rolled back; with `world` the town stands in it.
`committed_db` lets a test commit, for what happens between connections; afterwards the owner
empties every table that it touched.
"""

import copy
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import psycopg

    from tests.world import World

# Searches whatever the run gives away for the town's people.
pytest_plugins = ("tests.oracle", "tests.browser")

_HOME = Path(tempfile.mkdtemp(prefix="xiachen-test-"))
_HOME.chmod(0o755)
(_HOME / "static").mkdir()
os.environ["XIACHEN_HOME"] = str(_HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "xiachen.site.settings"
# What migrating fills once stays; what a test adds to a list goes again.
_KEPT = ("django_migrations", "django_content_type", "auth_permission", "places_community")
_LISTED = (
    "places_division",
    "places_alias",
    "places_communitycode",
    "needs_taskkind",
    "deployment_teamtype",
)
_OWN_SERVER = os.environ.get("XIACHEN_TEST_DATABASE_URL")
if _OWN_SERVER:
    os.environ["DATABASE_URL"] = _OWN_SERVER
else:
    os.environ.pop("DATABASE_URL", None)


def pytest_configure(config: pytest.Config) -> None:
    """Start the server before Django reads the settings; of runs side by side each has its own."""
    if hands_out(config):
        # Runs side by side read their own settings, from an own home, as this one would.
        del os.environ["XIACHEN_HOME"], os.environ["DJANGO_SETTINGS_MODULE"]
        return
    import signal

    import django

    # A run in the background may have inherited these ignored; programs of tests expect them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

    from xiachen.site.database import embedded_cluster
    from xiachen.site.embedded.guard import stop_with_program

    if not _OWN_SERVER:
        from tests.prepared import put_data

        put_data(_HOME)
        cluster = embedded_cluster(_HOME, durable=False)
        cluster.start()
        stop_with_program(cluster)  # a run that is told to end leaves no server behind
    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]


def hands_out(config: pytest.Config) -> bool:
    """Tell whether this process gives the tests to others, and runs none itself."""
    return bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove everything it kept."""
    if not _OWN_SERVER and not hands_out(config):
        from xiachen.site.database import embedded_cluster

        embedded_cluster(_HOME, durable=False).stop()
    shutil.rmtree(_HOME, ignore_errors=True)


def _dsn() -> str:
    from xiachen.site.database import OWNER_ROLE, embedded_cluster

    return embedded_cluster(_HOME, durable=False).dsn(role=OWNER_ROLE, database="xiachen")


@pytest.fixture(scope="session")
def owner_dsn() -> str:
    """How to connect as the owner of the tables, past the application's rights."""
    return _OWN_SERVER or _dsn()


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Migrate a server of somebody else's, as an installation does; our own has its tables."""
    if not _OWN_SERVER:
        return
    import subprocess
    import sys

    subprocess.run(
        [sys.executable, "-m", "xiachen", "migrate", "--quiet"],
        check=True,
        env={**os.environ, "XIACHEN_AS_OWNER": "1"},
    )


@pytest.fixture
def committed_db(
    django_db_setup: None, django_db_blocker: object, owner_dsn: str
) -> Iterator[None]:
    """Let the test commit; afterwards empty what it filled."""
    with _owner(owner_dsn) as owner:
        listed = {
            name: owner.execute(f"select coalesce(max(id), 0) from {name}").fetchone()[0]  # type: ignore[index]
            for name in _LISTED
        }
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        from django.db import connections

        connections.close_all()
    _empty(owner_dsn)
    with _owner(owner_dsn) as owner:
        for name, last in listed.items():
            owner.execute(f"delete from {name} where id > %s", [last])
        owner.execute("delete from places_community where local")


def _owner(dsn: str) -> "psycopg.Connection[Any]":
    import psycopg

    return psycopg.connect(dsn, autocommit=True)


def _empty(dsn: str) -> None:
    """Empty every table that has rows, but for what migrating filled."""
    with _owner(dsn) as owner:
        tables = owner.execute(
            "select quote_ident(tablename) from pg_tables where schemaname = 'public' "
            "and tablename <> all(%s)",
            [[*_KEPT, *_LISTED]],
        ).fetchall()
        asked = " union all ".join(
            f"select '{name}' where exists (select 1 from {name})" for (name,) in tables
        )
        filled = owner.execute(asked).fetchall()
        if filled:
            _truncate(owner, ", ".join(name for (name,) in filled))


def _truncate(owner: "psycopg.Connection[Any]", tables: str) -> None:
    """Empty tables, though a server may still be answering what a phone asked last."""
    import psycopg

    for _ in range(4):
        try:
            owner.execute(f"truncate {tables} cascade")
            return
        except psycopg.errors.DeadlockDetected:
            continue
    owner.execute(f"truncate {tables} cascade")


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Every test begins in Chinese, whatever language the page before was asked in."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


class _Town:
    """The town that stands in the database, built once for all tests that roll back."""

    standing: "World | None" = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run tests in the town first, then those that want empty tables, then those that commit."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    names = getattr(item, "fixturenames", ())
    return 2 if "committed_db" in names else 0 if "world" in names else 1


@pytest.fixture(autouse=True)
def _tables(request: pytest.FixtureRequest) -> None:
    """Take the town away before a test that wants none."""
    if _Town.standing is not None and _turn(request.node) != 0:
        _empty(request.getfixturevalue("owner_dsn"))
        _Town.standing = None


@pytest.fixture
def world(db: None, django_db_blocker: object, owner_dsn: str) -> "World":
    """The small invented town; what a test does to it is rolled back."""
    if _Town.standing is None:
        # On a connection of its own: the test's is inside the transaction that is rolled back.
        with ThreadPoolExecutor(1) as beside:
            _Town.standing = beside.submit(_build).result()
    return copy.deepcopy(_Town.standing)


def _build() -> "World":
    from django.db import connections

    from tests.world import build_world

    try:
        return build_world()
    finally:
        connections.close_all()


@pytest.fixture
def committed_world(committed_db: None) -> "World":
    """The same town for tests that commit."""
    from tests.world import build_world

    return build_world()
