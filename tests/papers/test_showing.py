"""What of a sheet's cells is shown before and after its columns are confirmed."""

import pytest

from xiachen.papers.intake import Content, Field
from xiachen.papers.reading import Row
from xiachen.papers.rules.lines import DraftRow, Found
from xiachen.papers.rules.showing import masked, shown_row

NAME = Field(name="name", title="姓名", personal=True)
DOOR = Field(name="door", title="房号")
FIELDS = {one.name: one for one in (NAME, DOOR)}


def seen(text: str, field: Field = NAME) -> str:
    (cell,) = shown_row(DraftRow(Row(2, [text]), ()), [field.name], {field.name: field}).cells
    return cell.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张三、李四", "张三、李四"),
        ("空置", "空置"),
        ("138 0013 8000", "138****8000"),
        ("13800138000/13900139000", "138****8000/139****9000"),
        ("１３８００１３８０００", "138****8000"),
        ("+86 138-0013-8000", "138****8000"),
        ("张三13800138000", "张三138****8000"),
        ("34052419800101001x\n110105194912310021", "3405**********001X\n1101**********0021"),
        ("340524 19800101 001X", "3405**********001X"),
        ("02788001234", "****"),
        ("E12345678", "E****"),
    ],
)
def test_names_are_read_in_clear_and_numbers_are_not(text: str, shown: str) -> None:
    assert seen(text) == shown


def test_numbers_of_columns_that_tell_of_nobody_stay() -> None:
    assert seen("420111002001", DOOR) == "420111002001"


def test_before_columns_are_confirmed_each_name_is_masked_apart() -> None:
    assert masked(NAME, "张三、欧阳小四（户主）") == "张*、欧阳**（户*）"
    assert masked(NAME, "张三 13800138000") == "张* 138****8000"
    phone = Field(name="phone", title="手机", content=Content.PHONE, personal=True)
    assert masked(phone, "13800138000、13900139000") == "138****8000、139****9000"


def test_what_an_empty_cell_was_taken_to_say_is_shown_as_such() -> None:
    row = DraftRow(Row(3, ["李四", ""]), ())
    shown = shown_row(row, ["name", "door"], FIELDS, Found("already", {"door": "501"}))
    assert [(cell.text, cell.carried) for cell in shown.cells] == [("李四", False), ("501", True)]
    assert str(shown.found) in ("there already", "已有")
