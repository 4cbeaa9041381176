"""
The test run's own PostgreSQL: with fresh tables, used as the application's role, thrown away.

`db` wraps a test in a transaction that is rolled back; with `world` the town stands in it, with
others of `tests.standing` more than the town. `committed_db` lets a test commit, for what happens
between connections; afterwards the owner empties every table that it touched.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# The oracle searches whatever the run gives away for the town's people.
pytest_plugins = ("tests.oracle", "tests.browser", "tests.standing")

_HOME = Path(tempfile.mkdtemp(prefix="xiachen-test-"))
_HOME.chmod(0o755)
(_HOME / "static").mkdir()
os.environ["XIACHEN_HOME"] = str(_HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "xiachen.site.settings"
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


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Every test begins in Chinese, whatever language the page before was asked in."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield
