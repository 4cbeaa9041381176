"""Several people and numbers in one cell."""

import pytest

from xiachen.papers.several import items_in, numbers_in, people_in


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("张三、李四", ["张三", "李四"]),
        ("张三/李四", ["张三", "李四"]),
        ("张三\n李四", ["张三", "李四"]),
        ("张三 李四", ["张三", "李四"]),
        ("张 三", ["张 三"]),
        ("欧阳 震华", ["欧阳 震华"]),
        ("1.张三（户主）、2.李四(妻)", ["张三", "李四"]),
        ("1、张三 2、李四", ["张三", "李四"]),
        ("买买提·吐尔逊", ["买买提·吐尔逊"]),
        ("John Smith", ["John Smith"]),
        ("无", []),
        ("—", []),
        ("", []),
    ],
)
def test_the_people_of_a_cell(cell: str, names: list[str]) -> None:
    assert [name for name, _number in people_in(cell)] == names


def test_a_number_behind_a_name_belongs_to_it() -> None:
    assert people_in("张三13812345678、李四 139 1234 5678、王五") == [
        ("张三", "13812345678"),
        ("李四", "139 1234 5678"),
        ("王五", ""),
    ]


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("138 1234 5678/13912345678", ["13812345678", "13912345678"]),
        ("13812345678 13912345678", ["13812345678", "13912345678"]),
        ("13812345678、无", ["13812345678", ""]),
        ("13812345678和13912345678", ["13812345678", "13912345678"]),
        ("１３８１２３４５６７８", ["13812345678"]),
        ("无", []),
        ("/", []),
    ],
)
def test_the_numbers_of_a_cell_in_their_order(cell: str, numbers: list[str]) -> None:
    assert numbers_in(cell) == numbers


def test_items_of_a_cell() -> None:
    assert items_in("在职党员、公务员；人大代表") == ["在职党员", "公务员", "人大代表"]
    assert items_in("无") == []
