"""Lines of a bulletin from figures: zeros, details, shares, both languages, both times."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from xiachen.command.rules.template import DAILY, Detail, Line, Section, figures_of
from xiachen.command.rules.wording import (
    Stated,
    late_text,
    line_text,
    period,
    prose,
    section_text,
)
from xiachen.figures.units import BATCH, GROUP, HOUR, MATTER, PERSON, PERSON_TIME, TEMPORARY_BRANCH


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


PEOPLE = Line(
    figure="present",
    words="到岗%(n)s",
    none="无人到岗",
    details=(Detail(figure="joined", words="含就地加入%(n)s"),),
)


def people(present: int, joined: int) -> dict[str, Stated]:
    return {
        "present": Stated(value=present, unit=PERSON),
        "joined": Stated(value=joined, unit=PERSON),
    }


def test_a_detail_stands_in_brackets_and_is_left_out_at_zero() -> None:
    assert line_text(PEOPLE, people(11, 1), "zh-hans") == "到岗11人（含就地加入1人）"
    assert line_text(PEOPLE, people(11, 0), "zh-hans") == "到岗11人"


def test_zero_is_said_in_words_unless_the_line_prints_it() -> None:
    assert line_text(PEOPLE, people(0, 0), "zh-hans") == "无人到岗"
    stated = {"gap": Stated(value=0, unit=PERSON)}
    assert (
        line_text(Line(figure="gap", words="只报到不到岗%(n)s", zero=True), stated, "zh-hans")
        == "只报到不到岗0人"
    )
    assert line_text(Line(figure="gap", words="迟到%(n)s"), stated, "zh-hans") == ""


def test_what_stands_beside_a_number_is_in_its_brackets() -> None:
    squads = Line(figure="squads", words="%(n)s", beside="%(beside)s")
    stated = {"squads": Stated(value=4, unit=GROUP, beside="3/3/3/2")}
    assert line_text(squads, stated, "zh-hans") == "4个小组（3/3/3/2）"
    assert line_text(squads, stated, "en") == "4 groups (3/3/3/2)"


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [(11, 11, "到岗率100%（8:30前）"), (10, 11, "到岗率90%（10/11）（8:30前）"), (0, 0, "到岗率—")],
)
def test_a_share_names_its_whole_unless_it_is_all_of_it(
    part: int, whole: int, printed: str
) -> None:
    line = Line(figure="rate", words="到岗率%(share)s", zero=True, beside="%(beside)s前")
    beside = "8:30" if whole else ""
    stated = {"rate": Stated(value=part, unit=PERSON, of=whole, beside=beside)}
    assert line_text(line, stated, "zh-hans") == printed


def test_a_detail_behind_a_stroke_and_bare_numbers() -> None:
    needs = Line(
        figure="needs",
        words="需求%(n)s",
        details=(Detail(figure="met", words="已办%(n)s", behind=True, zero=True),),
    )
    stated = {"needs": Stated(value=2, unit=MATTER), "met": Stated(value=0, unit=MATTER)}
    assert line_text(needs, stated, "zh-hans") == "需求2项/已办0项"
    branch = Line(
        figure="branch",
        words="临时党支部%(measure)s",
        details=(
            Detail(figure="secretary", words="书记%(bare)s"),
            Detail(figure="deputy", words="副书记%(bare)s"),
        ),
    )
    stated = {
        "branch": Stated(value=1, unit=TEMPORARY_BRANCH),
        "secretary": Stated(value=1, unit=PERSON),
        "deputy": Stated(value=1, unit=PERSON),
    }
    assert line_text(branch, stated, "zh-hans") == "临时党支部1个（书记1 副书记1）"


def test_a_section_is_a_sentence_and_says_nothing_when_it_has_nothing() -> None:
    silent = Section(title="", lines=(Line(figure="present", words="%(n)s"),))
    spoken = Section(title="", lines=(PEOPLE, PEOPLE))
    assert section_text(silent, people(0, 0), "zh-hans") == ""
    assert prose((spoken, silent), people(0, 0), "zh-hans") == "无人到岗，无人到岗。"
    assert prose((spoken, spoken), people(0, 0), "zh-hans") == "无人到岗，无人到岗。" * 2


def test_late_records_are_told_by_figure_with_both_directions() -> None:
    stated = {
        "present": Stated(value=11, unit=PERSON, late=2, taken_back=1),
        "joined": Stated(value=1, unit=PERSON),
    }
    titles = {"present": "到岗", "joined": "就地加入"}
    assert late_text(titles, stated, "zh-hans") == "到岗补报2人，到岗核减1人"
    assert late_text(titles, people(1, 1), "zh-hans") == ""


@pytest.mark.parametrize(
    ("until", "chinese", "english"),
    [
        (datetime(2020, 3, 2), "3月1日0—24时", "1 March 2020, 0:00–24:00"),
        (datetime(2020, 3, 1, 18), "3月1日0—18时", "1 March 2020, 0:00–18:00"),
        (datetime(2020, 3, 1, 18, 5), "3月1日0—18时5分", "1 March 2020, 0:00–18:05"),
    ],
)
def test_the_period_says_up_to_when(until: datetime, chinese: str, english: str) -> None:
    assert period(date(2020, 3, 1), until, "zh-hans") == chinese
    assert period(date(2020, 3, 1), until, "en") == english


@given(value=st.integers(0, 10**6), of=st.integers(0, 10**6))
def test_every_line_of_the_daily_bulletin_can_be_printed_with_any_numbers(
    value: int, of: int
) -> None:
    one = Stated(value=min(value, of), unit=PERSON, of=of, beside="8:30")
    stated = dict.fromkeys(figures_of(DAILY), one)
    for language in ("zh-hans", "en"):
        with translation.override(language):
            text = prose(DAILY, stated, language)
        assert "%(" not in text
        assert text


def test_no_figure_leads_two_lines_of_the_daily_bulletin() -> None:
    leading = [line.figure for section in DAILY for line in section.lines]
    assert len(leading) == len(set(leading))


def test_a_rough_number_shows_two_digits_and_the_word_for_more() -> None:
    many = Line(figure="many", words="志愿者%(rough)s", rough="多")
    some = Line(figure="some", words="服务%(rough)s", rough="余")
    hours = Line(figure="hours", words="日均%(rough)s", rough="以上")
    said = {
        "many": Stated(value=44_017, unit=PERSON),
        "some": Stated(value=3_412, unit=PERSON_TIME),
        "hours": Stated(value=Decimal("12.4"), unit=HOUR),
    }
    printed = [line_text(one, said, "zh-hans") for one in (many, some, hours)]
    assert printed == ["志愿者4.4万多人", "服务3400余人次", "日均12小时以上"]
    exact = {"many": Stated(value=8, unit=PERSON), "some": Stated(value=3_400, unit=PERSON_TIME)}
    assert line_text(many, exact, "zh-hans") == "志愿者8人"
    assert line_text(some, exact, "zh-hans") == "服务3400人次"
    english = Line(figure="many", words="%(rough)s applied", rough="多")
    assert line_text(english, said, "en") == "over 44,000 people applied"


@given(value=st.integers(0, 10**9))
def test_a_rough_number_is_never_above_its_value(value: int) -> None:
    line = Line(figure="n", words="%(rough)s", zero=True)
    text = line_text(line, {"n": Stated(value=value, unit=PERSON)}, "en")
    digits = re.search(r"[\d,.]+", text)
    assert digits is not None
    scale = 10**9 if "billion" in text else 10**6 if "million" in text else 1
    shown = Decimal(digits.group().replace(",", "")) * scale
    assert shown <= value and (shown * 11 >= value * 10 or value < 100)


def test_groups_stand_in_the_brackets_with_zeros_and_one_alone_says_nothing() -> None:
    line = Line(figure="forces", words="下沉力量%(n)s", groups=("kind", "street"))
    kinds = [("党员", 3000), ("公职人员", 300)]
    streets = [("甲街道", 3321), ("乙街道", 0)]
    groups = {"kind": kinds, "street": streets}
    said = {"forces": Stated(value=3321, unit=PERSON, groups=groups)}
    assert line_text(line, said, "zh-hans") == (
        "下沉力量3321人（其中党员3000人、公职人员300人，其中甲街道3321人、乙街道0人）"
    )
    alone = {"forces": Stated(value=3321, unit=PERSON, groups={"kind": kinds[:1]})}
    assert line_text(line, alone, "zh-hans") == "下沉力量3321人"
    english = line_text(line, said, "en")
    assert "of them 党员 3,000, 公职人员 300" in english


def test_a_part_is_printed_while_there_is_a_whole_however_small_it_is() -> None:
    line = Line(figure="part", words="组织报到%(share)s", whole=True)
    assert line_text(line, {"part": Stated(value=0, unit=PERSON, of=9)}, "zh-hans") == (
        "组织报到0%（0/9）"
    )
    assert line_text(line, {"part": Stated(value=0, unit=PERSON, of=0)}, "zh-hans") == ""
    assert line_text(line, {"part": Stated(value=9, unit=PERSON, of=9)}, "zh-hans") == (
        "组织报到100%"
    )


def test_one_batch_is_not_worth_a_word_and_two_are_spelled() -> None:
    batches = Detail(figure="batches", words="分%(spelled)s", least=2)
    line = Line(figure="sent", words="派出%(n)s", details=(batches,))

    def text(count: int) -> str:
        said = {"sent": Stated(value=3228, unit=PERSON), "batches": Stated(value=count, unit=BATCH)}
        return line_text(line, said, "zh-hans")

    assert (text(1), text(2)) == ("派出3228人", "派出3228人（分两批）")
