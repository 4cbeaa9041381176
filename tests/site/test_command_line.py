"""The command's own words, arguments and exit statuses; nothing here starts a server."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from xiachen.site import addresses, doctor, home, migrating, speaking
from xiachen.site.embedded import errors
from xiachen.site.supervising import Child, Supervisor
from xiachen.sync import epoch


def run(*arguments: str, home: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LANG")}
    return subprocess.run(
        [sys.executable, "-m", "xiachen", *arguments],
        env={**kept, "XIACHEN_HOME": str(home), "XIACHEN_LANGUAGE": "en", **extra},
        capture_output=True,
        text=True,
    )


def test_wrong_arguments_end_with_status_2_and_say_so(tmp_path: Path) -> None:
    done = run("serve", "--port", "99999", home=tmp_path)
    assert done.returncode == 2
    assert "a port is a number from 1 to 65535" in done.stderr


def test_help_is_in_the_language_of_the_terminal(tmp_path: Path) -> None:
    english = run("--help", home=tmp_path).stdout
    chinese = run("--help", home=tmp_path, XIACHEN_LANGUAGE="zh").stdout
    assert "look for what could go wrong" in english
    assert "用法" in chinese
    assert "look for what could go wrong" not in chinese


def test_a_port_in_use_is_named_with_another_to_choose(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("run", "--port", str(port), home=tmp_path)
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use by another program" in done.stderr
    assert "--port" in done.stderr
    assert "make run PORT=" in done.stderr
    assert not (tmp_path / "postgres").exists()


def test_the_demonstration_is_not_served_to_a_network(tmp_path: Path) -> None:
    done = run("run", "--host", "0.0.0.0", home=tmp_path)
    assert done.returncode == 1
    assert "known to everybody" in done.stderr


def test_a_date_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    done = run("divisions", "load", "list.csv", "--day", "2021-02-30", home=tmp_path)
    assert done.returncode == 2
    assert "2021-02-30 is no date" in done.stderr


def test_a_database_address_of_another_kind_is_refused(tmp_path: Path) -> None:
    done = run("migrate", home=tmp_path, DATABASE_URL="mysql://root@localhost/xiachen")
    assert done.returncode == 1
    assert "Only PostgreSQL" in done.stderr


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "XIACHEN_LANGUAGE": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_terminals_unless_told(
    values: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XIACHEN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert speaking.language() == expected


def test_what_the_launcher_refuses_is_said_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIACHEN_LANGUAGE", "zh")
    kinds = [errors.NoSpace, errors.DataNewer, errors.SecondInstance]
    for kind in kinds:
        assert speaking.gettext(kind.message) != kind.message


def test_an_epoch_stays_until_it_is_renewed(tmp_path: Path) -> None:
    first = epoch.epoch(tmp_path)
    assert epoch.epoch(tmp_path) == first
    assert epoch.renew(tmp_path) != first
    assert epoch.epoch(tmp_path) != first


def test_the_fingerprint_follows_what_decides_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = tmp_path / "places"
    area.mkdir()
    (area / "models.py").write_text("one = 1\n")
    (area / "screens.py").write_text("one = 1\n")
    monkeypatch.setattr(migrating, "_PACKAGE", tmp_path)
    first = migrating.fingerprint()
    (area / "screens.py").write_text("one = 2\n")
    assert migrating.fingerprint() == first
    (area / "models.py").write_text("one = 2\n")
    assert migrating.fingerprint() != first


def test_a_program_that_ends_again_and_again_ends_the_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIACHEN_LANGUAGE", "en")
    monkeypatch.setattr("xiachen.site.supervising.time.sleep", lambda _seconds: None)
    supervisor = Supervisor([Child("web server", ["-c", "raise SystemExit(3)"], os.environ)], None)
    supervisor.start()
    with pytest.raises(speaking.Stopped, match="20 times within 90 seconds"):
        supervisor.wait(until=lambda: False)
    assert "(status 3); starting it again." in capsys.readouterr().out


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(speaking.Stopped, match=r"192\.0\.2\.7"):
        addresses.require_free("192.0.2.7", 8000)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("place", ["/proc/nowhere", "a-file", "a-file/below", "in-a-circle"])
def test_a_home_that_cannot_be_made_is_refused_in_words(
    place: str, language: str, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("")
    (tmp_path / "in-a-circle").symlink_to("in-a-circle")
    done = run("doctor", home=tmp_path / place, XIACHEN_LANGUAGE=language)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(tmp_path / place) in done.stderr
    assert {"en": "Choose another folder", "zh": "另指目录"}[language] in done.stderr


@pytest.mark.parametrize(("uid", "mode"), [(0, 0o711), (1000, 0o700)])
def test_a_new_home_is_closed_but_for_the_databases_account(
    uid: int, mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIACHEN_HOME", str(tmp_path / "deep" / "home"))
    monkeypatch.setattr("os.geteuid", lambda: uid)
    before = os.umask(0o077)
    try:
        made = home.home_directory()
    finally:
        os.umask(before)
    assert stat.S_IMODE(made.stat().st_mode) == mode


def test_the_doctor_sees_that_others_can_look_into_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIACHEN_LANGUAGE", "en")
    (tmp_path / "keys").mkdir(mode=0o700)
    tmp_path.chmod(home.private_mode())
    found = list(doctor._private(tmp_path, doctor.Grade.WARNING))
    assert [one.grade for one in found] == [doctor.Grade.GOOD] * 2
    tmp_path.chmod(0o755)
    (tmp_path / "keys").chmod(0o750)
    open_home, open_keys = doctor._private(tmp_path, doctor.Grade.WARNING)
    assert open_home.grade is doctor.Grade.WARNING
    assert f"chmod {home.private_mode():o} {tmp_path}" in open_home.words
    assert f"chmod 700 {tmp_path}/keys" in open_keys.words


@pytest.mark.parametrize(
    "asked",
    [("run", "--scenario", "nope"), ("drill", "check", "./missing.toml"), ("drill", "play", "no")],
)
def test_a_scenario_that_does_not_exist_is_refused_before_a_database_is_made(
    asked: tuple[str, ...], tmp_path: Path
) -> None:
    done = run(*asked, home=tmp_path)
    assert done.returncode == 1
    assert f"There is no scenario “{asked[-1]}”" in done.stderr
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("given", [{}, {"PORT": "8912"}])
def test_make_run_hands_the_port_on(given: dict[str, str]) -> None:
    # The tests themselves may be run by make, which tells its children so.
    inherited = ("PORT", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {k: v for k, v in os.environ.items() if k not in inherited} | given
    recipe = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "run"],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
    ).stdout.splitlines()[-1]
    assert recipe.startswith("exec .venv/bin/xiachen run ")
    said = subprocess.run(
        ["sh", "-c", recipe.replace("exec .venv/bin/xiachen", "echo")],
        env=environment,
        capture_output=True,
        text=True,
    ).stdout
    assert said.split()[3:] == (["--port", "8912"] if given else [])
