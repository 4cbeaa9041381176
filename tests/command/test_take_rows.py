"""Rows taken out as a file: all of them, masked whoever takes them, marked and audited."""

import csv
import io
from dataclasses import replace

import pytest

from tests.command.first_day import NEXT_DAY, FirstDay
from tests.world import CANARIES, DAY, FENGLIN
from xiachen.base.errors import Forbidden
from xiachen.command.queries.house import figures_of_the_house
from xiachen.command.queries.rows import Behind
from xiachen.command.queries.tables import rows_table
from xiachen.papers.tables import Kind, export
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope


def lines(day: FirstDay, scope: Scope, behind: Behind) -> list[list[str]]:
    table = rows_table(scope, behind=behind, at=NEXT_DAY)
    paper = export(scope, table=table, kind=Kind.CSV, by="值班员", at=NEXT_DAY)
    return list(csv.reader(io.StringIO(paper.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("role", [Role.HEADQUARTERS, Role.SECRETARY])
def test_a_file_holds_every_row_masked_even_for_those_who_read_names(
    first_day: FirstDay, role: Role
) -> None:
    issued = first_day.issue()
    scope = first_day.town.world.scope(role)
    taken = lines(first_day, scope, Behind(code="attendance.present", bulletin=issued.pk))
    text = "\n".join(",".join(line) for line in taken)
    assert [canary for canary in CANARIES if canary in text] == []
    people = [line for line in taken if line and "*" in line[0]]
    assert len(people) == 11
    assert any("#contact+name" in line for line in taken)
    assert "值班员" in text
    assert len(AuditEntry.objects.get(action="papers.export").targets) == 11


def test_no_figure_of_the_house_lets_a_whole_name_out(first_day: FirstDay) -> None:
    scope = first_day.town.secretary
    for figure in figures_of_the_house():
        behind = Behind(code=figure.code, division=FENGLIN, day=DAY)
        text = str(lines(first_day, scope, behind))
        assert [canary for canary in CANARIES if canary in text] == [], figure.code


def test_nobody_takes_rows_of_another_place_or_without_a_second_factor(
    first_day: FirstDay,
) -> None:
    behind = Behind(code="attendance.present", division=FENGLIN, day=DAY)
    once = replace(first_day.town.secretary, second_factor=False)
    for scope in (first_day.town.outsider, once, first_day.town.worker):
        with pytest.raises(Forbidden):
            rows_table(scope, behind=behind, at=NEXT_DAY)
