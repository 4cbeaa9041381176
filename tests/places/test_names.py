import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiachen.places.rules.names import (
    Committee,
    committee_of,
    normalise_community_name,
    short_forms,
)


@pytest.mark.parametrize(
    "written",
    [
        "滨湖社区",
        "滨湖社区居委会",
        "滨湖社区居民委员会",
        "滨湖社区居民居委会",
        "滨湖社区居委员会",
        "滨湖社区委员会",
        "滨湖居委会",
        "滨湖居民委员会",
        "滨湖",
        " 滨湖 社区　居委会 ",
        "滨湖社区（筹备组）",
        "滨湖居委会（社区）",
        "濱湖社區(qū)",
        "濱湖社區",
    ],
)
def test_every_way_of_writing_a_committee_has_one_search_name(written: str) -> None:
    assert normalise_community_name(written) == "滨湖"


@pytest.mark.parametrize(
    "written",
    ["和平村委会", "和平村村委会", "和平村民委员会", "和平村村民委员会", "和平村委员会", "和平村"],
)
def test_a_village_keeps_its_word(written: str) -> None:
    assert normalise_community_name(written) == "和平村"


def test_a_village_and_a_community_of_one_name_stay_apart() -> None:
    assert normalise_community_name("和平村委会") != normalise_community_name("和平社区居委会")


@pytest.mark.parametrize(
    ("written", "search_name"),
    [
        ("毛纺小区社区居委会", "毛纺小区"),
        ("凤三(2)居委会", "凤三2"),
        ("翠湖社区（滨河）", "翠湖滨河"),
        ("下（土夭）村委会", "下土夭村"),
        ("敦化开发区（省级）（特殊社区）", "敦化开发区"),
        ("ＩＴ家园社区居委会", "it家园"),
        ("８８１社区", "881"),
        ("胡子?村委会", "胡子?村"),
        ("社区居委会", "社区居委会"),
        ("泗县开发区管委会", "泗县开发区管委会"),
        ("", ""),
    ],
)
def test_names_of_the_lists_keep_what_tells_them_apart(written: str, search_name: str) -> None:
    assert normalise_community_name(written) == search_name


@pytest.mark.parametrize("name", ["輋乾村委会", "邑上原著社区", "乾华园社区", "么家庄村委会"])
@pytest.mark.parametrize("before", ["广东省河源市龙川县赤光镇", "廣東省龍川縣", "武漢市洪山區(qū)"])
def test_a_name_reads_the_same_alone_and_behind_a_path(name: str, before: str) -> None:
    assert normalise_community_name(before + name).endswith(normalise_community_name(name))


@pytest.mark.parametrize(
    ("written", "committee"),
    [
        ("四新村社区居委会", Committee.COMMUNITY),
        ("四新社区", Committee.COMMUNITY),
        ("四新村委会", Committee.VILLAGE),
        ("四新村", None),
        ("四新", None),
    ],
)
def test_a_name_may_say_what_kind_of_committee_it_is(
    written: str, committee: Committee | None
) -> None:
    assert committee_of(written) is committee


@given(st.text(alphabet="滨湖社区居委会民村员(（）)、 　?A1武", max_size=12))
def test_the_whole_text_is_never_lost(written: str) -> None:
    if any(character in written for character in "滨湖武A1?"):
        assert normalise_community_name(written)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("武昌区", "武昌"),
        ("武汉市", "武汉市"),
        ("关山街道", "关山街"),
        ("关山街道", "关山街道办事处"),
        ("民意街街道", "民意街"),
        ("恩施土家族苗族自治州", "恩施州"),
        ("广西壮族自治区", "广西"),
        ("源南镇", "源南"),
        ("东湖风景区街道（洪山）", "东湖风景区街"),
        ("东湖风景区街道（洪山）", "东湖风景区街道洪山"),
    ],
)
def test_people_shorten_the_names_of_divisions(name: str, form: str) -> None:
    assert form in short_forms(name)


@pytest.mark.parametrize("name", ["县", "区", "郊区", "市中区"])
def test_no_short_form_is_a_single_character(name: str) -> None:
    assert all(len(form) > 1 for form in short_forms(name))
