"""The command that enters registers from a spreadsheet: all lines or none, with the reasons."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.papers.sheets import book
from tests.world import FENGLIN
from xiachen.people.models.members import Member
from xiachen.people.models.residents import Resident
from xiachen.people.operations.sheets.words import STANDINGS
from xiachen.places.models import Household
from xiachen.places.rules.names import plain
from xiachen.site.command_line.importing import KINDS
from xiachen.site.intakes import INTAKES


def run(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "xiachen", "import", str(path), *arguments],
        env={**os.environ, "XIACHEN_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )


def enter(path: Path, *lines: str) -> subprocess.CompletedProcess[str]:
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return run(path)


def test_every_register_can_be_imported() -> None:
    registers = ("xiachen.people.", "xiachen.places.")
    assert set(KINDS) == {one.kind for one in INTAKES if one.enter.__module__.startswith(registers)}


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
    ],
)
def test_a_political_status_is_understood_as_people_write_it(said: str, meant: str) -> None:
    assert STANDINGS[plain(said)] == meant


def test_a_status_that_is_not_understood_is_named_by_line_and_heading_only(
    committed_db: None, tmp_path: Path
) -> None:
    done = enter(tmp_path / "list.csv", "姓名,政治面貌", "卢一鸣,中共党员", "卢二鸣,光荣党员")
    assert done.returncode == 1
    assert "line 3, 政治面貌: This value cannot be used" in done.stderr
    assert "1 line cannot be entered" in done.stderr
    assert "光荣" not in done.stderr
    assert "卢二鸣" not in done.stderr
    assert not Member.objects.exists()


def test_a_number_that_stands_twice_is_named_by_the_line_above(
    committed_db: None, tmp_path: Path
) -> None:
    rows = (
        "姓名,联系电话",
        "卢一鸣,13900000001",
        "卢二鸣,139 0000 0001",
        "卢三鸣,",
        "卢四鸣,",
        "卢五鸣,13900000001",
    )
    done = enter(tmp_path / "list.csv", *rows)
    same = "The same number stands in line 2, beside another name."
    assert f"line 3, 联系电话: {same}" in done.stderr
    assert f"line 6, 联系电话: {same}" in done.stderr
    assert "2 lines cannot be entered" in done.stderr
    assert not Member.objects.exists()
    done = run(tmp_path / "list.csv", "--keep-going")
    assert "New: 3; completed: 0; there already: 0." in done.stdout
    assert "2 lines were not entered" in done.stderr
    assert done.returncode == 1
    assert Member.objects.count() == 3
    done = run(tmp_path / "list.csv", "--keep-going")
    assert "New: 0; completed: 0; there already: 3." in done.stdout


def test_a_column_that_is_not_certain_is_left_to_a_person(
    committed_db: None, tmp_path: Path
) -> None:
    done = enter(tmp_path / "list.csv", "人,联系电话", "卢一鸣,13900000001")
    assert done.returncode == 1
    assert "name" in done.stderr
    assert not Member.objects.exists()


def test_households_are_imported_for_one_community(committed_db: None, tmp_path: Path) -> None:
    path = book(
        tmp_path / "households.xlsx",
        [
            ["枫林上城社区住户台账"],
            ["住址", None, None, "家庭成员", None],
            ["楼栋", "单元", "房号", "姓名", "联系电话"],
            ["1栋", "2", 501, "卢一鸣、卢二鸣", "13900000001/13900000002"],
            [None, None, 502, "卢三鸣", 13900000003],
            ["合计", None, None, 3, None],
        ],
        "A1:E1",
        "A2:C2",
        "D2:E2",
        "A4:A5",
        "B4:B5",
    )
    done = run(path, "--kind", "households")
    assert "Say of which community the sheet is" in done.stderr
    done = run(path, "--kind", "households", "--community", str(FENGLIN))
    assert "This community has no compound yet" in done.stderr
    lines = ["小区,楼栋,单元,房号,姓名", "枫林一期,1栋,2,501,卢一鸣"]
    (tmp_path / "one.csv").write_bytes("\r\n".join(lines).encode("gbk"))
    done = run(tmp_path / "one.csv", "--kind", "households", "--community", str(FENGLIN))
    assert "New: 1" in done.stdout, done.stderr
    done = run(path, "--kind", "households", "--community", str(FENGLIN))
    assert "New: 2; completed: 0" in done.stdout, done.stderr
    assert Household.objects.count() == 2
    assert Resident.objects.count() == 3
