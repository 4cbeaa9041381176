"""Which column is which field: by name, synonym, pinyin, near spelling, or asked."""

from hashlib import sha256

import pytest

from xiachen.papers.intake import Content, Field
from xiachen.papers.models.matchings import heading_key, key_of
from xiachen.papers.rules.matching import Match, Sureness, match

FIELDS = (
    Field(name="name", title="姓名", synonyms=("名字", "人员姓名"), needed=True, personal=True),
    Field(name="phone", title="手机号", synonyms=("电话", "联系电话", "联系方式")),
    Field(name="contact", title="联系人"),
    Field(name="unit", title="单位", synonyms=("工作单位", "所在单位")),
    Field(name="home", title="居住社区", synonyms=("家庭住址", "住址")),
    Field(name="born", title="出生日期", content=Content.DAY),
)


def fields(*headings: str) -> list[str]:
    return [one.field for one in match(FIELDS, headings)]


@pytest.mark.parametrize(
    ("heading", "field", "sureness"),
    [
        ("姓名", "name", Sureness.SAME),
        (" 姓 名*", "name", Sureness.SAME),
        ("姓名（必填）", "name", Sureness.SAME),
        ("联系电话", "phone", Sureness.SAME),
        ("Name", "name", Sureness.SAME),
        ("基本情况/姓名", "name", Sureness.SAME),
        ("xingming", "name", Sureness.PINYIN),
        ("XM", "name", Sureness.PINYIN),
        ("sjh", "phone", Sureness.PINYIN),
        ("性名", "name", Sureness.PINYIN),
        ("手机号码", "phone", Sureness.NEAR),
        ("现工作单位", "unit", Sureness.NEAR),
        ("出生年月日期", "born", Sureness.NEAR),
        ("序号", "", Sureness.NONE),
        ("备注", "", Sureness.NONE),
    ],
)
def test_a_column_is_recognised(heading: str, field: str, sureness: Sureness) -> None:
    [found] = match(FIELDS, [heading])
    assert (found.field, found.sureness) == (field, sureness)


def test_the_surer_column_has_the_field() -> None:
    assert fields("电话", "手机号码") == ["phone", ""]
    assert fields("手机号码", "电话") == ["", "phone"]


def test_two_columns_with_the_same_right_are_asked() -> None:
    assert match(FIELDS, ["手机号", "电话", "姓名"]) == [
        Match("手机号", "", Sureness.ASKED, ("phone",)),
        Match("电话", "", Sureness.ASKED, ("phone",)),
        Match("姓名", "name", Sureness.SAME),
    ]


def test_a_heading_below_a_group_yields_to_the_one_without() -> None:
    assert fields("电话", "联系人/电话") == ["phone", "contact"] or fields(
        "电话", "联系人/电话"
    ) == ["phone", ""]


def test_what_was_confirmed_before_is_proposed_as_it_was() -> None:
    found = match(FIELDS, ["甲", "姓名"], {"甲": "name"})
    assert found == [
        Match("甲", "name", Sureness.CONFIRMED),
        Match("姓名", "", Sureness.NONE),
    ]


def test_what_is_remembered_of_headings_cannot_be_tried_out() -> None:
    for text in ("13911110001", "姓名"):
        hashed = sha256(text.encode()).hexdigest()
        assert key_of([text]) != hashed
        assert heading_key(text) != hashed[:16]
