"""Tables that leave the house: what is shown and nothing more, marked, and nothing computes."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from xiachen.base.errors import Forbidden
from xiachen.papers.tables import Kind, Paper, Table, export, harmless
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope, SecondFactorNeeded

AT = datetime(2020, 3, 1, 12, 30, tzinfo=UTC)
RECORD = UUID(int=7)
TABLE = Table(
    title="到岗",
    about=("枫林上城社区", "截至3月1日24时"),
    headings=("姓名", "签到", "次数", "日期"),
    tags=("#contact+name", "#date+signed", "", "#date"),
    lines=[
        ("欧阳**", datetime(2020, 3, 1, 0, 20, tzinfo=UTC), 3, date(2020, 3, 1)),
        ('=HYPERLINK("http://x")', None, Decimal("2.0000"), date(2020, 3, 1)),
    ],
    records=(RECORD,),
)


def scope(role: Role = Role.HEADQUARTERS, **more: bool) -> Scope:
    return Scope(account=uuid4(), role=role, **more)


def taken(kind: Kind, table: Table = TABLE) -> Paper:
    with translation.override("zh-hans"):
        return export(scope(), table=table, kind=kind, by="指挥部值班员", at=AT)


def test_a_csv_says_who_took_it_and_bears_tags_under_its_headings(db: None) -> None:
    paper = taken(Kind.CSV)
    assert paper.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(paper.content.decode("utf-8-sig"))))
    assert lines[0] == ["到岗"]
    assert "指挥部值班员" in lines[3][0] and "2020-03-01 20:30" in lines[3][0]
    assert lines[5] == list(TABLE.headings)
    assert lines[6] == list(TABLE.tags)
    assert lines[7] == ["欧阳**", "2020-03-01 08:20:00", "3", "2020-03-01"]
    assert paper.name == "到岗-20200301-2030.csv"


def test_an_xlsx_holds_the_same_with_numbers_and_times_as_such(db: None) -> None:
    sheet = load_workbook(io.BytesIO(taken(Kind.XLSX).content)).active
    assert sheet is not None
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert lines[5] == list(TABLE.headings)
    assert lines[7] == ["欧阳**", datetime(2020, 3, 1, 8, 20), 3, datetime(2020, 3, 1)]
    assert lines[8][2] == 2
    assert sheet.freeze_panes == "A8"


def test_no_cell_of_either_file_computes(db: None) -> None:
    sheet = load_workbook(io.BytesIO(taken(Kind.XLSX).content)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "inlineStr",
        "n",
        "d",
    }
    assert b"'=HYPERLINK" in taken(Kind.CSV).content


def test_text_to_copy_has_numbered_lines_without_tabs_and_says_who_took_it(db: None) -> None:
    odd = replace(TABLE, lines=[*TABLE.lines, ("甲\t乙\n丙", None, "", True)])
    paper = taken(Kind.TEXT, odd)
    lines = paper.content.decode().split("\n")
    assert "指挥部值班员" in lines[3]
    assert lines[5] == "姓名 / 签到 / 次数 / 日期"
    assert lines[6] == "1. 欧阳** / 2020-03-01 08:20:00 / 3 / 2020-03-01"
    assert lines[8] == "3. 甲 乙 丙 / — / — / 是"
    assert "\t" not in paper.content.decode()


@given(st.text(max_size=30))
def test_whatever_text_begins_like_a_formula_is_made_harmless(text: str) -> None:
    made = harmless(text)
    assert not made.lstrip(" \u3000").startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert harmless(made) == made


def test_a_control_character_does_not_break_the_file(db: None) -> None:
    odd = Table(title="甲", about=(), headings=("名",), tags=("",), lines=[("a\x0bb",)])
    sheet = load_workbook(io.BytesIO(taken(Kind.XLSX, odd).content)).active
    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(values_only=True)][-1] == "ab"


def test_taking_a_table_is_one_line_of_the_audit_that_names_the_records(db: None) -> None:
    taken(Kind.CSV)
    entry = AuditEntry.objects.get(action="papers.export")
    assert entry.targets == [RECORD]


@pytest.mark.parametrize(
    ("asking", "refusal"),
    [
        (scope(Role.MEMBER), Forbidden),
        (scope(Role.COMMUNITY_WORKER), Forbidden),
        (scope(Role.HEADQUARTERS, second_factor=False), SecondFactorNeeded),
    ],
)
def test_nothing_leaves_without_the_right_or_a_second_factor(
    db: None, asking: Scope, refusal: type[Forbidden]
) -> None:
    with pytest.raises(refusal):
        export(asking, table=TABLE, kind=Kind.CSV, by="x", at=AT)
    assert not AuditEntry.objects.filter(action="papers.export").exists()
