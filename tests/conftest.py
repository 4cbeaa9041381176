"""
The test run's own PostgreSQL: started fresh, used as the application's role, thrown away.

`db` wraps a test in a transaction that is rolled back. `committed_db` lets a test commit, for
what happens between connections; afterwards the owner empties every table that it touched.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world import World

# Searches whatever the run gives away for the town's people.
pytest_plugins = ("tests.oracle",)

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


def pytest_configure() -> None:
    """Start the server before Django reads the settings."""
    import django

    from xiachen.site.database import embedded_cluster
    from xiachen.site.embedded.guard import stop_with_program

    if not _OWN_SERVER:
        cluster = embedded_cluster(_HOME, durable=False)
        cluster.start()
        stop_with_program(cluster)  # a run that is told to end leaves no server behind
    django.setup()
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]


def pytest_unconfigure() -> None:
    """Stop the server and remove everything it kept."""
    from xiachen.site.database import embedded_cluster

    if not _OWN_SERVER:
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
    """Migrate as the owner, in a process of its own, as an installation does."""
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
    import psycopg

    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        listed = {
            name: owner.execute(f"select coalesce(max(id), 0) from {name}").fetchone()[0]  # type: ignore[index]
            for name in _LISTED
        }
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        from django.db import connections

        connections.close_all()
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        tables = owner.execute(
            "select quote_ident(tablename) from pg_tables where schemaname = 'public' "
            "and tablename <> all(%s)",
            [[*_KEPT, *_LISTED]],
        ).fetchall()
        owner.execute("truncate " + ", ".join(name for (name,) in tables) + " cascade")
        for name, last in listed.items():
            owner.execute(f"delete from {name} where id > %s", [last])
        owner.execute("delete from places_community where local")


@pytest.fixture
def world(db: None) -> "World":
    """The small invented town, in a transaction that is rolled back."""
    from tests.world import build_world

    return build_world()


@pytest.fixture
def committed_world(committed_db: None) -> "World":
    """The same town for tests that commit."""
    from tests.world import build_world

    return build_world()
