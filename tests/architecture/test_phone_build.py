"""`make check` turns red where the phone's app was not built from the sources beside it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
BUILT = Path("src/xiachen/sync/static/phone")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The folders that the tool looks at, to be changed."""
    for folder in (Path("phone"), BUILT):
        ignored = shutil.ignore_patterns("node_modules")
        shutil.copytree(CHECKOUT / folder, tmp_path / folder, ignore=ignored)
    (tmp_path / "tools").mkdir()
    shutil.copy(CHECKOUT / "tools" / "phone.py", tmp_path / "tools")
    return tmp_path


def checked(copy: Path) -> subprocess.CompletedProcess[str]:
    """Run the check where there is no Node."""
    return subprocess.run(
        [sys.executable, str(copy / "tools" / "phone.py"), "--check"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PATH": "/nowhere"},
    )


def test_the_committed_app_is_of_the_committed_sources(copy: Path) -> None:
    run = checked(copy)
    assert run.returncode == 0, run.stdout
    assert "no Node here" in run.stdout
    makefile = (CHECKOUT / "Makefile").read_text("utf-8")
    assert "tools/phone.py --check" in makefile.partition("\ncheck:")[2].partition("\n\n")[0]


@pytest.mark.parametrize("change", ["a source", "a new source", "a built file", "a lost file"])
def test_whatever_was_changed_after_the_build_is_found(copy: Path, change: str) -> None:
    source, built = copy / "phone" / "src" / "main.ts", copy / BUILT / "sw.js"
    if change == "a source":
        source.write_text(source.read_text() + "\n")
    elif change == "a new source":
        (source.parent / "more.ts").write_text("")
    elif change == "a built file":
        built.write_text(built.read_text() + " ")
    else:
        built.unlink()
    run = checked(copy)
    assert run.returncode == 1
    assert "make phone builds it anew" in run.stdout


def test_no_file_names_a_registry(copy: Path) -> None:
    lock = (copy / "phone" / "package-lock.json").read_text()
    assert '"integrity"' in lock
    assert '"resolved"' not in lock
