import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiachen.papers.cleaning import clean, fold, fold_digits


@pytest.mark.parametrize(
    ("damaged", "repaired"),
    [
        ("社區(qū)", "社区"),
        ("機(jī)關(guān)", "机关"),
        ("機(ji\u0304)關(ɡuān)", "机关"),
        ("社\u200b區(q\u200bū)", "社区"),
        ("干(gàn)部(bù)下沉社區(qū)", "干部下沉社区"),
        ("隨著(zhe)疫情變(biàn)化", "随着疫情变化"),
        ("為(wèi)什麼(me)", "为什么"),
        ("綠(lǜ)色馬(mǎ)甲", "绿色马甲"),
        ("樁(zhuāng)基", "桩基"),
        ("車(chē)(chē)輛", "车辆"),
        ("沿著臺灣街", "沿着台湾街"),
        ("网格员报名，沿著(zhe)社區(qū)门岗", "网格员报名，沿着社区门岗"),
        ("著名的社區(qū)成效顯著", "著名的社区成效显著"),
    ],
)
def test_damage_is_repaired(damaged: str, repaired: str) -> None:
    assert clean(damaged) == repaired


@pytest.mark.parametrize(
    "text",
    [
        "党员(在职)",
        "党员（在职）",
        "A(b)",
        "小区(a)",
        "小区(A)",
        "一区(b)二区(c)",
        "3号楼(1)",
        "6个街(镇)36个社区",
        "咖啡(café)",
        "口罩(N95)",
        "社区（qū）",
        "党员(chóngqìng)",
        "截至3月7日，累计捐款2248万余元；慰问4556人。",
        "成效显著，著名的乾县，夥同，徵羽",
        "张昇、於某",
        "①口罩 20㎡…——“网格”「楼栋」",
        "2～3人！真的？",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_a_stray_traditional_name_does_not_spoil_the_simplified_text_around_it() -> None:
    text = "居民劉某报名后在门岗值守，成效显著"
    assert clean(text) == "居民刘某报名后在门岗值守，成效显著"


@pytest.mark.parametrize(
    ("wide", "folded"),
    [
        ("１２３", "123"),
        ("Ｎ９５口罩", "N95口罩"),
        ("１００％", "100%"),
        ("２．５吨", "2.5吨"),
        ("３＋２", "3+2"),
        ("ａ＠ｂ", "a@b"),
        ("｢网格｣｡", "「网格」。"),
        ("姓名\u3000张三", "姓名 张三"),
        ("2.5\u202fkg", "2.5 kg"),
        ("\ufeff社\u200b区\u00ad", "社区"),
        ("⼈⺠警察", "人民警察"),
        ("葛\U000e0100洲", "葛洲"),
        ("人\x00数\x1b", "人数"),
        ("甲\t乙\r\n丙", "甲\t乙\r\n丙"),
        ("（甲），乙：丙；丁。", "（甲），乙：丙；丁。"),
    ],
)
def test_widths_are_folded_and_chinese_punctuation_stays(wide: str, folded: str) -> None:
    assert fold(wide) == folded


def test_folding_alone_keeps_a_name_as_its_document_spells_it() -> None:
    assert fold("劉德華　(ā)") == "劉德華 (ā)"


def test_folding_digits_touches_nothing_else() -> None:
    assert fold_digits("Ａ１２３，（４）\u200b") == "Ａ123，（4）\u200b"


_CHARACTERS = (
    "社區区機机關关著着乾後后薴餘余隨随a(a)（）(),，１Ａ\ufeff\u200b\u0304\u0301\u0300⺠⼈昇"
)
_BRACKETS = ("(qū)", "(zhe)", "(yu)", "(gan)", "(ji\u0304)", "(在职)", "(A)", "(q(ū)u)", "(lǜ)")
_PIECES = st.sampled_from([*_CHARACTERS, *_BRACKETS, "显著"])


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(codec=None), max_size=30))
def test_any_text_can_be_cleaned_and_stored(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")
