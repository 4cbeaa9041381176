from collections.abc import Collection, Mapping

import pytest

from xiachen.places.rules.codes import Level
from xiachen.places.rules.editions import BUNDLED, read_edition
from xiachen.places.rules.listing import MemoryListing
from xiachen.places.rules.names import normalise_community_name
from xiachen.places.rules.resolving import (
    Ambiguous,
    Ground,
    Outcome,
    Resolved,
    Unknown,
    resolve,
)

LISTING = MemoryListing(read_edition([BUNDLED[0].file]))
NO_ALIASES: Mapping[str, Collection[int]] = {}
WINDOWS = "紫菘枫林上城社区居委会"


def asked(text: str, aliases: Mapping[str, Collection[int]] = NO_ALIASES) -> Outcome:
    return resolve(text, LISTING, aliases)


def alias(name: str, *codes: int) -> dict[str, tuple[int, ...]]:
    return {normalise_community_name(name): codes}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("水果湖街道滨湖社区", 420106012020),
        ("武昌区滨湖社区", 420106012020),
        ("武昌滨湖社区居委会", 420106012020),
        ("湖北省武汉市武昌区水果湖街道滨湖社区居民委员会", 420106012020),
        ("湖北省 武汉市/武昌区·水果湖街 滨湖", 420106012020),
        ("武昌區(qū)濱湖社區(qū)", 420106012020),
        ("水果湖街道办事处滨湖社区", 420106012020),
        ("塔子湖街华汇社区", 420102018016),
        ("梨园街东湖社区", 420111005012),
        ("紫阳街武泰闸社区", 420106008009),
        ("武昌区金地花园社区", 420106001011),
        ("江汉区仁厚社区", 420103006008),
        ("襄阳市樊城区汉江街道毛纺小区社区", 420606001009),
        ("兰州市城关区张掖路街道山字石社区", 620102002002),
    ],
)
def test_a_path_leads_to_one_community(text: str, code: int) -> None:
    outcome = asked(text)
    assert isinstance(outcome, Resolved)
    assert (outcome.candidate.code, outcome.ground) == (code, Ground.PATH)


def test_a_name_that_nobody_shares_is_enough() -> None:
    outcome = asked("武铁社区")
    assert isinstance(outcome, Resolved)
    assert (outcome.candidate.code, outcome.ground) == (420106012003, Ground.NAME)


@pytest.mark.parametrize("text", ["420106012020", " ４２０１０６０１２０２０ "])
def test_a_code_is_taken_as_it_is(text: str) -> None:
    outcome = asked(text)
    assert isinstance(outcome, Resolved)
    assert (outcome.candidate.code, outcome.ground) == (420106012020, Ground.CODE)


@pytest.mark.parametrize("text", ["420106012999", "000000000000", "420106000000", "420106"])
def test_a_code_that_no_community_has_is_unknown(text: str) -> None:
    assert asked(text) == Unknown(text, ())


def test_namesakes_are_ambiguous_and_shown_with_their_paths() -> None:
    outcome = asked("滨湖社区")
    assert isinstance(outcome, Ambiguous)
    assert [candidate.code for candidate in outcome.candidates] == [
        420106012020,
        420111491012,
        420114072105,
        420115089001,
    ]
    assert outcome.candidates[0].full_name == "湖北省武汉市武昌区水果湖街道滨湖社区居委会"


def test_a_path_that_several_share_stays_ambiguous() -> None:
    outcome = asked("武汉市滨湖社区")
    assert isinstance(outcome, Ambiguous)
    assert len(outcome.candidates) == 4


def test_a_path_that_contradicts_is_not_ignored() -> None:
    outcome = asked("汉阳区滨湖社区")
    assert isinstance(outcome, Unknown)
    assert 420106012020 in [candidate.code for candidate in outcome.near]


@pytest.mark.parametrize(
    "text",
    [
        WINDOWS,
        "武汉市洪山区关山街道" + WINDOWS,
        "关山街紫菘、枫林上城社区",
        "洪山区关山街道紫菘社区枫林上城社区",
    ],
)
def test_two_committees_written_as_one_are_ambiguous(text: str) -> None:
    outcome = asked(text)
    assert isinstance(outcome, Ambiguous)
    assert [candidate.code for candidate in outcome.candidates] == [420111002011, 420111002044]


