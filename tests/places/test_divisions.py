"""Loading lists of divisions: shipped, newer, older, partial, shuffled, unreadable."""

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from xiachen.base.errors import Forbidden
from xiachen.places.models import Alias, Community, CommunityCode, Division
from xiachen.places.operations.compounds import register_compound
from xiachen.places.operations.divisions import (
    EditionUnreadable,
    Loaded,
    install_divisions,
    load_divisions,
)
from xiachen.places.queries.communities import resolve
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import EVERYWHERE, Role, Scope, system_scope

from .town import AT, secretary_of

EVERYBODY = system_scope()
FIRST, SECOND, THIRD = date(2019, 10, 31), date(2021, 10, 31), date(2023, 6, 30)
ABOVE = {"88": "枫林省", "8801": "枫林市", "880101": "城区", "880101001": "东街道"}
TOWN = 880101001000

Load = Callable[..., Loaded]


@pytest.fixture
def load(db: None, tmp_path: Path) -> Load:
    """Load a list of an invented province from a file."""

    def load(day: date, communities: dict[int, str], above: dict[str, str] = ABOVE) -> Loaded:
        rows = above | {str(TOWN + number): name for number, name in communities.items()}
        file = tmp_path / f"{day}.csv"
        file.write_text("code,name\n" + "".join(f"{c},{n}\n" for c, n in rows.items()))
        return load_divisions(EVERYBODY, path=file, day=day)

    return load


def names() -> dict[int, str]:
    found = Community.objects.filter(pk__range=(TOWN, TOWN + 999))
    return {number - TOWN: name for number, name in found.values_list("pk", "name")}


def codes_on(day: date) -> dict[int, int]:
    rows = CommunityCode.objects.filter(code__range=(TOWN, TOWN + 999), valid_from__lte=day)
    return {
        row.code - TOWN: row.community_id - TOWN
        for row in rows
        if row.valid_to is None or row.valid_to > day
    }


def test_the_shipped_editions_are_installed_once(db: None) -> None:
    assert install_divisions() == []
    assert Division.objects.filter(valid_from=FIRST).count() == 46469
    assert CommunityCode.objects.filter(valid_from=FIRST).count() == 8859
    current = CommunityCode.objects.filter(valid_to=None)
    assert current.filter(code__lt=88 * 10**10).count() == 8934


def test_a_list_is_loaded_and_audited(load: Load) -> None:
    loaded = load(FIRST, {1: "甲社区居委会", 2: "乙社区居委会"})
    assert loaded == Loaded(FIRST, divisions=4, communities=2, new=2, moved=0, renamed=0, closed=0)
    assert resolve(EVERYBODY, "枫林市城区东街甲社区").pk == TOWN + 1
    assert AuditEntry.objects.get(action="places.load-divisions").reason == "2019-10-31"


def test_loading_the_same_list_again_changes_nothing(load: Load) -> None:
    load(FIRST, {1: "甲社区", 2: "乙社区"})
    loaded = load(FIRST, {1: "甲社区", 2: "乙社区"})
    assert (loaded.new, loaded.closed) == (0, 0)
    assert codes_on(FIRST) == {1: 1, 2: 2}
    assert Division.objects.filter(code__gte=88 * 10**10).count() == 4


def test_a_newer_list_closes_what_it_leaves_out_and_deletes_nothing(load: Load) -> None:
    load(FIRST, {1: "甲社区", 2: "乙社区"})
    register_compound(secretary_of(TOWN + 2), community=TOWN + 2, name="院", kind="old", at=AT)
    loaded = load(SECOND, {1: "甲社区", 3: "丙社区"})
    assert (loaded.new, loaded.closed) == (1, 1)
    assert names() == {1: "甲社区", 2: "乙社区", 3: "丙社区"}
    assert codes_on(FIRST) == {1: 1, 2: 2}
    assert codes_on(SECOND) == {1: 1, 3: 3}


def test_a_renamed_community_keeps_its_number_and_its_former_name(load: Load) -> None:
    load(FIRST, {1: "甲社区"})
    assert load(SECOND, {1: "春风社区"}).renamed == 1
    assert names() == {1: "春风社区"}
    assert Alias.objects.get(community_id=TOWN + 1).name == "甲社区"
    assert resolve(EVERYBODY, "枫林市甲社区").name == "春风社区"


