"""The command that enters people from a spreadsheet: all of them, or none with the reasons."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from xiachen.people.models.members import Member
from xiachen.site.people_sheet import _standing


def enter(path: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return subprocess.run(
        [sys.executable, "-m", "xiachen", "import", str(path)],
        env={**os.environ, "XIACHEN_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("中共党员", "full"),
        ("中共党员（正式）", "full"),
        ("正式 党员", "full"),
        ("党员", "full"),
        ("预备党员", "probationary"),
        ("中共预备党员", "probationary"),
        ("群众", "none"),
        ("共青团员", "none"),
        ("民主党派", "none"),
        ("无党派", "none"),
        ("", "none"),
    ],
)
def test_a_political_status_is_understood_as_people_write_it(said: str, meant: str) -> None:
    assert _standing(said) == meant


def test_a_status_that_is_not_understood_is_named_by_line_and_heading_only(
    committed_db: None, tmp_path: Path
) -> None:
    done = enter(tmp_path / "list.csv", "姓名,政治面貌", "卢一鸣,中共党员", "卢二鸣,光荣党员")
    assert done.returncode == 1
    assert "line 3: What stands in the column 政治面貌 is not understood." in done.stderr
    assert "1 line cannot be entered" in done.stderr
    assert "光荣" not in done.stderr
    assert "卢二鸣" not in done.stderr
    assert not Member.objects.exists()


def test_a_number_that_stands_twice_is_named_by_the_line_above(
    committed_db: None, tmp_path: Path
) -> None:
    done = enter(
        tmp_path / "list.csv",
        "姓名,手机号",
        "卢一鸣,13900000001",
        "卢二鸣,139 0000 0001",
        "卢三鸣,",
        "卢四鸣,",
        "卢五鸣,13900000001",
    )
    same = "The number in the column 手机号 is the same as in line 2."
    assert f"line 3: {same}" in done.stderr
    assert f"line 6: {same}" in done.stderr
    assert "2 lines cannot be entered" in done.stderr
    assert "registered" not in done.stderr
    assert not Member.objects.exists()