def test_two_committees_written_as_one_in_another_district_are_unknown() -> None:
    assert isinstance(asked("武昌区" + WINDOWS), Unknown)


@pytest.mark.parametrize("text", [WINDOWS, "武汉市洪山区关山街道" + WINDOWS])
def test_an_alias_decides_what_the_list_leaves_open(text: str) -> None:
    outcome = asked(text, alias(WINDOWS, 420111002044))
    assert isinstance(outcome, Resolved)
    assert outcome.candidate.code == 420111002044


def test_an_alias_does_not_hold_in_another_district() -> None:
    assert isinstance(asked("武昌区" + WINDOWS, alias(WINDOWS, 420111002044)), Unknown)


def test_an_alias_takes_no_name_away_from_others() -> None:
    outcome = asked("武汉市东湖社区", alias("东湖社区", 420106012020))
    assert isinstance(outcome, Ambiguous)
    assert 420106012020 in [candidate.code for candidate in outcome.candidates]
    assert 420111005012 in [candidate.code for candidate in outcome.candidates]


def test_an_alias_of_two_communities_is_ambiguous() -> None:
    outcome = asked("新港路社区", alias("新港路社区", 441602004005, 441602004006))
    assert isinstance(outcome, Ambiguous)
    assert [candidate.code for candidate in outcome.candidates] == [441602004005, 441602004006]


def test_an_alias_of_a_community_that_is_not_listed_is_unknown() -> None:
    assert isinstance(asked("无名里", alias("无名里", 990000000001)), Unknown)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("珞珈山街文理学部社区", 420106013011),
        ("武大文理学部社区", 420106013011),
        ("樊城区毛纺社区", 420606001009),
        ("源城区新港路社区", 441602004005),
        ("水果湖街道滨胡社区", 420106012020),
    ],
)
def test_a_similar_name_is_offered_and_never_chosen(text: str, code: int) -> None:
    outcome = asked(text)
    assert isinstance(outcome, Unknown)
    assert code in [candidate.code for candidate in outcome.near]


def test_the_name_that_fits_the_path_is_offered_first() -> None:
    outcome = asked("珞珈山街文理学部社区")
    assert isinstance(outcome, Unknown)
    assert outcome.near[0].code == 420106013011


def test_the_beginning_of_a_long_text_is_not_taken_for_the_whole() -> None:
    assert isinstance(asked("武昌区水果湖街道滨湖社区" + " " * 200), Resolved)
    assert isinstance(asked("武昌区水果湖街道滨湖社区" + "。居民" * 100), Unknown)


@pytest.mark.parametrize("text", ["", " ", "社区居委会", "？？", "Springfield", "区" * 5000])
def test_text_that_names_nothing_is_unknown(text: str) -> None:
    assert isinstance(asked(text), Unknown)


def test_every_listed_community_is_found_by_its_full_name() -> None:
    listed = [LISTING.by_code(row.code) for row in read_edition([BUNDLED[0].file])]
    named = [candidate for candidate in listed if candidate and candidate.name != "居委会"]
    assert len(named) == 8857  # two of the list's committees have no name of their own
    for candidate in named:
        assert asked(candidate.full_name) == Resolved(candidate, Ground.PATH)


@pytest.mark.parametrize(
    ("text", "code"),
    [("朱集镇四新村社区居委会", "社区"), ("朱集镇四新村委会", "村委会")],
)
def test_a_village_and_a_community_of_one_name_are_told_apart_by_their_committee(
    text: str, code: str
) -> None:
    outcome = asked(text)
    assert isinstance(outcome, Resolved)
    assert code in outcome.candidate.name


def test_a_name_that_does_not_say_which_committee_stays_ambiguous() -> None:
    assert isinstance(asked("朱集镇四新村"), Ambiguous)


def test_a_listing_may_answer_with_other_levels() -> None:
    rows = [(420000000000, "湖北省"), (420100000000, "武汉市"), (420106000000, "武昌区")]
    outcome = resolve("武汉市武昌区", MemoryListing(rows, levels={Level.COUNTY}), NO_ALIASES)
    assert isinstance(outcome, Resolved)
    assert outcome.candidate.code == 420106000000