def test_communities_whose_codes_were_shuffled_keep_their_numbers(load: Load) -> None:
    load(FIRST, {1: "甲社区", 2: "乙社区", 3: "丙社区"})
    loaded = load(SECOND, {1: "乙社区居委会", 2: "丙社区", 3: "丁社区", 4: "甲社区"})
    assert (loaded.moved, loaded.new) == (3, 1)
    assert {n: name for n, name in names().items() if n < 4} == {
        1: "甲社区",
        2: "乙社区居委会",
        3: "丙社区",
    }
    # 丁 stands under code 3, whose number belongs to 丙: it gets a free one.
    assert codes_on(SECOND) == {1: 2, 2: 3, 3: 999, 4: 1}
    assert names()[999] == "丁社区"
    assert resolve(EVERYBODY, str(TOWN + 4)).name == "甲社区"


def test_an_older_list_adds_what_was_unknown_and_closes_nothing(load: Load) -> None:
    load(SECOND, {1: "甲社区", 3: "丙社区"})
    load(FIRST, {1: "甲社区", 2: "乙社区"})
    assert codes_on(SECOND) == {1: 1, 3: 3}
    assert codes_on(FIRST) == {1: 1, 2: 2}


def test_a_list_of_one_city_leaves_the_others_alone(load: Load) -> None:
    load(FIRST, {1: "甲社区"})
    other = {"88": "枫林省", "8802": "槐林市", "880201": "西区", "880201001": "西街道"}
    above = other | {"880201001001": "子社区"}
    loaded = load(SECOND, {}, above)
    assert (loaded.new, loaded.closed) == (1, 1)
    load(THIRD, {}, {"880201001001": "子社区"})
    assert CommunityCode.objects.get(code=880201001001).valid_to is None
    assert Division.objects.get(code=880201001000).valid_to is None


def test_a_compressed_folder_of_levels_is_one_list(db: None, tmp_path: Path) -> None:
    (tmp_path / "streets.csv").write_text("code,name,areaCode\n880101001,东街道,880101\n")
    (tmp_path / "villages.csv.gz").write_bytes(
        gzip.compress("code,name\n880101001001,甲社区\n".encode())
    )
    loaded = load_divisions(EVERYBODY, path=tmp_path, day=FIRST)
    assert (loaded.divisions, loaded.communities) == (1, 1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("code,name\n", 0),
        ("code,name\n88,枫林省\n8801x,城\n", 3),
        ("code,name\n990000000001,甲\n", 2),
        ("code,name\n88,\n", 2),
        ("code,name\n88,甲\n88,乙\n", 3),
        ("code,name\n88,枫" + "林" * 90, 2),
    ],
)
def test_an_unreadable_list_says_where_and_loads_nothing(
    db: None, tmp_path: Path, text: str, line: int
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text)
    with pytest.raises(EditionUnreadable) as refused:
        load_divisions(EVERYBODY, path=file, day=FIRST)
    assert refused.value.values["line"] == line
    assert not Division.objects.filter(code__gte=88 * 10**10).exists()


def test_a_missing_file_is_unreadable(db: None, tmp_path: Path) -> None:
    with pytest.raises(EditionUnreadable):
        load_divisions(EVERYBODY, path=tmp_path / "none.csv", day=FIRST)
    with pytest.raises(EditionUnreadable):
        load_divisions(EVERYBODY, path=tmp_path, day=FIRST)


def test_a_name_with_a_backslash_is_loaded_as_it_stands(load: Load) -> None:
    load(FIRST, {1: r"甲\t社区"})
    assert names() == {1: r"甲\t社区"}


def test_only_who_reaches_everywhere_may_load_a_list(db: None, tmp_path: Path) -> None:
    for scope in (
        secretary_of(TOWN + 1),
        Scope(account=EVERYBODY.account, role=Role.MEMBER, places=EVERYWHERE),
    ):
        with pytest.raises(Forbidden):
            load_divisions(scope, path=tmp_path / "list.csv", day=FIRST)
