import gzip
import hashlib
import lzma
from collections import Counter
from pathlib import Path

import pytest

from xiachen.places.rules.codes import Level, level_of, parent_of
from xiachen.places.rules.editions import (
    BUNDLED,
    DATA,
    Edition,
    Fault,
    UnreadableEdition,
    read_edition,
)
from xiachen.places.rules.names import normalise_community_name

ROWS = {edition: dict(read_edition([edition.file])) for edition in BUNDLED}
FIRST, SECOND = BUNDLED

SCENARIO_COMMUNITIES = {
    420111002044: "枫林上城",
    420111002011: "紫菘",
    420102018016: "华汇",
    420106012003: "武铁",
    420111005012: "东湖",
    420106013011: "武汉文理学部",
    420106012020: "滨湖",
    420106008009: "武泰闸",
    420106012014: "武重",
    420106001011: "金地花园",
    420103006008: "仁厚",
    420606001009: "毛纺小区",
    441602004005: "新港路南",
    441602004006: "新港路北",
    441602004003: "新江三路",
    620102002002: "山字石",
}


@pytest.mark.parametrize(
    ("edition", "counts"),
    [(FIRST, (31, 342, 2992, 43104, 8859)), (SECOND, (31, 342, 2987, 41355, 8934))],
)
def test_each_edition_has_its_number_of_divisions_per_level(
    edition: Edition, counts: tuple[int, ...]
) -> None:
    found = Counter(level_of(code) for code in ROWS[edition])
    assert tuple(found[level] for level in Level) == counts


@pytest.mark.parametrize(
    ("edition", "counts"), [(FIRST, (3492, 2789, 1439, 1139)), (SECOND, (3520, 2816, 1443, 1155))]
)
def test_four_prefectures_have_their_communities(edition: Edition, counts: tuple[int, ...]) -> None:
    found = Counter(code // 10**8 for code in ROWS[edition] if level_of(code) is Level.COMMUNITY)
    assert found == dict(zip((4201, 4206, 4416, 6201), counts, strict=True))


@pytest.mark.parametrize("edition", BUNDLED)
def test_every_division_but_provinces_has_the_one_above_it(edition: Edition) -> None:
    rows = ROWS[edition]
    orphans = [code for code in rows if (above := parent_of(code)) and above not in rows]
    assert orphans == []


@pytest.mark.parametrize("edition", BUNDLED)
@pytest.mark.parametrize(("code", "search_name"), SCENARIO_COMMUNITIES.items())
def test_the_communities_of_the_real_operations_are_listed(
    edition: Edition, code: int, search_name: str
) -> None:
    assert normalise_community_name(ROWS[edition][code]) == search_name


def test_four_communities_are_called_binhu_in_the_first_edition() -> None:
    named = [c for c, name in ROWS[FIRST].items() if normalise_community_name(name) == "滨湖"]
    assert named == [420106012020, 420111491012, 420114072105, 420115089001]


def test_yuancheng_has_eight_townships_with_46_committees_in_the_first_edition() -> None:
    committees = Counter(
        ROWS[FIRST][code // 1000 * 1000]
        for code, name in ROWS[FIRST].items()
        if code // 10**6 == 441602 and "居委会" in name
    )
    assert sorted(committees.values()) == [2, 2, 2, 3, 6, 6, 11, 14]


def test_the_files_are_small_and_described_exactly() -> None:
    described = (DATA / "README.md").read_text(encoding="utf-8")
    assert sum(edition.file.stat().st_size for edition in BUNDLED) < 1_500_000
    for edition in BUNDLED:
        digest = hashlib.sha256(gzip.decompress(edition.file.read_bytes())).hexdigest()
        line = next(li for li in described.splitlines() if li.startswith(f"| {edition.file.name}"))
        assert digest in line
        assert edition.day.isoformat() in line
        assert f"| {len(ROWS[edition])} |" in line


CSV = "code,name\n42,湖北省\n4201,武汉市\n420106012020,滨湖社区居委会\n"
LIST = [(420000000000, "湖北省"), (420100000000, "武汉市"), (420106012020, "滨湖社区居委会")]


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.replace("\n", "\r\n").encode(),
        gzip.compress(CSV.encode(), mtime=0),
        lzma.compress(CSV.encode()),
    ],
)
def test_a_list_is_read_plain_or_compressed(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "list"
    file.write_bytes(content)
    assert list(read_edition([file])) == LIST


def test_further_columns_and_their_order_do_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "cities.csv"
    file.write_text('provinceCode,name,code\n42,"武汉市",4201\n', encoding="utf-8")
    assert list(read_edition([file])) == [(420100000000, "武汉市")]


def test_one_edition_may_come_in_several_files_and_repeat_itself(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("code,name\n4419,东莞市\n", encoding="utf-8")
    two.write_text("code,name\n441900,东莞市\n441900003,东城街道\n", encoding="utf-8")
    rows = list(read_edition([one, two]))
    assert rows == [(441900000000, "东莞市"), (441900003000, "东城街道")]


@pytest.mark.parametrize(
    ("content", "fault", "line"),
    [
        (b"", Fault.NO_COLUMNS, 1),
        (b"code,name\n", Fault.EMPTY, 0),
        (b"id,title\n42,x\n", Fault.NO_COLUMNS, 1),
        ("code,name\n42,湖北省\n42010,武汉市\n".encode(), Fault.CODE, 3),
        (b"code,name\n42,\n", Fault.NAME, 2),
        (f"code,name\n42,{'长' * 81}\n".encode(), Fault.NAME, 2),
        (b"code,name\n42\n", Fault.NO_COLUMNS, 2),
        ("code,name\n42,湖北省\n42,湖南省\n".encode(), Fault.CONFLICT, 3),
        ("code,name\n42,湖北省\n".encode("gb18030"), Fault.NOT_READABLE, 0),
        (gzip.compress(CSV.encode(), mtime=0)[:-9], Fault.NOT_READABLE, 0),
        (lzma.compress(CSV.encode())[:20], Fault.NOT_READABLE, 0),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_its_line(
    tmp_path: Path, content: bytes, fault: Fault, line: int
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    with pytest.raises(UnreadableEdition) as refusal:
        list(read_edition([file]))
    assert (refusal.value.fault, refusal.value.line) == (fault, line)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableEdition):
        list(read_edition([tmp_path / "missing.csv"]))
