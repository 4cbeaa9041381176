"""
A sheet of people on its whole way in.

Run as `python -m bench.sheets ROWS` on a house whose database is migrated; prints as JSON the
seconds of each step, the processor seconds of all, and the megabytes of the child that reads.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psutil

from bench.house import House, new_home
from bench.measuring import Line, copy_rows_seconds

_SHEET = 50_000
_HEADED = "序号 姓名 性别 手机号 身份证号 单位 党组织 政治面貌 居住社区 特长 到岗日期 备注"
_SURNAMES, _GIVEN = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦",
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰",
)


def measured() -> list[Line]:
    """Bring a sheet of 50,000 people in, beside reading it bare and copying as many rows."""
    home = new_home()
    house = House(home)
    try:
        house.cluster.start()
        house.environment["XIACHEN_AS_OWNER"] = "1"
        house.run("-m", "xiachen", "migrate", "--quiet")
        del house.environment["XIACHEN_AS_OWNER"]
        taken = json.loads(house.run("-m", "bench.sheets", str(_SHEET)).splitlines()[-1])
        copied = copy_rows_seconds(house, _SHEET)
    finally:
        house.cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    whole = taken["read"] + taken["match"] + taken["enter"]
    return [
        Line(
            f"a sheet of {_SHEET:,} people, all", whole, "s", 30, copied, f"COPY of {_SHEET:,} rows"
        ),
        Line(
            "  read in the cage and sealed",
            taken["read"],
            "s",
            None,
            taken["bare"],
            "calamine alone",
        ),
        Line("  the child that reads it", taken["child"], "MB", 500),
        Line("  columns matched", taken["match"], "s"),
        Line("  entered", taken["enter"], "s", None, copied, "COPY"),
        Line("  looked through before (the preview)", taken["check"], "s"),
        Line("  processor time of both sides, preview and all", taken["processor"], "s"),
    ]


def main() -> None:
    """Make the sheet, bring it in step by step, and print what each step took."""
    import django

    django.setup()
    from tests import world

    town = world.build_world()
    rows = int(sys.argv[1])
    with TemporaryDirectory() as folder:
        path = Path(folder, "名册.xlsx")
        write(path, rows)
        print(json.dumps(_entered(town, path, rows)))


def write(path: Path, rows: int) -> None:
    """Write a workbook of people who do not exist."""
    from openpyxl import Workbook

    chance = random.Random(7)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名册")
    sheet.append(_HEADED.split())
    for number in range(rows):
        name = chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, 2))
        sheet.append([number + 1, *_person(number, name)])
    book.save(path)


def _person(number: int, name: str) -> list[str]:
    from xiachen.people.rules import check_digit

    # 40 years, 12 months, 28 days: what is left over makes the number within the day.
    year, rest = 1960 + number % 40, number // 40
    month, rest = 1 + rest % 12, rest // 12
    day, rest = 1 + rest % 28, rest // 28
    first = f"420199{year}{month:02d}{day:02d}{rest:03d}"
    return [
        name,
        "男" if number % 2 else "女",
        f"13{number:09d}",
        first + check_digit(first),
        "市枫林观测局",
        "",
        "群众",
        "枫林上城社区",
        "",
        "2020.3.1",
        "",
    ]


def _entered(town: Any, path: Path, rows: int) -> dict[str, float]:
    from xiachen.base import clock
    from xiachen.papers.intake import Setting
    from xiachen.papers.operations import drafts, entering
    from xiachen.papers.rules.matching import match
    from xiachen.people.operations.sheets.members import MEMBERS
    from xiachen.privacy.scope import Role

    scope, at = town.scope(Role.ORGANISER), clock.now()
    taken: dict[str, float] = {"bare": _seconds(lambda: _bare(path)), "child": _child(path)}
    before = _spent()
    made: list[Any] = []

    def send() -> None:
        with path.open("rb") as file:
            made.append(
                drafts.begin_draft(
                    scope,
                    intake=MEMBERS,
                    file=file,
                    name=path.name,
                    sheet=None,
                    setting=Setting(),
                    grant=uuid4(),
                    at=at,
                )
            )

    taken["read"] = _seconds(send)
    [draft] = made
    mapping = [one.field for one in match(MEMBERS.fields, draft.about()["headings"])]
    confirm = lambda: drafts.confirm_columns(  # noqa: E731
        scope, draft=draft.pk, intake=MEMBERS, mapping=mapping, at=at
    )
    check = lambda: entering.check_draft(scope, draft=draft.pk, intake=MEMBERS, at=at)  # noqa: E731
    enter = lambda: entering.enter_draft(scope, draft=draft.pk, intake=MEMBERS, at=at)  # noqa: E731
    for name, step in (("match", confirm), ("check", check), ("enter", enter)):
        taken[name] = _seconds(step)
    taken["processor"] = _spent() - before
    draft.refresh_from_db()
    if draft.entered_new != rows:
        raise RuntimeError(f"{draft.entered_new} of {rows} were entered, {draft.faulty} faulty")
    return taken


def _bare(path: Path) -> None:
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


_MEASURED = """
import resource, subprocess, sys
with open(sys.argv[1], "rb") as file:
    subprocess.run(
        [sys.executable, "-m", "xiachen.papers.caged.sheets", '{"sheet": null, "known": []}'],
        stdin=file, stdout=subprocess.DEVNULL, check=True,
    )
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def _child(path: Path) -> float:
    """Return the child's largest size in megabytes, started by a program that is small itself."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path)], stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout)


def _spent() -> float:
    """Return the processor seconds of this program, its children and its database connection."""
    from django.db import connection

    connection.ensure_connection()
    theirs = psutil.Process(connection.connection.info.backend_pid).cpu_times()
    return sum(os.times()[:4]) + theirs.user + theirs.system


def _seconds(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
